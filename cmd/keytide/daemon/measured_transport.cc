#include "cmd/keytide/daemon/measured_transport.h"

#include <chrono>
#include <vector>

namespace keytide {
namespace {

constexpr std::string_view kAny = "*";

struct Route {
  std::string_view method;
  std::vector<std::string_view> path;
  std::string_view operation;
};

// As the public description has the paths, below /api/atlas/v2.
const std::vector<Route>& routes() {
  static const std::vector<Route> kAll{
      {"GET", {"orgs", kAny, "serviceAccounts"}, "listOrgServiceAccounts"},
      {"GET", {"orgs", kAny, "serviceAccounts", kAny}, "getOrgServiceAccount"},
      {"POST", {"orgs", kAny, "serviceAccounts", kAny, "secrets"}, "createOrgServiceAccountSecret"},
      {"DELETE",
       {"orgs", kAny, "serviceAccounts", kAny, "secrets", kAny},
       "deleteOrgServiceAccountSecret"},
      {"GET", {"orgs", kAny, "settings"}, "getOrgSettings"},
      {"GET", {"groups", kAny, "serviceAccounts"}, "listGroupServiceAccounts"},
      {"GET", {"groups", kAny, "serviceAccounts", kAny}, "getGroupServiceAccount"},
      {"POST",
       {"groups", kAny, "serviceAccounts", kAny, "secrets"},
       "createGroupServiceAccountSecret"},
      {"DELETE",
       {"groups", kAny, "serviceAccounts", kAny, "secrets", kAny},
       "deleteGroupServiceAccountSecret"},
  };
  return kAll;
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

bool matches(const Route& route, std::string_view method,
             const std::vector<std::string_view>& parts) {
  if (route.method != method || route.path.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (route.path[i] != kAny && route.path[i] != parts[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view operation_of(std::string_view method, std::string_view url) {
  url = url.substr(0, url.find('?'));
  if (method == "POST" && url.ends_with("/api/oauth/token")) return "token";
  if (method == "POST" && url.ends_with("/api/oauth/revoke")) return "revoke";
  constexpr std::string_view kBase = "/api/atlas/v2/";
  const std::size_t base = url.find(kBase);
  if (base == std::string_view::npos) return "other";
  const auto parts = parts_of(url.substr(base + kBase.size()));
  for (const Route& route : routes()) {
    if (matches(route, method, parts)) return route.operation;
  }
  return "other";
}

tl::expected<HttpResponse, TransportError> MeasuredTransport::send(const HttpRequest& request,
                                                                   const SendOptions& options) {
  const auto begun = clock_.since_boot();
  auto reply = inner_.send(request, options);
  telemetry_.on_request(operation_of(request.method, request.url), reply ? reply->status : 0,
                        clock_.since_boot() - begun);
  return reply;
}

}  // namespace keytide
