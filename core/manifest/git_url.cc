#include "core/manifest/git_url.h"

#include <algorithm>

#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kSsh = "ssh://";
constexpr std::string_view kForms =
    "write https://host/path.git, ssh://git@host/path.git or git@host:path.git";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A user or a host: ssh gets them as arguments, so neither begins with a dash.
bool is_plain_name(std::string_view text) {
  return !text.empty() && is_letter_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
         });
}

bool is_host(std::string_view host) {
  if (!host.starts_with('[')) return is_plain_name(host);
  return host.size() > 3 && host.back() == ']' &&
         host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
}

bool is_port(std::string_view port) {
  return !port.empty() && port.size() <= 5 &&
         port.find_first_not_of("0123456789") == std::string_view::npos;
}

// "host" or "host:port".
struct HostPort {
  std::string_view host;
  bool is_right = false;
};

HostPort split_host(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && text.back() != ']';
  const std::string_view host = has_port ? text.substr(0, colon) : text;
  return {host, is_host(host) && (!has_port || is_port(text.substr(colon + 1)))};
}

GitUrlProblem holds_password() {
  return {"url holds a name or a password",
          "take it out: use ssh_key:, or the .netrc of the user that runs keytide"};
}

GitUrlProblem no_url() { return {"url is no URL of a repository", std::string(kForms)}; }

// `rest` is what follows the scheme.
std::optional<GitUrlProblem> check_with_scheme(std::string_view url, std::string_view rest) {
  const std::size_t slash = rest.find('/');
  std::string_view host = rest.substr(0, slash);
  const std::size_t at = host.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = host.substr(0, at);
    if (!url.starts_with(kSsh) || user.find(':') != std::string_view::npos) return holds_password();
    if (!is_plain_name(user)) return no_url();
    host.remove_prefix(at + 1);
  }
  const HostPort parts = split_host(host);
  if (!parts.is_right || slash == std::string_view::npos || slash + 1 == rest.size()) {
    return no_url();
  }
  if (url.starts_with(kHttp) && !is_loopback_host(parts.host)) {
    return GitUrlProblem{
        "url is http, and whoever is on the way could alter the manifests",
        "write https:// or ssh://; http is for 127.0.0.1, [::1] and localhost alone"};
  }
  return std::nullopt;
}

std::optional<GitUrlProblem> check_short(std::string_view url) {
  const std::size_t at = url.find('@');
  const std::size_t colon = url.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos) return no_url();
  if (colon < at) return holds_password();
  const std::string_view path = url.substr(colon + 1);
  const bool is_right = is_plain_name(url.substr(0, at)) &&
                        is_plain_name(url.substr(at + 1, colon - at - 1)) && !path.empty() &&
                        path.front() != '-' && path.front() != ':';
  return is_right ? std::nullopt : std::optional(no_url());
}

}  // namespace

GitTransport transport_of(std::string_view url) {
  if (url.starts_with(kHttps)) return GitTransport::https;
  return url.starts_with(kHttp) ? GitTransport::http : GitTransport::ssh;
}

std::optional<GitUrlProblem> check_git_url(std::string_view url) {
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '\\' && c != '?' && c != '#';
  });
  if (!is_plain || url.size() > 2000) return no_url();
  for (const std::string_view scheme : {kHttps, kHttp, kSsh}) {
    if (url.starts_with(scheme)) return check_with_scheme(url, url.substr(scheme.size()));
  }
  if (url.find("://") != std::string_view::npos || url.find("::") != std::string_view::npos) {
    const std::size_t at = url.find('@');
    if (at != std::string_view::npos) return holds_password();
    return GitUrlProblem{"url names a transport that is not used here", std::string(kForms)};
  }
  return check_short(url);
}

}  // namespace keytide
