#include "providers/http/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

namespace keytide {
namespace {

constexpr std::size_t kLongestUrl = 8000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

// What URL parsers disagree about is not sent to anybody.
bool has_strange_characters(std::string_view url) {
  return std::any_of(url.begin(), url.end(),
                     [](char c) { return c <= ' ' || c >= '\x7f' || c == '\\'; });
}

bool is_number_up_to(std::string_view text, int most) {
  if (text.empty() || text.size() > 5) return false;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value <= most;
}

// 127.0.0.0/8 as a full dotted quad: "127.0.0.1.example.com" is somebody else.
bool is_loopback_quad(std::string_view host) {
  for (int part = 0; part < 4; ++part) {
    const auto dot = host.find('.');
    const std::string_view number = host.substr(0, dot);
    if (!is_number_up_to(number, 255) || (part == 0 && number != "127")) return false;
    if (dot == std::string_view::npos) return part == 3;
    host.remove_prefix(dot + 1);
  }
  return false;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || is_loopback_quad(host);
}

tl::unexpected<Error> bad(std::string_view url, std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a URL that can be called: {}",
                                              url.substr(0, kLongestUrl), why));
}

// "host", "host:port", "[v6]", "[v6]:port".
bool split_authority(std::string_view authority, std::string_view& host, std::string_view& port) {
  std::size_t end = 0;
  if (authority.starts_with('[')) {
    end = authority.find(']');
    if (end == std::string_view::npos) return false;
    host = authority.substr(1, end - 1);
    ++end;
  } else {
    end = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, end);
  }
  if (host.empty()) return false;
  if (end == authority.size()) return true;
  port = authority.substr(end + 1);
  return authority[end] == ':' && is_number_up_to(port, 65535);
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view url) {
  if (url.size() > kLongestUrl) return bad(url.substr(0, 60), "it is longer than 8,000 characters");
  // The text itself is not shown: it may hold a password, or move the cursor of a terminal.
  if (has_strange_characters(url)) {
    return fail(ErrorKind::invalid,
                "a URL has blanks, control or non-ASCII characters in it: write them "
                "percent-encoded");
  }
  const auto colon = url.find("://");
  const std::string scheme = lower(url.substr(0, std::min(colon, url.size())));
  if (colon == std::string_view::npos || (scheme != "https" && scheme != "http")) {
    return bad(url, "it has to begin with https://");
  }
  const std::string_view rest = url.substr(colon + 3);
  const std::string_view authority =
      rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
  if (authority.find('@') != std::string_view::npos) {
    return fail(ErrorKind::invalid, "a URL holds a user name or a password: take it out");
  }
  std::string_view host;
  std::string_view port;
  if (!split_authority(authority, host, port)) return bad(url, "its host or port can't be read");
  Endpoint endpoint;
  endpoint.tls = scheme == "https";
  endpoint.host = lower(host);
  endpoint.origin = fmt::format("{}://{}", scheme, lower(authority));
  endpoint.loopback = is_loopback(endpoint.host);
  return endpoint;
}

Result<Endpoint> parse_secure_endpoint(std::string_view url) {
  auto endpoint = parse_endpoint(url);
  if (endpoint && !endpoint->tls && !endpoint->loopback) {
    return fail(ErrorKind::refused,
                fmt::format("{} is not encrypted, so nothing is sent there: write https://, or use "
                            "a loopback address",
                            endpoint->origin));
  }
  return endpoint;
}

}  // namespace keytide
