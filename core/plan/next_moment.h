// Next moment: when an account has to be looked at again although nothing happens meanwhile. Time
// alone makes a renewal due, ends an overlap, settles an unknown create, ends a wait.
#pragma once

#include <optional>

#include "core/model/plan.h"
#include "core/plan/situation.h"

namespace keytide {

// What can't be served, and what only a person or another program can repair, is looked at again
// after so long; after a minute where the current secret is about to expire.
inline constexpr Seconds kBlockedLook{std::chrono::minutes(10)};

// By Atlas's clock, and later than now. Absent: nothing of it changes by itself. Of an account with
// changes it says when to look again if they fail or are not made; one that was changed has to be
// planned anew.
std::optional<Instant> next_moment(const Situation& situation, const AccountPlan& plan);

}  // namespace keytide
