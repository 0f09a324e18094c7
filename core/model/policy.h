// Policy: the numbers that the planner and the reconciler go by. What is the issuer's own is
// IssuerLimits; what the operator may set is SafetyPolicy; what a person said on this command line
// is Approvals.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "core/base/instant.h"
#include "core/model/ids.h"

namespace keytide {

// Atlas's rules for service-account secrets. Another issuer would have other numbers.
struct IssuerLimits {
  int slots = 2;  // secrets per service account, expired ones included
  // A create cuts the life of every other secret of the account to at most this.
  Seconds cut{std::chrono::hours(7 * 24)};
  // `secretExpiresAfterHours` of ServiceAccountSecretRequest.
  Seconds life_min{std::chrono::hours(8)};
  Seconds life_max{std::chrono::hours(365 * 24)};
  Seconds create_time_limit{15};  // of one create call
};

struct SafetyPolicy {
  int max_removed_or_respecified_percent = 30;  // of at least `min_entries_for_percent` entries
  int min_entries_for_percent = 10;
  std::optional<Seconds> max_clock_skew = Seconds(300);  // absent: unlimited
  // A secret that is not ours and was not used for so long may be deleted where its slot is needed;
  // absent: never.
  std::optional<Seconds> reclaim_unused_for;
  // What two looks have to agree on (a sink is lost, an unknown create came to nothing) is looked
  // at again so long after the first.
  Seconds confirm_after{60};
  int max_creates = 3;  // per account in min(24 h, a third of the life), not ended in a switch
};

struct Approvals {
  bool foreign_cut = false;   // -allow-foreign-cut
  bool large_change = false;  // -allow-large-change
  bool clock_skew = false;    // -allow-clock-skew
  std::set<SecretId> cuts;    // named in a plan that a person approved
};

}  // namespace keytide
