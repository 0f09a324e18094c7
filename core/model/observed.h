// What Atlas shows. Fields and their names follow the schema ServiceAccountSecret of the public
// Atlas Admin API; the plaintext is in none of these.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/instant.h"
#include "core/model/ids.h"
#include "core/model/token_bucket.h"

namespace keytide {

struct ObservedSecret {
  SecretId id;
  Instant created_at{};
  Instant expires_at{};
  std::optional<Instant> last_used_at;
  std::string masked;  // `maskedSecretValue`; the 201 of a create may lack it

  friend bool operator==(const ObservedSecret&, const ObservedSecret&) = default;
};

struct ObservedAccount {
  AccountKey key;
  std::string name;
  std::vector<ObservedSecret> secrets;  // sorted by createdAt, then id; expired ones are listed too
  bool says_secrets = true;             // false: the reply had no `secrets` at all
};

// One scope as one refresh saw it.
struct ObservedScope {
  Scope scope;
  Instant atlas_now{};                    // Atlas's clock, from the Date header
  std::vector<ObservedAccount> accounts;  // sorted by client id
  std::optional<Error> error;             // the refresh failed: the accounts are unknown
  // `maxServiceAccountSecretValidityInHours` of getOrgSettings; absent: not asked, or no cap
  std::optional<int> max_validity_hours;
  // The rate limit of the scope's service accounts, as its replies told; absent: they said nothing.
  std::optional<LearnedBudget> budget{};
};

}  // namespace keytide
