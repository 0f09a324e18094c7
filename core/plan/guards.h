// Guards: what holds a create back although it is due, each with the way out.
#pragma once

#include <optional>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/situation.h"

namespace keytide {

// What keeps an entry from being looked at at all: its scope can't be read, Atlas doesn't list the
// account, or a create's outcome isn't known.
std::optional<Blocked> find_obstacle(const Situation& situation);

// A create of which nobody knows whether it made a secret: until it is late enough to tell.
std::optional<Blocked> find_unknown_create(const Situation& situation);

// Secrets that may be ours, and what a person can do about them; independent of all else.
std::optional<Blocked> find_quarantine(const Situation& situation);

// What keeps a due entry from getting its secret.
std::optional<Blocked> find_create_guard(const Situation& situation, bool slot_is_free);

// Whether the host's clock and Atlas's are too far apart for deletes, and for creates that can
// wait.
std::optional<Blocked> find_clock_guard(const Situation& situation);

// Live secrets that are not ours and whose life a create would shorten.
std::vector<ForeignCut> find_cuts(const Situation& situation);
// Whether the entry, a flag or an approved plan lets them be cut.
bool are_cuts_approved(const Situation& situation, const std::vector<ForeignCut>& cuts);

}  // namespace keytide
