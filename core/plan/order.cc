#include "core/plan/order.h"

#include <algorithm>

#include "core/model/schedule.h"

namespace keytide {
namespace {

bool has_action(const AccountPlan& account, Action action) {
  return std::any_of(account.changes.begin(), account.changes.end(),
                     [&](const Change& change) { return change.action == action; });
}

bool makes_secret(const AccountPlan& account) {
  return has_action(account, Action::create) || has_action(account, Action::renew);
}

bool has_new_secret(const AccountPlan& account) {
  if (!account.record || !account.record->attempt) return false;
  const AttemptPhase phase = account.record->attempt->phase;
  return phase == AttemptPhase::created || phase == AttemptPhase::verified;
}

}  // namespace

Urgency urgency_of(const AccountPlan& account, Instant now) {
  if (account.changes.empty()) return Urgency::rest;
  if (has_new_secret(account)) return Urgency::holds_secret;
  if (!makes_secret(account)) {
    return has_action(account, Action::destroy) ? Urgency::retire : Urgency::rest;
  }
  const OwnedSecret* current = account.record ? account.record->with_role(Role::current) : nullptr;
  if (current == nullptr) return Urgency::missing;
  const Seconds life = std::chrono::hours(current->asked_hours);
  const Seconds chain = chain_time_of(account.record->chain_times);
  return is_deadline_near(current->expires_at, life, chain, now) ? Urgency::emergency
                                                                 : Urgency::due;
}

QueuePlace queue_place(const AccountPlan& account, Instant now, bool is_own) {
  return {is_own, urgency_of(account, now), account.deadline, account.key};
}

}  // namespace keytide
