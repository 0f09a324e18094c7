#include "providers/atlas/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "providers/http/endpoint.h"

namespace keytide {
namespace {

constexpr const char* kDefaultBaseUrl = "https://cloud.mongodb.com";
constexpr std::array kBaseUrlNames = {"MONGODB_ATLAS_BASE_URL", "MCLI_OPS_MANAGER_URL"};
constexpr std::array kPublicKeyNames = {"MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PUBLIC_KEY",
                                        "MCLI_PUBLIC_API_KEY"};
constexpr std::array kPrivateKeyNames = {"MONGODB_ATLAS_PRIVATE_API_KEY",
                                         "MONGODB_ATLAS_PRIVATE_KEY", "MCLI_PRIVATE_API_KEY"};

struct NamedText {
  std::string name;
  std::string value;
};
struct NamedSecret {
  std::string name;
  SecretValue value;
};

template <std::size_t N>
std::optional<NamedText> first_text(const Variables& variables,
                                    const std::array<const char*, N>& names) {
  for (const char* name : names) {
    auto value = variables.text(name);
    if (value && !value->empty()) return NamedText{name, std::move(*value)};
  }
  return std::nullopt;
}

template <std::size_t N>
std::optional<NamedSecret> first_secret(const Variables& variables,
                                        const std::array<const char*, N>& names) {
  for (const char* name : names) {
    auto value = variables.secret(name);
    if (value && !value->empty()) return NamedSecret{name, std::move(*value)};
  }
  return std::nullopt;
}

tl::unexpected<Error> half_a_pair(std::string_view set, std::string_view missing) {
  return fail(ErrorKind::invalid,
              fmt::format("{} is set and {} is not: set both, or neither", set, missing));
}

Result<std::optional<Credential>> checked(Credential credential, const std::string& where) {
  if (auto good = check_credential(credential, where); !good) return fail(std::move(good.error()));
  return std::optional<Credential>(std::move(credential));
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c == '\x7f'; });
}

struct Problem {
  std::string operator()(const ServiceAccountCredential& one) const {
    if (!one.client_id.str().starts_with("mdb_sa_id_")) {
      return "the client id does not begin with mdb_sa_id_: an API key is given as public and "
             "private key";
    }
    return of_secret(one.client_secret, "the client secret");
  }
  std::string operator()(const AccessTokenCredential& one) const {
    if (is_service_account_text(one.token)) {
      return "a service account's id or secret stands where an access token belongs: give client "
             "id and client secret";
    }
    return of_secret(one.token, "the access token");
  }
  std::string operator()(const ApiKeyCredential& one) const {
    if (one.public_key.starts_with("mdb_sa") || is_service_account_text(one.private_key)) {
      return "a service account's id or secret stands where an API key belongs: give it as client "
             "id and client secret (MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET)";
    }
    if (one.public_key.empty()) return "the public key is empty";
    if (has_control_characters(one.public_key)) return "the public key holds a line break";
    return of_secret(one.private_key, "the private key");
  }

  static bool is_service_account_text(const SecretValue& value) {
    return value.reveal().starts_with("mdb_sa");
  }
  static std::string of_secret(const SecretValue& value, std::string_view what) {
    if (value.empty()) return fmt::format("{} is empty", what);
    if (has_control_characters(value.reveal())) return fmt::format("{} holds a line break", what);
    return {};
  }
};

}  // namespace

Result<std::string> atlas_base_url(const std::string& configured, const Variables& variables) {
  std::string url = configured;
  std::string where = "atlas.base_url";
  if (url.empty()) {
    const auto set = first_text(variables, kBaseUrlNames);
    url = set ? set->value : kDefaultBaseUrl;
    where = set ? set->name : "the default";
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.find_first_of("?#") != std::string::npos) {
    return fail(ErrorKind::invalid,
                fmt::format("a base URL has no query and no fragment ({})", where));
  }
  if (auto endpoint = parse_secure_endpoint(url); !endpoint) {
    return fail(std::move(endpoint.error()).within(where));
  }
  return url;
}

Result<void> check_credential(const Credential& credential, const std::string& where) {
  const std::string problem = std::visit(Problem{}, credential);
  if (problem.empty()) return {};
  return fail(Error{ErrorKind::invalid, problem, {where}});
}

Result<std::optional<Credential>> credential_from(const Variables& variables) {
  if (auto token = variables.secret("MONGODB_ATLAS_ACCESS_TOKEN"); token && !token->empty()) {
    return checked(AccessTokenCredential{std::move(*token)}, "MONGODB_ATLAS_ACCESS_TOKEN");
  }
  auto id = first_text(variables, std::array{"MONGODB_ATLAS_CLIENT_ID"});
  auto secret = first_secret(variables, std::array{"MONGODB_ATLAS_CLIENT_SECRET"});
  if (id && !secret) return half_a_pair("MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET");
  if (secret && !id) return half_a_pair("MONGODB_ATLAS_CLIENT_SECRET", "MONGODB_ATLAS_CLIENT_ID");
  if (id) {
    return checked(
        ServiceAccountCredential{ClientId(std::move(id->value)), std::move(secret->value)},
        "MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET");
  }
  auto public_key = first_text(variables, kPublicKeyNames);
  auto private_key = first_secret(variables, kPrivateKeyNames);
  if (public_key && !private_key) return half_a_pair(public_key->name, kPrivateKeyNames[0]);
  if (private_key && !public_key) return half_a_pair(private_key->name, kPublicKeyNames[0]);
  if (!public_key) return std::optional<Credential>();
  const std::string where = fmt::format("{}, {}", public_key->name, private_key->name);
  return checked(ApiKeyCredential{std::move(public_key->value), std::move(private_key->value)},
                 where);
}

}  // namespace keytide
