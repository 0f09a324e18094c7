#include "core/model/plan.h"

namespace keytide {

std::string_view name_of(Action action) {
  switch (action) {
    case Action::create:
      return "create";
    case Action::renew:
      return "renew";
    case Action::update:
      return "update";
    case Action::destroy:
      return "delete";
    case Action::forget:
      return "forget";
    case Action::finish:
      return "finish";
    case Action::import:
      return "import";
  }
  return "unknown";
}

std::string_view symbol_of(Action action) {
  switch (action) {
    case Action::create:
      return "+";
    case Action::renew:
      return "+/-";
    case Action::update:
      return "~";
    case Action::destroy:
      return "-";
    case Action::forget:
      return ".";
    case Action::finish:
      return ">";
    case Action::import:
      return "=";
  }
  return "?";
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "none";
    case Reason::gone_from_atlas:
      return "gone_from_atlas";
    case Reason::expired:
      return "expired";
    case Reason::missing:
      return "missing";
    case Reason::replace_requested:
      return "replace_requested";
    case Reason::rotation_id_changed:
      return "rotation_id_changed";
    case Reason::lifetime_shortened:
      return "lifetime_shortened";
    case Reason::new_sink:
      return "new_sink";
    case Reason::sink_lost:
      return "sink_lost";
    case Reason::renewing:
      return "renewing";
    case Reason::moved:
      return "moved";
    case Reason::sink_changed:
      return "sink_changed";
    case Reason::overlap_over:
      return "overlap_over";
    case Reason::removed:
      return "removed";
    case Reason::interrupted:
      return "interrupted";
    case Reason::settled:
      return "settled";
    case Reason::half_delivered:
      return "half_delivered";
    case Reason::adopted:
      return "adopted";
  }
  return "unknown";
}

std::string failures_text(int count) {
  return count == 1 ? "1 failure" : std::to_string(count) + " failures";
}

PlanCounts Plan::counts() const {
  PlanCounts counts;
  for (const AccountPlan& account : accounts) {
    if (account.blocked) ++counts.blocked;
    if (account.quarantined) ++counts.quarantined;
    for (const Change& change : account.changes) {
      switch (change.action) {
        case Action::create:
        case Action::renew:
          ++counts.add;
          break;
        case Action::update:
          ++counts.change;
          break;
        case Action::destroy:
          ++counts.destroy;
          break;
        case Action::forget:
          ++counts.forget;
          break;
        case Action::finish:
          ++counts.finish;
          break;
        case Action::import:
          ++counts.import;
          break;
      }
    }
  }
  return counts;
}

bool Plan::empty() const {
  for (const AccountPlan& account : accounts) {
    if (account.blocked || account.quarantined || !account.changes.empty()) return false;
  }
  return true;
}

bool Plan::has_drift() const {
  for (const AccountPlan& account : accounts) {
    if (!account.drift.empty()) return true;
  }
  return false;
}

}  // namespace keytide
