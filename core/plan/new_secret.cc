#include "core/plan/new_secret.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/plan/guards.h"
#include "core/plan/retire.h"

namespace keytide {
namespace {

bool destroys(const std::vector<Change>& changes, const SecretId& id) {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
    return change.action == Action::destroy && change.secret->id == id;
  });
}

// The slot that a create needs: a free one, or one that is freed first (find_slot_victim).
bool find_slot(const Situation& s, Change& create, std::vector<Change>& before) {
  if (s.slots_taken < s.input->limits.slots) return true;
  if (before.empty()) {
    const auto victim = find_slot_victim(s);
    if (!victim) return false;
    before.push_back(destroy_change(
        *victim, Reason::overlap_over,
        victim->role == Role::reclaimed
            ? "not made by keytide and unused: reclaim_foreign allows it to free the slot"
            : "frees the slot for the new secret"));
  }
  create.frees = before.front().secret->id;
  return s.slots_taken - static_cast<int>(before.size()) < s.input->limits.slots;
}

}  // namespace

std::optional<Change> plan_new_secret(const Situation& s, const Due& due,
                                      std::vector<Change>& before, AccountPlan& out) {
  Change create;
  create.action = s.current() != nullptr ? Action::renew : Action::create;
  create.reason = due.reason;
  create.why = due.why;
  if (const OwnedSecret* current = s.current()) create.secret = *current;
  std::vector<Change> deleted = before;
  const bool slot_is_free = find_slot(s, create, deleted);
  if (auto blocked = find_create_guard(s, slot_is_free)) {
    out.blocked = Blocked{fmt::format("{}; but {}", due.why, blocked->why), blocked->way_out};
    return std::nullopt;
  }
  create.cuts = find_cuts(s);
  create.cuts_approved = are_cuts_approved(s, create.cuts);
  // Nothing makes room for a create that waits for consent.
  if (create.cuts_approved) before = std::move(deleted);
  return create;
}

void plan_cleanup(const Situation& s, AccountPlan& out) {
  const OwnedSecret* current = s.current();
  if (current == nullptr || destroys(out.changes, current->id)) return;
  // This run is signed in with it: it goes once a run has signed in with the new one.
  if (s.is_own) return;
  if (!s.is_live(current->expires_at)) {
    out.changes.push_back(destroy_change(*current, Reason::overlap_over, "it has expired"));
  } else if (s.windows_of_current().overlap == Seconds(0)) {
    out.changes.push_back(destroy_change(*current, Reason::overlap_over, "overlap is 0s"));
  }
}

}  // namespace keytide
