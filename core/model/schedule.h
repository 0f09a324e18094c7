// Schedule: all arithmetic of time, in one file. Pure: `now` is an argument everywhere.
//
// "Life" is what a create asks Atlas for, which is a little less than the manifest's lifetime: the
// missing hours are a tag by which keytide would know the secret as its own, were the reply lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/model/ids.h"
#include "core/model/policy.h"

namespace keytide {

// The two settings as they count for a secret of this life: what the entry says, or the default.
struct Windows {
  Seconds renew_before{0};
  Seconds overlap{0};
};

// Defaults: renew_before is a third of the life, half of it where it is 10 days or less; overlap is
// a quarter of the life, at most 24 h. What was set is at most 7 days of overlap.
Windows windows_of(Seconds life, std::optional<Seconds> renew_before,
                   std::optional<Seconds> overlap);

// The largest number of hours that may be taken off a lifetime as a tag: 5 % of it, at least 2 h,
// at most 168 h, and 9 h must be left. 0: too short to be tagged.
int tag_limit_hours(Seconds lifetime);

// The hours to ask for: the lifetime less a tag that is drawn anew for each attempt, from a hash of
// what names the attempt, so that a repeated run draws the same.
int asked_hours(Seconds lifetime, std::string_view lineage, const AccountKey& key,
                std::int64_t attempt);

// At most 20 % of the life and 3 days.
Seconds jitter_limit(Seconds life);
// The same for the same secret on every run; spreads the renewals of a fleet.
Seconds jitter_of(Seconds life, std::string_view lineage, const AccountKey& key,
                  std::int64_t generation);

// expires_at - renew_before - jitter: jitter only ever makes it earlier.
Instant renew_at(Instant expires_at, Seconds renew_before, Seconds jitter);

// How long a renewal of the account takes: the slowest of the last ones (AccountRecord), at least
// 2 minutes.
Seconds chain_time_of(const std::vector<Seconds>& last);

// The end of a secret's life in which waiting would be the greater risk: three chain times, but at
// most a quarter of min(life, 7 d), so that one chain that hung does not make an emergency of the
// whole renewal window; and at least a twentieth of it.
Seconds deadline_window(Seconds life, Seconds chain_time);

// Whether less than that is left of the current secret.
bool is_deadline_near(Instant expires_at, Seconds life, Seconds chain_time, Instant now);

// From W1 to E1: a create that is later than this is not sent any more.
inline constexpr Seconds kSendWithin{10};
// How far Atlas's clock and what keytide takes it for may be apart.
inline constexpr Seconds kClockSlack{60};
// How long the tag of an attempt whose outcome nobody learned is looked for.
inline constexpr Seconds kTagKept{std::chrono::hours(30 * 24)};

// The last moment at which the create of an attempt can have been on its way.
Instant sent_by(Instant intent_at, const IssuerLimits& limits);
// How long after that a late commit is waited for: an eighth of what the current secret has left,
// between two time limits of a create, at least 15 minutes, and an hour; without a current secret
// the least.
Seconds settle_time(Instant sent_by, std::optional<Instant> current_expires_at,
                    const IssuerLimits& limits);

// Settings that could renew in a loop, or delete the old secret when the next renewal begins, are
// refused: checked at the shortest life and the largest jitter that the lifetime can come to.
// The key is the manifest's ("renew_before", "overlap").
struct LifeProblem {
  std::string key;
  std::string problem;
  std::string way_out;
};
std::optional<LifeProblem> find_life_problem(Seconds lifetime, std::optional<Seconds> renew_before,
                                             std::optional<Seconds> overlap,
                                             const IssuerLimits& limits = {});

}  // namespace keytide
