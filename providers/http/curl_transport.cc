#include "providers/http/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "providers/http/endpoint.h"

namespace keytide {
namespace {

using Reached = TransportError::Reached;

// libcurl holds tokens and replies in buffers of its own: what it frees is wiped first.
void free_wiped(void* memory) {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

void* reallocate_wiped(void* memory, std::size_t size) {
  void* grown = std::malloc(size);
  if (grown == nullptr || memory == nullptr) return grown;
  std::memcpy(grown, memory, std::min(size, malloc_usable_size(memory)));
  free_wiped(memory);
  return grown;
}

void start_libcurl_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    const CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, free_wiped,
                                               reallocate_wiped, strdup, std::calloc);
    CHECK(code == CURLE_OK, "libcurl starts");
  });
}

std::string system_ca_file() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->cainfo != nullptr && access(info->cainfo, R_OK) == 0) return info->cainfo;
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (access(path, R_OK) == 0) return path;
  }
  return "/etc/ssl/certs/ca-certificates.crt";
}

template <class Value>
void set(CURL* curl, CURLoption option, Value value) {
  CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK, "libcurl takes the option");
}

template <class Value>
Value ask(CURL* curl, CURLINFO what) {
  Value value{};
  curl_easy_getinfo(curl, what, &value);
  return value;
}

// The one exchange that a handle is at.
struct Exchange {
  HttpResponse reply;
  std::size_t max_body_bytes = 0;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> problem{};
};

// Growing a string leaves its old bytes behind in freed memory: not here.
void append_wiping(std::string& to, std::string_view more) {
  if (to.size() + more.size() > to.capacity()) {
    std::string grown;
    grown.reserve(std::max<std::size_t>({2 * to.capacity(), to.size() + more.size(), 4096}));
    grown.append(to);
    wipe(to);
    to.swap(grown);
  }
  to.append(more);
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  const std::size_t bytes = size * count;
  if (bytes > exchange.max_body_bytes - exchange.reply.body.size()) {
    exchange.too_large = true;
    return 0;
  }
  append_wiping(exchange.reply.body, {data, bytes});
  return bytes;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& reply = static_cast<Exchange*>(to)->reply;
  const std::string_view line(data, size * count);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    // A new status line: what came before was a 100, or the challenge of digest.
    reply.headers.clear();
    wipe(reply.body);
  } else if (colon != std::string_view::npos) {
    reply.headers.push_back(
        {std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  }
  return line.size();
}

class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(const std::string& line) {
    curl_slist* grown = curl_slist_append(list_, line.c_str());
    CHECK(grown != nullptr, "there is memory for a header");
    list_ = grown;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

bool is_plain_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c < ' ' || c == '\x7f'; });
}

// libcurl wants a text that ends in a zero; it copies it into memory that is wiped when freed.
void set_secret(CURL* curl, CURLoption option, const SecretValue& secret) {
  std::string text(secret.reveal());
  set(curl, option, text.c_str());
  wipe(text);
}

void set_authorization(CURL* curl, const Authorization& authorization) {
  switch (authorization.scheme) {
    case Authorization::Scheme::none:
      return;
    case Authorization::Scheme::bearer:
      set(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      return set_secret(curl, CURLOPT_XOAUTH2_BEARER, *authorization.secret);
    case Authorization::Scheme::basic:
      set(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      break;
    case Authorization::Scheme::digest:
      set(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_DIGEST));
      break;
  }
  set(curl, CURLOPT_USERNAME, authorization.user.c_str());
  set_secret(curl, CURLOPT_PASSWORD, *authorization.secret);
}

void set_method(CURL* curl, const HttpRequest& request) {
  if (request.method == "GET") return set(curl, CURLOPT_HTTPGET, 1L);
  if (request.method == "POST" || !request.body.empty()) {
    set(curl, CURLOPT_POST, 1L);
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  if (request.method != "POST") set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_limits(CURL* curl, const SendOptions& options) {
  const auto limit = static_cast<long>(std::max<std::int64_t>(options.time_limit.count(), 1));
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_TIMEOUT_MS, limit);
  set(curl, CURLOPT_CONNECTTIMEOUT_MS, limit);
  set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(curl, CURLOPT_FOLLOWLOCATION, 0L);
  set(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  set(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (options.fresh_connection) {
    set(curl, CURLOPT_FRESH_CONNECT, 1L);
    set(curl, CURLOPT_FORBID_REUSE, 1L);
  }
}

void set_place(CURL* curl, const HttpRequest& request, const Endpoint& endpoint,
               const std::string& ca_file) {
  set(curl, CURLOPT_URL, request.url.c_str());
  set(curl, CURLOPT_PROTOCOLS_STR, endpoint.tls ? "https" : "http");
  if (!endpoint.tls) return set(curl, CURLOPT_NOPROXY, "*");
  set(curl, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(curl, CURLOPT_CAINFO, ca_file.c_str());
}

bool is_of_connecting(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PROXY:
      return true;
    default:
      return false;
  }
}

// Certain is: not a byte of a request was handed to a connection; or, on a connection of its own,
// connecting is what failed. There the first bytes may have been a CONNECT to a proxy, or the
// request for the challenge of digest, which commits nothing.
Reached reached(CURL* curl, CURLcode code, const Endpoint& endpoint, bool fresh) {
  if (code != CURLE_SEND_ERROR && ask<long>(curl, CURLINFO_REQUEST_SIZE) == 0) {
    return Reached::not_sent;
  }
  if (!fresh) return Reached::maybe_sent;
  const bool shook_hands = ask<curl_off_t>(curl, CURLINFO_APPCONNECT_TIME_T) > 0;
  if (is_of_connecting(code) || (endpoint.tls && !shook_hands)) return Reached::not_sent;
  return Reached::maybe_sent;
}

Error explain(CURLcode code, const Exchange& exchange, const Endpoint& endpoint,
              const SendOptions& options, const std::string& ca_file) {
  if (exchange.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return {ErrorKind::unavailable,
            fmt::format("the reply of {} is larger than {} bytes", endpoint.origin,
                        options.max_body_bytes),
            {}};
  }
  const std::string_view why = exchange.problem[0] != '\0'
                                   ? std::string_view(exchange.problem.data())
                                   : curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    return {ErrorKind::refused,
            fmt::format("the certificate of {} isn't trusted: {}; name the right authority in "
                        "ca_file (now {})",
                        endpoint.origin, why, ca_file),
            {}};
  }
  if (code == CURLE_SSL_CACERT_BADFILE) {
    return {ErrorKind::invalid,
            fmt::format("the CA file {} can't be read: name a PEM file in ca_file", ca_file),
            {}};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {
        ErrorKind::unavailable,
        fmt::format("{} did not answer within {} ms", endpoint.origin, options.time_limit.count()),
        {}};
  }
  return {ErrorKind::unavailable, fmt::format("can't reach {}: {}", endpoint.origin, why), {}};
}

tl::unexpected<TransportError> not_sent(Error why) {
  return tl::unexpected<TransportError>(TransportError{Reached::not_sent, std::move(why)});
}

bool is_sendable(const HttpRequest& request) {
  for (const Header& header : request.headers) {
    if (!is_plain_line(header.name) || !is_plain_line(header.value)) return false;
  }
  return request.authorization.secret == nullptr ||
         (is_plain_line(request.authorization.user) &&
          is_plain_line(request.authorization.secret->reveal()));
}

}  // namespace

class CurlTransport::Pool {
 public:
  explicit Pool(std::size_t keep) : keep_(keep) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (CURL* curl : idle_) curl_easy_cleanup(curl);
  }

  CURL* take() {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      CURL* curl = idle_.back();
      idle_.pop_back();
      return curl;
    }
    CURL* curl = curl_easy_init();
    CHECK(curl != nullptr, "there is memory for a connection");
    return curl;
  }

  // Forgets all of the last request, its credentials too; connections and the CA bundle stay.
  void give_back(CURL* curl) {
    curl_easy_reset(curl);
    const std::lock_guard lock(mutex_);
    if (idle_.size() < keep_) return idle_.push_back(curl);
    curl_easy_cleanup(curl);
  }

 private:
  const std::size_t keep_;
  std::mutex mutex_;
  std::vector<CURL*> idle_;
};

CurlTransport::CurlTransport(CurlTransportOptions options)
    : ca_file_(std::move(options.ca_file)),
      user_agent_(std::move(options.user_agent)),
      pool_(std::make_unique<Pool>(options.idle_handles)) {
  start_libcurl_once();
  if (ca_file_.empty()) ca_file_ = system_ca_file();
  if (user_agent_.empty()) user_agent_ = "keytide/" KEYTIDE_VERSION;
}

CurlTransport::~CurlTransport() = default;

tl::expected<HttpResponse, TransportError> CurlTransport::send(const HttpRequest& request,
                                                               const SendOptions& options) {
  const auto endpoint = parse_secure_endpoint(request.url);
  if (!endpoint) return not_sent(endpoint.error());
  if (!is_sendable(request)) {
    return not_sent({ErrorKind::invalid,
                     "a header or a credential holds control characters (a line break at its end, "
                     "say): take them out",
                     {}});
  }
  HeaderList headers;
  headers.add("Expect:");
  for (const Header& header : request.headers) {
    headers.add(fmt::format("{}: {}", header.name, header.value));
  }
  Exchange exchange;
  exchange.max_body_bytes = options.max_body_bytes;

  CURL* curl = pool_->take();
  set_limits(curl, options);
  set_place(curl, request, *endpoint, ca_file_);
  set_method(curl, request);
  set_authorization(curl, request.authorization);
  set(curl, CURLOPT_USERAGENT, user_agent_.c_str());
  set(curl, CURLOPT_HTTPHEADER, headers.get());
  set(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.max_body_bytes));
  set(curl, CURLOPT_WRITEFUNCTION, &on_body);
  set(curl, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(curl, CURLOPT_HEADERFUNCTION, &on_header);
  set(curl, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(curl, CURLOPT_ERRORBUFFER, exchange.problem.data());
  const CURLcode code = curl_easy_perform(curl);
  exchange.reply.status = static_cast<int>(ask<long>(curl, CURLINFO_RESPONSE_CODE));
  const Reached how_far = reached(curl, code, *endpoint, options.fresh_connection);
  pool_->give_back(curl);

  if (code == CURLE_OK) return std::move(exchange.reply);
  wipe(exchange.reply.body);
  return tl::unexpected<TransportError>(
      TransportError{how_far, explain(code, exchange, *endpoint, options, ca_file_)});
}

}  // namespace keytide
