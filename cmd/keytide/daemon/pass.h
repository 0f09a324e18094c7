// Pass: one look at a scope, or at some of its entries, and all that is to be done there now: plan
// and apply in one, without a person. Blocks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cmd/keytide/daemon/entry_health.h"
#include "cmd/keytide/execute.h"
#include "core/model/desired.h"
#include "core/model/policy.h"
#include "core/model/token_bucket.h"
#include "core/reconcile/run.h"

namespace keytide {

struct PassRequest {
  Scope scope;
  std::shared_ptr<const DesiredState> desired;  // of that scope alone
  std::set<Address> targets;                    // empty: the whole scope
  std::set<ClientId> own_accounts;
  SafetyPolicy safety;
  int parallelism = 10;
  std::string actor;
  std::function<bool()> stopping;
};

// One entry after the pass.
struct EntryLook {
  StatusRow row;
  bool was_worked_on = false;
};

struct PassResult {
  Instant now{};  // Atlas's clock at its end, as are all times here
  Seconds skew{0};
  std::vector<EntryLook> looks;  // of the scope, or of the targets; sorted by address
  std::optional<Error> error;    // the scope can't be read, or the store
  ExecuteResult done;
  std::optional<LearnedBudget> budget;
  bool store_restored = false;
};

PassResult run_pass(const PassRequest& request, const Ports& ports);

}  // namespace keytide
