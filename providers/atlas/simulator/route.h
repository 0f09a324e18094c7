// Which operation of the Admin API a request asks for. The names are the operationIds of the public
// description, and `token` and `revoke` for the two OAuth paths, which it leaves out.
#pragma once

#include <string_view>

namespace keytide::simulator {

enum class Action {
  token,
  revoke,
  list_orgs,
  get_org,
  get_settings,
  update_settings,
  list_accounts,
  get_account,
  create_secret,
  delete_secret,
  unknown_path,
  unknown_method
};

struct Route {
  Action action = Action::unknown_path;
  bool is_org = true;  // or a project's, below /groups
  // Parts of the request's URL, which must outlive this; empty where the path has none.
  std::string_view path;
  std::string_view query;
  std::string_view site_id;
  std::string_view client_id;
  std::string_view secret_id;
};

Route find_route(std::string_view method, std::string_view url);

// "createOrgServiceAccountSecret"; "unknown" for what is not an operation.
std::string_view operation_name(const Route& route);

}  // namespace keytide::simulator
