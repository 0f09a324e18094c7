#include "core/plan/safety.h"

#include <fmt/format.h>

#include <algorithm>

namespace keytide {
namespace {

bool is_removal_or_respecification(const Change& change) {
  if (change.action == Action::forget) return true;
  return change.action == Action::renew &&
         (change.reason == Reason::rotation_id_changed ||
          change.reason == Reason::lifetime_shortened || change.reason == Reason::new_sink);
}

int count_changed(const Plan& plan) {
  int changed = 0;
  for (const AccountPlan& account : plan.accounts) {
    if (std::any_of(account.changes.begin(), account.changes.end(),
                    is_removal_or_respecification)) {
      ++changed;
    }
  }
  return changed;
}

bool forgets(const Plan& plan) { return plan.counts().forget > 0; }

int count_managed(const PlanInput& input) {
  return static_cast<int>(std::count_if(input.records.begin(), input.records.end(),
                                        [](const AccountRecord& one) { return one.managed; }));
}

}  // namespace

std::vector<Refusal> check_safety(const PlanInput& input, const Plan& plan) {
  if (input.approvals.large_change) return {};
  const int managed = count_managed(input);
  const int changed = count_changed(plan);
  if (managed > 0 && changed > 0 && input.desired.secrets.empty()) {
    return {{fmt::format("the manifests name no secret at all, but {} are managed", managed),
             "if that is meant, allow it with -allow-large-change"}};
  }
  // An unmounted folder looks like one that was emptied.
  if (changed > 0 && forgets(plan) && !input.empty_sources.empty()) {
    return {{fmt::format("{} names no entry, and entries that are managed are named nowhere",
                         input.empty_sources.front()),
             "if that is meant, allow it with -allow-large-change, or take the source out of "
             "`sources`"}};
  }
  const SafetyPolicy& safety = input.safety;
  if (managed < safety.min_entries_for_percent) return {};
  if (changed * 100 <= managed * safety.max_removed_or_respecified_percent) return {};
  return {{fmt::format("{} of {} entries were removed or respecified, more than {} %", changed,
                       managed, safety.max_removed_or_respecified_percent),
           "if that is meant, allow it with -allow-large-change, or raise "
           "safety.max_removed_or_respecified"}};
}

}  // namespace keytide
