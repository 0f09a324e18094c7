// Waiting: an entry whose last tries failed. A run that nobody watches leaves it alone until its
// next try; a person who applies is not kept waiting.
#pragma once

#include <optional>

#include "core/model/plan.h"
#include "core/plan/situation.h"

namespace keytide {

// Absent: the last try succeeded, the entry was edited since, or a person asks for a new secret.
std::optional<Waiting> find_waiting(const Situation& situation);

// Takes out of the plan what waits, or says what an attended run does about it.
void apply_back_off(const Situation& situation, AccountPlan& out);

}  // namespace keytide
