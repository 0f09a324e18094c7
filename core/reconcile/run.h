// Run: one service account while it is worked on. The steps (attempt.h, deliver.h, destroy.h, …)
// are functions over it; each writes what it is about to do before it does it:
//
//   W: note(run, …) is one durable transaction      E: one call to Atlas or to a sink
//
// A Run lives on one thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/input.h"
#include "core/ports/call_budget.h"
#include "core/ports/clock.h"
#include "core/ports/escrow.h"
#include "core/ports/issuer.h"
#include "core/ports/log.h"
#include "core/ports/sink.h"
#include "core/ports/state_store.h"
#include "core/reconcile/progress.h"

namespace keytide {

struct Ports {
  Issuer& issuer;
  StateStore& store;
  SinkFactory& sinks;
  Clock& clock;
  Log& log;
  ProgressListener& progress;
  Escrow* escrow = nullptr;      // null: `escrow: none`
  CallBudget* budget = nullptr;  // null: nothing waits for a rate limit
};

struct RunContext {
  const PlanInput* input = nullptr;  // of the plan: limits, policies, approvals
  std::string actor;                 // for the event log
  // When the plan had read Atlas and the sinks (Clock::since_boot): see SafetyPolicy.confirm_after.
  std::chrono::milliseconds world_read_at{0};
  std::function<bool()> stopping;  // true: start nothing new
};

struct AccountOutcome {
  int added = 0;
  int changed = 0;
  int destroyed = 0;
  int forgotten = 0;
  int imported = 0;
  bool stopped = false;  // RunContext::stopping said so, and changes are left
  std::vector<Error> errors;
  std::vector<std::string> warnings;
};

struct Run {
  const Ports& ports;
  const RunContext& context;
  AccountPlan plan;
  AccountRecord record;        // as last written
  ObservedAccount observed{};  // as last read
  Action action = Action::create;
  AccountOutcome outcome{};
  std::chrono::milliseconds intent_at{0};                 // Clock::since_boot before W1
  std::optional<std::chrono::milliseconds> looked_at{};   // Clock::since_boot before the last look
  std::optional<std::chrono::milliseconds> written_at{};  // of the last W, or of a look at it
  std::int64_t next_generation = 0;                       // of the secret that is about to be made
  bool may_create_again = false;  // the last create was refused for what a wait may cure

  const DesiredSecret& desired() const { return *plan.desired; }
};

// Of a plan: nothing was read or written yet.
Run begin_run(const AccountPlan& plan, const Ports& ports, const RunContext& context);

// W: saves the record and one event about it. On an error nothing was written.
Result<void> note(Run& run, std::string kind, std::string why);

// Reads the account again and takes over what Atlas shows.
Result<void> look(Run& run);

// The same, unless it was done within the last seconds.
Result<void> look_if_stale(Run& run);

// Whether keytide itself signs in with this account.
bool is_own(const Run& run);

bool is_listed(const Run& run, const SecretId& id);
// Listed, and its expiry has not come by Atlas's clock.
bool is_alive(const Run& run, const SecretId& id);

// Waits until it is late enough for the second of two looks, and says for what. Errors: conflict
// when it was told to stop meanwhile.
Result<void> wait_for_second_look(Run& run, const std::string& what);

// Whether nothing new may be started: what was begun is still finished.
bool is_stopping(const Run& run);

void tell(const Run& run, Progress::Step step, std::string detail = "");

// What the record keeps of the entry: address, owner, overlap, on_remove.
void take_over_settings(AccountRecord& record, const DesiredSecret& desired);

}  // namespace keytide
