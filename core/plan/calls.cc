#include "core/plan/calls.h"

namespace keytide {
namespace {

int calls_of(const Change& change) {
  switch (change.action) {
    case Action::create:
    case Action::renew:
      return kRenewCalls;
    case Action::destroy:
      return kDestroyCalls;
    case Action::finish:
      return change.reason == Reason::settled ? 0 : kFinishCalls;
    case Action::import:
      return kImportCalls;
    case Action::update:
    case Action::forget:
      break;
  }
  return 0;
}

bool looks_first(const Change& change) {
  return change.action != Action::update && change.action != Action::forget;
}

}  // namespace

int least_calls_of(const AccountPlan& account) {
  int calls = 0;
  bool looks = false;
  for (const Change& change : account.changes) {
    calls += calls_of(change);
    looks = looks || looks_first(change);
  }
  return calls + (looks ? kLookCalls : 0);
}

}  // namespace keytide
