#include "core/reconcile/account.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/mutant.h"
#include "core/plan/account_plan.h"
#include "core/reconcile/adopt.h"
#include "core/reconcile/attempt.h"
#include "core/reconcile/destroy.h"
#include "core/reconcile/failures.h"
#include "core/reconcile/refresh.h"
#include "core/reconcile/renew.h"
#include "core/reconcile/update.h"

namespace keytide {
namespace {

bool touches_atlas(const Change& change) {
  return change.action != Action::update && change.action != Action::forget;
}

bool has_action(const AccountPlan& plan, Action action) {
  return std::any_of(plan.changes.begin(), plan.changes.end(),
                     [&](const Change& change) { return change.action == action; });
}

bool makes_secret(const AccountPlan& plan) {
  return has_action(plan, Action::create) || has_action(plan, Action::renew);
}

// The same rules over this account alone, as it is now.
AccountPlan plan_again(const Run& run) {
  const PlanInput& base = *run.context.input;
  PlanInput input;
  input.lineage = base.lineage;
  input.store = base.store;
  input.escrow_key = base.escrow_key;
  input.escrow_problem = base.escrow_problem;
  input.own_accounts = base.own_accounts;
  input.signed_in = base.signed_in;
  input.limits = base.limits;
  input.safety = base.safety;
  input.approvals = base.approvals;
  input.options = base.options;
  input.options.refresh = true;
  input.now = run.ports.issuer.now();
  input.host_now = run.ports.clock.now();
  ObservedScope scope;
  scope.scope = run.plan.key.scope;
  scope.atlas_now = input.now;
  scope.accounts.push_back(run.observed);
  for (const ObservedScope& known : base.scopes) {
    if (known.scope == scope.scope) scope.max_validity_hours = known.max_validity_hours;
  }
  input.scopes.push_back(std::move(scope));
  const bool is_known = run.record.version > 0;
  if (run.plan.desired) {
    input.sinks.push_back(
        read_sinks(run.ports, *run.plan.desired, is_known ? &run.record : nullptr));
  }
  return plan_account(input, run.plan.desired ? &*run.plan.desired : nullptr,
                      is_known ? &run.record : nullptr);
}

Result<void> check_cuts(const Change& change) {
  if (change.cuts.empty() || change.cuts_approved) return {};
  std::vector<std::string> cuts;
  for (const ForeignCut& cut : change.cuts) {
    cuts.push_back(fmt::format("{} ({})", cut.masked, cut.id.str()));
  }
  return fail(
      ErrorKind::refused,
      fmt::format("a create would cut the life of {}, not made by keytide, to 7 days: allow "
                  "it with -allow-foreign-cut, with `foreign: cut` in the manifest, or by "
                  "approving a plan that shows it",
                  fmt::join(cuts, ", ")));
}

Result<void> carry_out(Run& run, const Change& change) {
  switch (change.action) {
    case Action::create:
    case Action::renew:
      if (auto allowed = check_cuts(change); !allowed) return allowed;
      return make_new_secret(run, change);
    case Action::update:
      return update_entry(run, change);
    case Action::destroy:
      return destroy_secret(run, *change.secret);
    case Action::forget:
      return forget_entry(run, change);
    case Action::finish:
      return change.reason == Reason::settled ? settle_attempt(run, change)
                                              : finish_chain(run, change);
    case Action::import:
      return adopt_secret(run, change);
  }
  return {};
}

void count(AccountOutcome& outcome, Action action) {
  switch (action) {
    case Action::create:
    case Action::renew:
      ++outcome.added;
      break;
    case Action::update:
      ++outcome.changed;
      break;
    case Action::destroy:
      ++outcome.destroyed;
      break;
    case Action::forget:
      ++outcome.forgotten;
      break;
    case Action::finish:
      break;
    case Action::import:
      ++outcome.imported;
      break;
  }
}

const Change* find_settle(const AccountPlan& plan) {
  for (const Change& change : plan.changes) {
    if (change.reason == Reason::settled) return &change;
  }
  return nullptr;
}

// The plan's record is what the gathering made of it, with what was settled or adopted: a second
// look judges what is stored.
Result<void> go_back_to_stored(Run& run) {
  if (run.record.version == 0) return {};
  auto stored = run.ports.store.find(run.plan.key);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored || (*stored)->version != run.record.version) {
    return fail(ErrorKind::conflict, "its record changed since the plan: plan again");
  }
  run.record = std::move(**stored);
  return {};
}

// What came of an unknown create is decided by two lists, a minute apart, that agree.
Result<void> wait_for_second_list(Run& run) {
  if (find_settle(run.plan) == nullptr || is_mutated(Mutant::no_second_list)) return {};
  return wait_for_second_look(run, "to see whether Atlas lists the same secrets then");
}

Result<void> check_lists_agree(const AccountPlan& plan, const AccountPlan& again) {
  const Change* first = find_settle(plan);
  const Change* second = find_settle(again);
  if (second == nullptr || is_mutated(Mutant::no_second_list) ||
      (first != nullptr && first->listed == second->listed))
    return {};
  return fail(ErrorKind::conflict,
              "Atlas listed other secrets a minute ago: what came of the unknown create is not "
              "certain yet; apply again");
}

// Looks at the account and decides again. Errors: it can't be read, it is blocked now, or what was
// planned is not what is needed any more.
Result<void> prepare(Run& run) {
  const bool looks = std::any_of(run.plan.changes.begin(), run.plan.changes.end(), touches_atlas);
  if (!looks) return {};
  const bool planned_create = makes_secret(run.plan);
  if (find_settle(run.plan) != nullptr || has_action(run.plan, Action::import)) {
    if (auto back = go_back_to_stored(run); !back) return back;
  }
  if (auto waited = wait_for_second_list(run); !waited) return waited;
  if (auto seen = look(run); !seen) return seen;
  AccountPlan again = plan_again(run);
  if (auto agree = check_lists_agree(run.plan, again); !agree) return agree;
  if (again.blocked && !run.plan.blocked) {
    return fail(ErrorKind::refused,
                fmt::format("{}; {}", again.blocked->why, again.blocked->way_out));
  }
  if (makes_secret(again) && !planned_create) {
    return fail(ErrorKind::conflict, "the account changed since the plan: plan again");
  }
  if (again.record) run.record = *again.record;
  // A restored previous secret or a changed expiry belongs to the record that the steps go by.
  run.plan = std::move(again);
  if (run.plan.settings_changed) take_over_settings(run.record, run.desired());
  return {};
}

// A listing in pages may miss an account: one whose secrets should live is asked for by itself.
bool is_certainly_over(Run& run) {
  const Instant now = run.ports.issuer.now();
  const auto& secrets = run.record.secrets;
  const bool should_live = std::any_of(
      secrets.begin(), secrets.end(), [&](const OwnedSecret& one) { return one.expires_at > now; });
  if (!should_live) return true;
  const auto seen = run.ports.issuer.get(run.plan.key);
  return !seen && seen.error().kind == ErrorKind::not_found;
}

// Silent upkeep of the record: drift, settings, the end of a forgotten entry.
void keep_record(Run& run) {
  const AccountPlan& plan = run.plan;
  Result<void> done;
  if (plan.drop_record && !is_certainly_over(run)) return;
  if (plan.drop_record) {
    const Event event{run.ports.clock.now(), run.context.actor, plan.address,
                      describe(plan.key),    "dropped",         "nothing is left of it"};
    done = run.ports.store.erase(plan.key, run.record.version, event);
  } else if (plan.settings_changed || !plan.drift.empty()) {
    if (plan.desired && run.record.address == plan.desired->address && run.record.managed) {
      take_over_settings(run.record, *plan.desired);
    }
    done = note(run, "refreshed",
                plan.drift.empty() ? "settings" : fmt::format("{}", fmt::join(plan.drift, "; ")));
  }
  if (!done) run.outcome.errors.push_back(std::move(done.error()));
}

void fail_run(Run& run, Error error) {
  tell(run, Progress::Step::failed, error.text());
  run.ports.log.debug("entry failed",
                      {{"address", run.plan.address.str()}, {"error", error.text()}});
  remember_failure(run, error);
  run.outcome.errors.push_back(std::move(error));
}

}  // namespace

AccountOutcome reconcile_account(const AccountPlan& plan, const Ports& ports,
                                 const RunContext& context) {
  Run run = begin_run(plan, ports, context);
  if (plan.changes.empty()) {
    keep_record(run);
    return std::move(run.outcome);
  }
  run.action = plan.changes.front().action;
  if (auto ready = prepare(run); !ready) {
    fail_run(run, std::move(ready.error()));
    return std::move(run.outcome);
  }
  for (const Change& change : std::vector<Change>(run.plan.changes)) {
    if (is_stopping(run)) {
      run.outcome.stopped = true;
      break;
    }
    run.action = change.action;
    tell(run, Progress::Step::started, change.why);
    if (auto done = carry_out(run, change); !done) {
      fail_run(run, std::move(done.error()));
      return std::move(run.outcome);
    }
    count(run.outcome, change.action);
    tell(run, Progress::Step::finished);
  }
  if (!run.outcome.stopped) forget_failures(run);
  return std::move(run.outcome);
}

}  // namespace keytide
