// Credential: who keytide is to Atlas. Three kinds, as Atlas has them; which one signs which call
// in is decided by the scope of the call.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "core/base/secret_value.h"
#include "core/model/ids.h"

namespace keytide {

// OAuth 2.0 client credentials: a token is minted with it, used for up to an hour, and revoked.
struct ServiceAccountCredential {
  ClientId client_id;
  SecretValue client_secret;
};

// A token that somebody else minted. It is neither renewed nor revoked.
struct AccessTokenCredential {
  SecretValue token;
};

// A programmatic API key, by HTTP digest.
struct ApiKeyCredential {
  std::string public_key;
  SecretValue private_key;
};

using Credential = std::variant<ServiceAccountCredential, AccessTokenCredential, ApiKeyCredential>;

// "service account mdb_sa_id_…", "access token", "API key abcdefgh"
std::string describe(const Credential& credential);

// By org or project id. A call takes the credential of its own scope, else the default.
struct Credentials {
  std::map<std::string, Credential> by_scope_id;
  std::optional<Credential> by_default;
};

}  // namespace keytide
