// New secret: the plan of one create: the slot that it needs, what holds it back, what it cuts, and
// what can go after it.
#pragma once

#include <optional>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/due.h"
#include "core/plan/situation.h"

namespace keytide {

// A due entry's new secret; absent: what holds it back is in `out.blocked`. `before`: what is
// deleted first, to which the secret that frees the slot is added.
std::optional<Change> plan_new_secret(const Situation& situation, const Due& due,
                                      std::vector<Change>& before, AccountPlan& out);

// A replaced secret that nobody can use any more goes in the same run, not in the next.
void plan_cleanup(const Situation& situation, AccountPlan& out);

}  // namespace keytide
