#include "core/plan/next_moment.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/model/schedule.h"

namespace keytide {
namespace {

using Moments = std::vector<Instant>;

// A secret that expired is not current any more, frees its slot, or is gone with its record.
void expiries(const Situation& s, const AccountPlan& /*plan*/, Moments& out) {
  for (const OwnedSecret& secret : s.record->secrets) out.push_back(secret.expires_at);
  for (const ObservedSecret& secret : s.foreign) out.push_back(secret.expires_at);
}

void renewal(const Situation& s, const AccountPlan& plan, Moments& out) {
  if (plan.renew_at) out.push_back(*plan.renew_at);
  const OwnedSecret* current = s.current();
  if (current == nullptr) return;
  const Seconds near = deadline_window(s.life_of(*current), chain_time_of(s.record->chain_times));
  // The first second in which less than that is left.
  out.push_back(current->expires_at - near + Seconds(1));
}

void end_of_overlap(const Situation& s, const AccountPlan& /*plan*/, Moments& out) {
  if (s.record->with_role(Role::previous) == nullptr || !s.record->switched_at) return;
  out.push_back(*s.record->switched_at + s.windows_of_current().overlap);
}

void settling(const Situation& s, const AccountPlan& /*plan*/, Moments& out) {
  if (const auto at = s.settles_at()) out.push_back(*at);
  const OwnedSecret* current = s.current();
  const auto expires_at =
      current != nullptr ? std::optional(current->expires_at) : std::optional<Instant>();
  for (const ObservedSecret& secret : s.settling) {
    out.push_back(secret.created_at + settle_time(s.now, expires_at, s.input->limits));
  }
}

void retirement(const Situation& s, const AccountPlan& /*plan*/, Moments& out) {
  if (s.record->removed_at && s.record->on_remove == OnRemove::retire) {
    out.push_back(*s.record->removed_at + s.record->overlap);
  }
}

void end_of_wait(const Situation& /*s*/, const AccountPlan& plan, Moments& out) {
  if (plan.waiting && plan.waiting->holds) out.push_back(plan.waiting->next_try);
}

constexpr std::array kRecordMoments{expiries, renewal,    end_of_overlap,
                                    settling, retirement, end_of_wait};

bool waits_for_consent(const AccountPlan& plan) {
  return std::any_of(plan.changes.begin(), plan.changes.end(), [](const Change& change) {
    return !change.cuts.empty() && !change.cuts_approved;
  });
}

Seconds pause_of_blocked(const Situation& s) {
  return s.is_deadline_near(s.now) ? Seconds(60) : kBlockedLook;
}

}  // namespace

std::optional<Instant> next_moment(const Situation& s, const AccountPlan& plan) {
  Moments moments;
  const bool rests = s.desired != nullptr && s.desired->suspend;
  if (s.record && !rests) {
    for (const auto& add : kRecordMoments) add(s, plan, moments);
  }
  if ((plan.blocked && !rests) || waits_for_consent(plan)) {
    moments.push_back(s.now + pause_of_blocked(s));
  }
  std::erase_if(moments, [&](Instant at) { return at <= s.now; });
  if (moments.empty()) return std::nullopt;
  return *std::min_element(moments.begin(), moments.end());
}

}  // namespace keytide
