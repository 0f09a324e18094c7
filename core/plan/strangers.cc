#include "core/plan/strangers.h"

#include <algorithm>

#include "core/model/schedule.h"

namespace keytide {
namespace {

constexpr Seconds kLifeSlack{2};

bool has_life_of(const ObservedSecret& secret, const Attempt& attempt) {
  const Seconds life = secret.expires_at - secret.created_at;
  return std::chrono::abs(life - std::chrono::hours(attempt.asked_hours)) <= kLifeSlack;
}

bool was_there_before(const ObservedSecret& secret, const Attempt& attempt) {
  const auto& before = attempt.ids_before;
  return secret.created_at < attempt.atlas_time - kClockSlack ||
         std::find(before.begin(), before.end(), secret.id) != before.end();
}

bool is_in_window(const ObservedSecret& secret, const Attempt& attempt,
                  const StrangerRules& rules) {
  const Instant end = sent_by(attempt.atlas_time, rules.limits) + rules.settle + kClockSlack;
  return !was_there_before(secret, attempt) && secret.created_at <= end;
}

// What marks it as ours: the tag, or the promise that nobody else creates here.
bool is_marked(const ObservedSecret& secret, const Attempt& attempt, bool is_only_one,
               const StrangerRules& rules) {
  if (bears_tag(secret, attempt)) return true;
  return rules.exclusive && is_only_one && has_life_of(secret, attempt) &&
         is_in_window(secret, attempt, rules);
}

Stranger judge(const ObservedSecret& secret, const std::vector<Attempt>& attempts, bool is_only_one,
               const StrangerRules& rules) {
  for (const Attempt& attempt : attempts) {
    if (!is_marked(secret, attempt, is_only_one, rules)) continue;
    const bool is_old = rules.now - secret.created_at >= rules.settle;
    const Origin origin = secret.last_used_at ? Origin::doubtful
                          : is_old            ? Origin::ours
                                              : Origin::settling;
    return {secret, origin, attempt.number, attempt.asked_hours};
  }
  for (const Attempt& attempt : attempts) {
    if (!is_in_window(secret, attempt, rules)) continue;
    return {secret, Origin::doubtful, attempt.number, attempt.asked_hours};
  }
  return {secret, Origin::foreign, 0, 0};
}

}  // namespace

void leave_tag_open(AccountRecord& record) {
  Attempt tag = *record.attempt;
  tag.phase = AttemptPhase::unknown;
  tag.reason.clear();
  tag.rotation_id.clear();
  tag.lifetime = Seconds(0);
  record.open_tags.push_back(std::move(tag));
}

bool bears_tag(const ObservedSecret& secret, const Attempt& attempt) {
  return attempt.is_tagged && !was_there_before(secret, attempt) && has_life_of(secret, attempt);
}

std::vector<Stranger> find_strangers(const ObservedAccount& account, const AccountRecord& record,
                                     const StrangerRules& rules) {
  std::vector<const ObservedSecret*> unknown;
  for (const ObservedSecret& secret : account.secrets) {
    if (record.find(secret.id) == nullptr) unknown.push_back(&secret);
  }
  const auto new_ones =
      std::count_if(unknown.begin(), unknown.end(), [&](const ObservedSecret* secret) {
        return std::any_of(
            record.open_tags.begin(), record.open_tags.end(),
            [&](const Attempt& attempt) { return is_in_window(*secret, attempt, rules); });
      });
  std::vector<Stranger> strangers;
  for (const ObservedSecret* secret : unknown) {
    strangers.push_back(judge(*secret, record.open_tags, new_ones == 1, rules));
  }
  return strangers;
}

}  // namespace keytide
