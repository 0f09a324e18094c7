#include "cmd/keytide/logins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "providers/system/environment.h"
#include "providers/system/secret_file.h"

namespace keytide {
namespace {

Result<SecretValue> read_secret(const SecretRef& ref, const Variables& variables) {
  if (ref.from == SecretRef::From::file) return read_secret_file(ref.where);
  auto value = variables.secret(ref.where);
  if (value) return std::move(*value);
  return fail(
      ErrorKind::not_found,
      fmt::format("the variable {} is not set; set it, or name {{file: PATH}} instead", ref.where));
}

const SecretRef& secret_of(const Login& login) {
  if (const auto* account = std::get_if<ServiceAccountLogin>(&login)) return account->client_secret;
  if (const auto* key = std::get_if<ApiKeyLogin>(&login)) return key->private_key;
  return std::get<TokenLogin>(login).access_token;
}

Credential credential_of(const Login& login, SecretValue secret) {
  if (const auto* account = std::get_if<ServiceAccountLogin>(&login)) {
    return ServiceAccountCredential{ClientId(account->client_id), std::move(secret)};
  }
  if (const auto* key = std::get_if<ApiKeyLogin>(&login)) {
    return ApiKeyCredential{key->public_key, std::move(secret)};
  }
  return AccessTokenCredential{std::move(secret)};
}

Result<Credential> read_credential(const std::string& name, const Login& login,
                                   const Variables& variables) {
  const std::string where = "atlas.credentials." + name;
  auto secret = read_secret(secret_of(login), variables);
  if (!secret) return fail(std::move(secret.error()).within(where));
  Credential credential = credential_of(login, std::move(*secret));
  if (auto sound = check_credential(credential, where); !sound) {
    return fail(std::move(sound.error()));
  }
  return credential;
}

Result<Credentials> read_from_variables(const Variables& variables) {
  auto found = credential_from(variables);
  if (!found) return fail(std::move(found.error()));
  if (!*found) {
    return fail(ErrorKind::denied,
                "no credentials for Atlas: name them under atlas.credentials in keytide.yaml, or "
                "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET");
  }
  Credentials credentials;
  credentials.by_default = std::move(**found);
  return credentials;
}

}  // namespace

Variables process_variables() { return {environment_variable, secret_variable}; }

Result<Credentials> read_credentials(const AtlasConfig& config, const Variables& variables) {
  if (config.credentials.empty()) return read_from_variables(variables);
  Credentials credentials;
  std::vector<std::string> problems;
  for (const auto& [name, login] : config.credentials) {
    auto credential = read_credential(name, login, variables);
    if (!credential) {
      problems.push_back(credential.error().text());
    } else if (name == "default") {
      credentials.by_default = std::move(*credential);
    } else {
      credentials.by_scope_id.emplace(name, std::move(*credential));
    }
  }
  if (problems.empty()) return credentials;
  return fail(ErrorKind::denied, fmt::format("{}", fmt::join(problems, "; ")));
}

Result<std::optional<SecretValue>> read_listen_token(const ListenConfig& config,
                                                     const Variables& variables) {
  if (!config.token) return std::optional<SecretValue>();
  auto token = read_secret(*config.token, variables);
  if (!token) return fail(std::move(token.error()).within("listen.token"));
  return std::optional<SecretValue>(std::move(*token));
}

}  // namespace keytide
