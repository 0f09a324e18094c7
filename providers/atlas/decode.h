// Decode: replies of the Atlas Admin API, from JSON to values. Schemas:
// PaginatedOrgServiceAccounts, PaginatedGroupServiceAccounts, OrgServiceAccount,
// GroupServiceAccount, ServiceAccountSecret, OrganizationSettings, ApiError. Unknown fields are
// passed over; a reply in an envelope
// (`{"status", "content"}`) is read like a plain one. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/secret_value.h"
#include "core/model/observed.h"
#include "core/model/token_bucket.h"
#include "core/ports/issuer.h"

namespace keytide {

// All of them fail with the kind `corrupt` when the text is no JSON, or lacks what is required.

// One page of listOrgServiceAccounts or listGroupServiceAccounts.
struct AccountPage {
  std::size_t results = 0;            // on this page
  std::optional<std::int64_t> total;  // `totalCount`, an estimate
  bool has_next = false;              // `links` names a next page
};
// Appends the page's accounts, in the order in which they came; their secrets are sorted.
Result<AccountPage> decode_account_page(std::string_view json, const Scope& scope,
                                        std::vector<ObservedAccount>& to);

// getOrgServiceAccount, getGroupServiceAccount.
Result<ObservedAccount> decode_account(std::string_view json, const Scope& scope);

// The 201 of createOrgServiceAccountSecret and createGroupServiceAccountSecret: needs `id`,
// `secret`, `createdAt` and `expiresAt`. `maskedSecretValue` may be missing.
Result<CreatedSecret> decode_created_secret(std::string_view json);

// getOrgSettings: `maxServiceAccountSecretValidityInHours`; absent where it is missing or null.
Result<std::optional<int>> decode_max_validity_hours(std::string_view json);

// The token endpoint's 200 (RFC 6749, 5.1).
struct TokenReply {
  SecretValue token;
  Seconds expires_in{3600};
};
Result<TokenReply> decode_token(std::string_view json);

// What an error reply says: schema ApiError, or the OAuth shape (`error` is a string there). Never
// fails: what can't be read stays empty.
struct ErrorReply {
  std::string code;                 // `errorCode`, or OAuth's `error`
  std::string detail;               // `detail`, `error_description`, else `reason`
  std::vector<std::string> fields;  // of badRequestDetail: "field: description"
};
ErrorReply decode_error(std::string_view json);

// The size of the bucket that a 429 RATE_LIMITED_TOKEN_BUCKET names in its parameters: the path,
// the seconds to wait, the capacity, the refill and its period in seconds. Never fails: absent for
// any other reply.
std::optional<BucketSize> decode_bucket_size(std::string_view json);

}  // namespace keytide
