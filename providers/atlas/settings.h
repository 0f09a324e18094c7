// How Atlas is reached: the address, and what the variables say that its users already have set.
// Names are those of the vendor's own tools. The environment is handed in.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/secret_value.h"
#include "providers/atlas/credential.h"

namespace keytide {

// Absent: not set, or empty. environment_variable and secret_variable of providers/system fit.
struct Variables {
  std::function<std::optional<std::string>(const std::string& name)> text;
  std::function<std::optional<SecretValue>(const std::string& name)> secret;
};

// Without `/` at its end. What the configuration says, else MONGODB_ATLAS_BASE_URL, else
// MCLI_OPS_MANAGER_URL, else https://cloud.mongodb.com. Errors: invalid, and refused for http to
// another host than loopback.
Result<std::string> atlas_base_url(const std::string& configured, const Variables& variables);

// The first kind that is set: access token (MONGODB_ATLAS_ACCESS_TOKEN), service account
// (MONGODB_ATLAS_CLIENT_ID and _CLIENT_SECRET), API key (MONGODB_ATLAS_PUBLIC_API_KEY, _PUBLIC_KEY
// or MCLI_PUBLIC_API_KEY, and the private halves). Absent: none is. Errors: invalid, for one half
// of a pair, and for what check_credential refuses.
Result<std::optional<Credential>> credential_from(const Variables& variables);

// Errors: invalid, for a service account's id or secret where an API key belongs, for empty values
// and line breaks. `where` names the place for people: "atlas.credentials.default".
Result<void> check_credential(const Credential& credential, const std::string& where);

}  // namespace keytide
