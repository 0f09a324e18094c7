#include "providers/atlas/simulator/route.h"

#include <vector>

#include "providers/atlas/simulator/text.h"

namespace keytide::simulator {
namespace {

constexpr std::string_view kApi = "/api/atlas/v2/";

Action by_method(std::string_view method, std::string_view wanted, Action action) {
  return method == wanted ? action : Action::unknown_method;
}

Action of_site(std::string_view method, const std::vector<std::string_view>& parts, Route& route) {
  route.site_id = parts[1];
  if (parts.size() == 2) {
    return route.is_org ? by_method(method, "GET", Action::get_org) : Action::unknown_path;
  }
  if (parts.size() == 3 && parts[2] == "settings" && route.is_org) {
    if (method == "PATCH") return Action::update_settings;
    return by_method(method, "GET", Action::get_settings);
  }
  if (parts[2] != "serviceAccounts") return Action::unknown_path;
  if (parts.size() == 3) return by_method(method, "GET", Action::list_accounts);
  route.client_id = parts[3];
  if (parts.size() == 4) return by_method(method, "GET", Action::get_account);
  if (parts[4] != "secrets" || parts.size() > 6) return Action::unknown_path;
  if (parts.size() == 5) return by_method(method, "POST", Action::create_secret);
  route.secret_id = parts[5];
  return by_method(method, "DELETE", Action::delete_secret);
}

}  // namespace

Route find_route(std::string_view method, std::string_view url) {
  Route route;
  const std::size_t question = url.find('?');
  route.path = url.substr(0, question);
  if (question != std::string_view::npos) route.query = url.substr(question + 1);
  if (route.path == "/api/oauth/token") {
    route.action = by_method(method, "POST", Action::token);
  } else if (route.path == "/api/oauth/revoke") {
    route.action = by_method(method, "POST", Action::revoke);
  } else if (route.path.substr(0, kApi.size()) == kApi) {
    const auto parts = split(route.path.substr(kApi.size()), '/');
    route.is_org = parts[0] == "orgs";
    if (!route.is_org && parts[0] != "groups") return route;
    if (parts.size() == 1) {
      if (route.is_org) route.action = by_method(method, "GET", Action::list_orgs);
    } else {
      route.action = of_site(method, parts, route);
    }
  }
  return route;
}

std::string_view operation_name(const Route& route) {
  const bool org = route.is_org;
  switch (route.action) {
    case Action::token:
      return "token";
    case Action::revoke:
      return "revoke";
    case Action::list_orgs:
      return "listOrgs";
    case Action::get_org:
      return "getOrg";
    case Action::get_settings:
      return "getOrgSettings";
    case Action::update_settings:
      return "updateOrgSettings";
    case Action::list_accounts:
      return org ? "listOrgServiceAccounts" : "listGroupServiceAccounts";
    case Action::get_account:
      return org ? "getOrgServiceAccount" : "getGroupServiceAccount";
    case Action::create_secret:
      return org ? "createOrgServiceAccountSecret" : "createGroupServiceAccountSecret";
    case Action::delete_secret:
      return org ? "deleteOrgServiceAccountSecret" : "deleteGroupServiceAccountSecret";
    case Action::unknown_path:
    case Action::unknown_method:
      break;
  }
  return "unknown";
}

}  // namespace keytide::simulator
