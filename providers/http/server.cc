#include "providers/http/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "providers/http/crowd.h"
#include "providers/http/delay_queue.h"

namespace keytide {

struct HttpServer::Impl {
  explicit Impl(const HttpServerOptions& with) : options(with), crowd(with.crowded_above) {}

  HttpServerOptions options;
  Crowd crowd;
  HttpHandler handler;
  MHD_Daemon* daemon = nullptr;
  std::uint16_t port = 0;
  DelayQueue delays;
};

namespace {

using Impl = HttpServer::Impl;

// One request on its way: libmicrohttpd calls answer() for the headers, for each piece of the body,
// at its end, and once more when a delay is over.
struct Exchange {
  enum class Stage { starting, reading, delayed, answered };
  Stage stage = Stage::starting;
  HttpRequest request;
  HttpReply reply;
};

MHD_Result add_header(void* request, MHD_ValueKind, const char* name, const char* value) {
  static_cast<HttpRequest*>(request)->headers.push_back({name, value == nullptr ? "" : value});
  return MHD_YES;
}

std::string ip_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == nullptr) return "";
  char text[INET6_ADDRSTRLEN] = "";
  const sockaddr* address = info->client_addr;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  return text;
}

// Hands out the body up to its middle, then fails: libmicrohttpd closes the connection.
struct HalfBody {
  std::string bytes;

  static ssize_t read(void* self, std::uint64_t position, char* buffer, std::size_t room) {
    const std::string& bytes = static_cast<HalfBody*>(self)->bytes;
    const std::size_t end = bytes.size() / 2;
    if (position >= end) return MHD_CONTENT_READER_END_WITH_ERROR;
    const std::size_t count = std::min(room, end - static_cast<std::size_t>(position));
    std::memcpy(buffer, bytes.data() + position, count);
    return static_cast<ssize_t>(count);
  }
  static void free(void* self) { delete static_cast<HalfBody*>(self); }
};

// `reply` must stay until the exchange has ended: its body is not copied.
MHD_Response* make_response(HttpReply& reply) {
  std::string& body = reply.response.body;
  if (reply.effects.cut == ReplyEffects::Cut::mid_body) {
    const std::uint64_t promised = std::max<std::uint64_t>(body.size(), 2);
    auto* half = new HalfBody{std::move(body)};
    return MHD_create_response_from_callback(promised, 4096, &HalfBody::read, half,
                                             &HalfBody::free);
  }
  return MHD_create_response_from_buffer(body.size(), body.data(), MHD_RESPMEM_PERSISTENT);
}

MHD_Result send_reply(MHD_Connection* connection, HttpReply& reply) {
  if (reply.effects.cut == ReplyEffects::Cut::before_reply) return MHD_NO;
  MHD_Response* response = make_response(reply);
  if (response == nullptr) return MHD_NO;
  for (const Header& header : reply.response.headers) {
    MHD_add_response_header(response, header.name.c_str(), header.value.c_str());
  }
  const MHD_Result sent =
      MHD_queue_response(connection, static_cast<unsigned>(reply.response.status), response);
  MHD_destroy_response(response);
  return sent;
}

MHD_Result refuse_large_body(MHD_Connection* connection, Exchange& exchange, std::size_t limit) {
  exchange.stage = Exchange::Stage::answered;
  HttpResponse& response = exchange.reply.response;
  response.status = 413;
  response.headers = {{"Content-Type", "text/plain"}, {"Connection", "close"}};
  response.body = fmt::format("the request body is larger than {} bytes\n", limit);
  return send_reply(connection, exchange.reply);
}

bool announces_more_than(const HttpRequest& request, std::size_t limit) {
  const auto text = find_header(request.headers, "Content-Length");
  if (!text) return false;
  std::uint64_t length = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), length);
  return problem != std::errc{} || length > limit;
}

MHD_Result finish(Impl& server, MHD_Connection* connection, Exchange& exchange) {
  exchange.reply = server.handler(exchange.request, ip_of(connection));
  if (exchange.reply.effects.delay.count() <= 0) {
    exchange.stage = Exchange::Stage::answered;
    return send_reply(connection, exchange.reply);
  }
  exchange.stage = Exchange::Stage::delayed;
  MHD_suspend_connection(connection);
  server.delays.after(exchange.reply.effects.delay,
                      [connection] { MHD_resume_connection(connection); });
  return MHD_YES;
}

MHD_Result read_headers(Impl& server, MHD_Connection* connection, Exchange& exchange) {
  exchange.stage = Exchange::Stage::reading;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &exchange.request);
  const std::size_t limit = server.options.max_body_bytes;
  if (!announces_more_than(exchange.request, limit)) return MHD_YES;
  return refuse_large_body(connection, exchange, limit);
}

MHD_Result answer(void* context, MHD_Connection* connection, const char* /*url*/,
                  const char* method, const char* /*version*/, const char* piece,
                  std::size_t* piece_size, void** state) {
  auto& server = *static_cast<Impl*>(context);
  auto& exchange = *static_cast<Exchange*>(*state);
  switch (exchange.stage) {
    case Exchange::Stage::starting:
      exchange.request.method = method;
      return read_headers(server, connection, exchange);
    case Exchange::Stage::reading:
      if (*piece_size == 0) return finish(server, connection, exchange);
      if (exchange.request.body.size() + *piece_size > server.options.max_body_bytes) {
        return MHD_NO;  // a chunked body that does not say how long it is: close
      }
      exchange.request.body.append(piece, *piece_size);
      *piece_size = 0;
      return MHD_YES;
    case Exchange::Stage::delayed:
      exchange.stage = Exchange::Stage::answered;
      return send_reply(connection, exchange.reply);
    case Exchange::Stage::answered:
      break;
  }
  return MHD_NO;
}

void* begin_exchange(void* /*context*/, const char* uri, MHD_Connection* /*connection*/) {
  auto exchange = std::make_unique<Exchange>();
  exchange->request.url = uri;
  return exchange.release();
}

void end_exchange(void* context, MHD_Connection* connection, void** state,
                  MHD_RequestTerminationCode /*why*/) {
  static_cast<Impl*>(context)->crowd.served(connection);
  delete static_cast<Exchange*>(*state);
  *state = nullptr;
}

// A connection was opened, or is about to be closed.
void on_connection(void* context, MHD_Connection* connection, void** /*state*/,
                   MHD_ConnectionNotificationCode what) {
  Crowd& crowd = static_cast<Impl*>(context)->crowd;
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) return crowd.closed(connection);
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info != nullptr) crowd.joined(connection, info->connect_fd);
}

struct Address {
  sockaddr_storage bytes{};
  bool v6 = false;
};

Result<Address> address_of(const HttpServerOptions& options) {
  Address out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, options.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(options.port);
    std::memcpy(&out.bytes, &v4, sizeof v4);
  } else if (inet_pton(AF_INET6, options.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(options.port);
    std::memcpy(&out.bytes, &v6, sizeof v6);
    out.v6 = true;
  } else {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not an IP address to listen on: write one such as 127.0.0.1 "
                            "or [::1]",
                            options.host));
  }
  return out;
}

tl::unexpected<Error> cannot_listen(const HttpServerOptions& options, int problem) {
  return fail(ErrorKind::unavailable,
              fmt::format("can't listen on {}:{}: {}; choose another port, or 0 for any free one",
                          options.host, options.port, std::strerror(problem)));
}

MHD_Daemon* start_daemon(Impl& server, const Address& address) {
  const HttpServerOptions& options = server.options;
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
  if (address.v6) flags |= MHD_USE_IPv6;
  // libmicrohttpd refuses a pool of one: a single thread is its default.
  const unsigned pool = options.threads > 1 ? options.threads : 0;
  return MHD_start_daemon(flags, options.port, nullptr, nullptr, &answer, &server,  //
                          MHD_OPTION_SOCK_ADDR, &address.bytes,                     //
                          MHD_OPTION_URI_LOG_CALLBACK, &begin_exchange, nullptr,    //
                          MHD_OPTION_NOTIFY_COMPLETED, &end_exchange, &server,      //
                          MHD_OPTION_NOTIFY_CONNECTION, &on_connection, &server,    //
                          MHD_OPTION_CONNECTION_LIMIT, options.max_connections,
                          MHD_OPTION_PER_IP_CONNECTION_LIMIT, options.max_connections_per_ip,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, options.max_header_bytes + 16384,
                          MHD_OPTION_CONNECTION_TIMEOUT, options.idle_timeout_s,
                          MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_END);
}

}  // namespace

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options,
                                                      HttpHandler handler) {
  auto address = address_of(options);
  if (!address) return fail(std::move(address.error()));
  auto impl = std::make_unique<Impl>(options);
  impl->handler = std::move(handler);
  errno = 0;
  impl->daemon = start_daemon(*impl, *address);
  if (impl->daemon == nullptr) return cannot_listen(options, errno);
  const auto* info = MHD_get_daemon_info(impl->daemon, MHD_DAEMON_INFO_BIND_PORT);
  impl->port = info == nullptr ? options.port : info->port;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port; }

void HttpServer::stop() {
  if (impl_->daemon == nullptr) return;
  impl_->delays.stop();  // a suspended connection would keep the daemon from ending
  MHD_stop_daemon(impl_->daemon);
  impl_->daemon = nullptr;
}

Result<HttpServerOptions> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  HttpServerOptions out;
  unsigned port = 65536;
  if (colon != std::string_view::npos && colon + 1 < text.size()) {
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data() + colon + 1, end, port);
    if (problem != std::errc{} || stop != end) port = 65536;
  }
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (port > 65535 || host.empty()) {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not an address to listen on: write ADDRESS:PORT, such as "
                            "127.0.0.1:9464; port 0 takes any free one",
                            text));
  }
  out.host = std::string(host);
  out.port = static_cast<std::uint16_t>(port);
  return out;
}

}  // namespace keytide
