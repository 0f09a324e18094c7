// What the public description of Atlas leaves open, as settings of the simulator: each has the most
// likely behaviour as its default, and a client has to work with the others too. They stand under
// `settings:` of a seed; `atlas-sim -help` prints this list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/base/result.h"

namespace keytide::simulator {

struct Settings {
  // Limits.
  bool rate_limits = true;           // false lifts every bucket and every limit on tokens
  bool rate_limit_headers = true;    // RateLimit-Limit and RateLimit-Remaining on replies
  bool retry_after_header = true;    // on 429
  bool rate_limited_legacy = false;  // 429 with RATE_LIMITED in place of RATE_LIMITED_TOKEN_BUCKET
  int org_capacity = 500;            // service-account calls, per organization
  int org_refill_per_minute = 250;
  int project_capacity = 1200;
  int project_refill_per_minute = 500;
  int token_mints_per_minute = 10;  // per IP address and service account
  int active_tokens_max = 100;      // per service account
  Seconds token_lifetime{3600};

  // Secrets.
  int slots = 2;                          // secrets per service account
  bool expired_secrets_keep_slot = true;  // until they are deleted
  Seconds cut{7 * 86400};                 // what a create leaves to the other secrets
  int life_min_hours = 8;
  Seconds expiry_offset{0};                    // added to createdAt + secretExpiresAfterHours
  Seconds secret_propagation{0};               // a new secret mints no token (401) before that
  Seconds last_used_delay{0};                  // how late lastUsedAt follows a mint
  bool created_carries_mask = false;           // maskedSecretValue in the 201
  int mask_suffix = 4;                         // characters of the value at the end of its mask
  bool expired_secret_revokes_tokens = false;  // tokens minted from it end with it
  int commit_duration_ms = 0;  // how long a create holds its account (409), real time

  // Errors.
  int slots_full_status = 400;
  std::string slots_full_code = "SERVICE_ACCOUNT_SECRET_LIMIT_REACHED";
  std::string bad_life_code = "VALIDATION_ERROR";
  std::string not_found_code = "RESOURCE_NOT_FOUND";   // an unknown service account or secret
  std::string not_owner_code = "USER_UNAUTHORIZED";    // or NOT_ORG_OWNER
  std::string bad_token_code = "UNAUTHORIZED";         // 401 for a bad token; empty: no body
  std::string foreign_org_code = "USER_UNAUTHORIZED";  // 401 for an organization of somebody else

  // Replies.
  bool envelope_errors = false;      // envelope=true wraps errors too
  int total_count_error = 0;         // added to totalCount, which is an estimate
  bool accept_needs_version = true;  // 406 without one; false: the newest is served
  std::string retired_versions;      // dates, by commas: 410 for these
};

struct SettingInfo {
  std::string_view name;  // as in the seed
  std::string fallback;   // its default, as one would write it
  std::string_view what;
};

// In the order of -help.
std::vector<SettingInfo> all_settings();

// Sets one by its name. Errors: not_found for an unknown name, invalid for a value of the wrong
// kind, with what it takes.
Result<void> set(Settings& settings, std::string_view name, std::string_view value);

}  // namespace keytide::simulator
