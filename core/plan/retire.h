// Retire: which secrets of ours are deleted now, and which of them would free a slot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/situation.h"

namespace keytide {

// The change that deletes one secret of ours.
Change destroy_change(const OwnedSecret& secret, Reason reason, std::string why);

struct Retirement {
  std::vector<Change> destroys;    // each of one secret that is recorded as to be deleted
  std::vector<std::string> notes;  // why one that is over its time is kept
};

// Secrets that nothing needs any more. Asked only where no attempt is open. The current secret must
// be listed and alive before a previous one that lives is touched.
Retirement find_retirement(const Situation& situation);

// For an entry that is due while both slots are taken: the secret to delete first, never by age: an
// expired one, an orphan, a previous one past its overlap, a previous one that nobody used since
// the switch when the deadline is near, one that is not ours where `reclaim_foreign` allows it,
// last our own current one once it has expired.
std::optional<OwnedSecret> find_slot_victim(const Situation& situation);

}  // namespace keytide
