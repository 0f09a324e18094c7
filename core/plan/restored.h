// Restored: the state store is older than what was done with it. A backup that was put back knows
// neither the secrets that were made since nor who holds them, so nothing is created, deleted or
// written by it until a person accepts it with `apply -refresh-only`.
#pragma once

#include <optional>
#include <string>

#include "core/model/plan.h"

namespace keytide {

struct Situation;
struct PlanInput;

// Of the whole store: a change was written after the one that it ends with.
std::optional<std::string> find_restored_store(const PlanInput& input);

// Of one account: that, or a sink with a stamp from later than the record, or a secret that nobody
// recorded and that is newer than the store's last change: held by a sink, or there while the
// recorded current one is gone.
std::optional<std::string> find_restored(const Situation& situation);

Blocked restored_block(const Situation& situation);

// What the record may still be trusted with, once a person accepts it: its open attempt is over,
// and a new secret of that attempt is in quarantine, for it may serve by now. Generations go on
// above every stamp.
void accept_restored(Situation& situation);

}  // namespace keytide
