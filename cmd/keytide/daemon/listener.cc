#include "cmd/keytide/daemon/listener.h"

#include <fmt/format.h>

#include <utility>

#include "cmd/keytide/daemon/pages.h"
#include "providers/http/server.h"
#include "providers/system/process_stats.h"

namespace keytide {
namespace {

constexpr std::size_t kTokenCharactersMin = 16;

// A scrape and a few probes need a handful of connections.
HttpServerOptions with_limits(HttpServerOptions options) {
  options.threads = 2;
  options.max_connections = 128;
  options.crowded_above = 32;
  options.max_body_bytes = 0;
  options.max_header_bytes = 8192;
  options.idle_timeout_s = 30;
  return options;
}

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1"; }

class Serving : public Listener {
 public:
  Serving(PageRules rules, std::chrono::milliseconds tick_limit, LoopView loop, Metrics& metrics,
          Clock& clock)
      : rules_(std::move(rules)),
        tick_limit_(tick_limit),
        loop_(std::move(loop)),
        metrics_(metrics),
        clock_(clock),
        started_at_(clock.now()),
        content_{[this] { return livez(clock_.since_boot(), loop_.last_tick(), tick_limit_); },
                 [this](Detail detail) { return readyz(loop_.snapshot().get(), detail); },
                 [this] { return metrics_.render(facts()); }} {}
  ~Serving() override { Serving::stop(); }

  Result<void> open(const HttpServerOptions& options) {
    auto server =
        HttpServer::start(options, [this](const HttpRequest& request, const std::string&) {
          return HttpReply{page(request, rules_, content_), {}};
        });
    if (!server) return fail(std::move(server.error()));
    server_ = std::move(*server);
    return {};
  }

  std::uint16_t port() const override { return server_->port(); }
  std::string url() const override {
    const bool is_v6 = rules_.address.find(':') != std::string::npos;
    return fmt::format("http://{}:{}", is_v6 ? "[" + rules_.address + "]" : rules_.address, port());
  }
  void stop() override {
    if (server_) server_->stop();
  }

 private:
  ScrapeFacts facts() {
    ScrapeFacts out;
    out.now = clock_.now();
    out.started_at = started_at_;
    out.last_tick_at =
        out.now - std::chrono::floor<Seconds>(clock_.since_boot() - loop_.last_tick());
    out.snapshot = loop_.snapshot();
    out.is_ready = readyz(out.snapshot.get(), Detail::brief).ok;
    if (auto process = read_process_stats()) out.process = *process;
    return out;
  }

  const PageRules rules_;
  const std::chrono::milliseconds tick_limit_;
  const LoopView loop_;
  Metrics& metrics_;
  Clock& clock_;
  const Instant started_at_;
  const PageContent content_;
  std::unique_ptr<HttpServer> server_;
};

Result<void> check_token(const std::optional<SecretValue>& token, const std::string& address,
                         bool is_loopback) {
  if (!token && !is_loopback) {
    return fail(ErrorKind::refused,
                fmt::format("listen.metrics is {}, which others can reach, and no token is set: "
                            "name one with listen.token: {{file: PATH}}, or listen on 127.0.0.1",
                            address));
  }
  if (token && token->size() < kTokenCharactersMin) {
    return fail(ErrorKind::invalid,
                fmt::format("the token of listen.token has less than {} characters: make a longer "
                            "one, such as by `openssl rand -hex 32`",
                            kTokenCharactersMin));
  }
  return {};
}

Result<HttpServerOptions> sound_address(const ListenerOptions& options) {
  auto address = parse_listen_address(options.address);
  if (!address) return fail(std::move(address.error()).within("listen.metrics"));
  auto sound = check_token(options.token, options.address, is_loopback(address->host));
  if (!sound) return fail(std::move(sound.error()));
  return address;
}

}  // namespace

Result<void> Listener::check(ListenerOptions options, std::uint16_t own_port) {
  auto address = sound_address(options);
  if (!address) return fail(std::move(address.error()));
  if (address->port == own_port) address->port = 0;
  const auto tried =
      HttpServer::start(with_limits(*address), [](const HttpRequest&, const std::string&) {
        return HttpReply{{503, {}, "begins in a moment\n"}, {}};
      });
  if (!tried) return fail(Error(tried.error()).within("listen.metrics"));
  return {};
}

Result<std::unique_ptr<Listener>> Listener::start(ListenerOptions options, LoopView loop,
                                                  Metrics& metrics, Clock& clock) {
  const auto address = sound_address(options);
  if (!address) return fail(address.error());
  PageRules rules;
  rules.address = address->host;
  rules.is_loopback = is_loopback(address->host);
  rules.token = std::move(options.token);
  auto out = std::make_unique<Serving>(std::move(rules), options.tick_limit, std::move(loop),
                                       metrics, clock);
  if (auto opened = out->open(with_limits(*address)); !opened) {
    return fail(std::move(opened.error()).within("listen.metrics"));
  }
  return std::unique_ptr<Listener>(std::move(out));
}

}  // namespace keytide
