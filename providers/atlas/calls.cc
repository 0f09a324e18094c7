#include "providers/atlas/calls.h"

#include <fmt/format.h>

#include <algorithm>

namespace keytide {
namespace {

constexpr const char* kSettingsVersion = "application/vnd.atlas.2023-01-01+json";

bool is_org(const Scope& scope) { return scope.kind == Scope::Kind::org; }

std::string operation(const Scope& scope, std::string_view verb, std::string_view noun) {
  return fmt::format("{}{}{}", verb, is_org(scope) ? "Org" : "Group", noun);
}

std::string scope_path(const Scope& scope) {
  return fmt::format("/api/atlas/v2/{}/{}", is_org(scope) ? "orgs" : "groups", scope.id);
}

std::string account_path(const AccountKey& key) {
  return fmt::format("{}/serviceAccounts/{}", scope_path(key.scope), key.client_id.str());
}

AtlasCall call_for(const Scope& scope, std::string operation, std::string path, std::string doing) {
  AtlasCall call;
  call.operation = std::move(operation);
  call.scope = scope;
  call.path = std::move(path);
  call.doing = std::move(doing);
  return call;
}

AtlasCall call_about(const AccountKey& key, std::string operation, std::string path,
                     std::string doing) {
  AtlasCall call = call_for(key.scope, std::move(operation), std::move(path), std::move(doing));
  call.account = key.client_id;
  return call;
}

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
}

}  // namespace

AtlasCall list_accounts_call(const Scope& scope, int page) {
  return call_for(scope, operation(scope, "list", "ServiceAccounts"),
                  fmt::format("{}/serviceAccounts?itemsPerPage={}&pageNum={}", scope_path(scope),
                              kItemsPerPage, page),
                  fmt::format("while listing the service accounts of {}", describe(scope)));
}

AtlasCall get_account_call(const AccountKey& key) {
  return call_about(key, operation(key.scope, "get", "ServiceAccount"), account_path(key),
                    fmt::format("while reading {}", describe(key)));
}

AtlasCall create_secret_call(const AccountKey& key, int hours) {
  AtlasCall call = call_about(key, operation(key.scope, "create", "ServiceAccountSecret"),
                              account_path(key) + "/secrets",
                              fmt::format("while creating a secret for {}", describe(key)));
  call.method = "POST";
  call.content_type = call.accept;
  call.body = fmt::format(R"({{"secretExpiresAfterHours":{}}})", hours);
  return call;
}

AtlasCall delete_secret_call(const AccountKey& key, const SecretId& id) {
  AtlasCall call =
      call_about(key, operation(key.scope, "delete", "ServiceAccountSecret"),
                 fmt::format("{}/secrets/{}", account_path(key), id.str()),
                 fmt::format("while deleting secret {} of {}", id.str(), describe(key)));
  call.method = "DELETE";
  return call;
}

AtlasCall org_settings_call(const Scope& org) {
  AtlasCall call = call_for(org, "getOrgSettings", scope_path(org) + "/settings",
                            fmt::format("while reading the settings of {}", describe(org)));
  call.accept = kSettingsVersion;
  call.endpoints = EndpointSet::settings;
  return call;
}

Result<void> check_ids(const AccountKey& key) {
  if (is_id(key.scope.id) && is_id(key.client_id.str())) return {};
  return fail(ErrorKind::invalid,
              "an org, project or client id holds characters that no id has: write 24 hex digits, "
              "and mdb_sa_id_ with 24 hex digits");
}

}  // namespace keytide
