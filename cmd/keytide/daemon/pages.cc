#include "cmd/keytide/daemon/pages.h"

#include <algorithm>

namespace keytide {
namespace {

constexpr std::string_view kIndex =
    "keytide\n"
    "\n"
    "/metrics         for Prometheus\n"
    "/livez           200 while the loop goes round\n"
    "/readyz          200 while the entries are looked after\n"
    "/readyz?verbose  every check, and which organizations and sources have problems\n";

HttpResponse text_page(int status, std::string body) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"}},
          std::move(body)};
}

// "LOCALHOST:9464" → "localhost"; "[::1]:9464" → "::1"; empty for what is neither.
std::string host_of(std::string_view header) {
  const bool is_bracketed = header.starts_with('[');
  const std::size_t end = header.find(is_bracketed ? ']' : ':');
  if (is_bracketed) {
    if (end == std::string_view::npos) return "";
    const std::string_view behind = header.substr(end + 1);
    if (!behind.empty() && behind.front() != ':') return "";
    header = header.substr(1, end - 1);
  } else {
    header = header.substr(0, end);
  }
  std::string out(header);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool names_this_host(const HttpRequest& request, const PageRules& rules) {
  if (!rules.is_loopback) return true;
  const auto header = find_header(request.headers, "Host");
  if (!header) return false;
  const std::string host = host_of(*header);
  return host == rules.address || host == "localhost" || host == "127.0.0.1" || host == "::1";
}

bool has_token(const HttpRequest& request, const PageRules& rules) {
  if (!rules.token) return true;
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = find_header(request.headers, "Authorization");
  if (!header || !header->starts_with(kScheme)) return false;
  return is_same(*rules.token, header->substr(kScheme.size()));
}

HttpResponse ask_for_token() {
  HttpResponse out = text_page(
      401, "this page asks for the token of listen.token: send Authorization: Bearer TOKEN\n");
  out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"keytide\""});
  return out;
}

HttpResponse refuse_host() {
  return text_page(403,
                   "the Host header of this request names another host, and keytide listens on a "
                   "loopback address: ask for localhost or that address, or let the proxy in "
                   "between send Host: localhost\n");
}

HttpResponse refuse_method() {
  HttpResponse out = text_page(405, "only GET and HEAD are answered here\n");
  out.headers.push_back({"Allow", "GET, HEAD"});
  return out;
}

bool asks_for(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    if (query.substr(0, std::min(query.find('='), end)) == key) return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

HttpResponse health_page(const HealthReply& health) {
  return text_page(health.ok ? 200 : 503, health.text);
}

}  // namespace

HttpResponse page(const HttpRequest& request, const PageRules& rules, const PageContent& content) {
  const std::string_view url = request.url;
  const std::string_view path = url.substr(0, url.find('?'));
  const std::string_view query = path.size() == url.size() ? "" : url.substr(path.size() + 1);
  if (!names_this_host(request, rules)) return refuse_host();
  if (request.method != "GET" && request.method != "HEAD") return refuse_method();
  if (path == "/") return text_page(200, std::string(kIndex));
  if (path == "/livez") return health_page(content.livez());
  if (path == "/readyz") {
    if (!asks_for(query, "verbose")) return health_page(content.readyz(Detail::brief));
    if (!has_token(request, rules)) return ask_for_token();
    return health_page(content.readyz(Detail::verbose));
  }
  if (path == "/metrics") {
    if (!has_token(request, rules)) return ask_for_token();
    HttpResponse out = text_page(200, content.metrics());
    out.headers[0].value = "text/plain; version=0.0.4; charset=utf-8";
    return out;
  }
  return text_page(404, "there is no such page; / lists them\n");
}

}  // namespace keytide
