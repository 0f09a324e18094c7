#include "cmd/keytide/execute.h"

#include <algorithm>
#include <mutex>

#include "cmd/keytide/work_queue.h"
#include "cmd/keytide/worker_pool.h"

namespace keytide {
namespace {

void add(ExecuteResult& total, const AccountPlan& account, AccountOutcome outcome) {
  total.added += outcome.added;
  total.changed += outcome.changed;
  total.destroyed += outcome.destroyed;
  total.forgotten += outcome.forgotten;
  total.imported += outcome.imported;
  if (outcome.stopped) ++total.not_started;
  for (Error& error : outcome.errors) {
    total.failures.push_back({account.address, std::move(error)});
  }
  for (std::string& warning : outcome.warnings) {
    total.warnings.push_back(account.address.str() + ": " + std::move(warning));
  }
}

AccountOutcome refuse(const AccountPlan& account, Error why, const Ports& ports) {
  ports.progress.on({Progress::Step::failed, account.address, account.key,
                     account.changes.front().action, why.text()});
  AccountOutcome outcome;
  outcome.errors.push_back(std::move(why));
  return outcome;
}

int count_unread(const PlanInput& input) {
  return static_cast<int>(
      std::count_if(input.scopes.begin(), input.scopes.end(),
                    [](const ObservedScope& scope) { return scope.error.has_value(); }));
}

}  // namespace

ExecuteResult execute(const Plan& plan, const Ports& ports, const RunContext& context,
                      int parallelism) {
  WorkQueue queue(plan, ports, context);
  ExecuteResult total;
  total.unread_scopes = count_unread(*context.input);
  std::mutex mutex;
  for_each_in_parallel(plan.accounts.size(), parallelism, [&](std::size_t) {
    auto turn = queue.take();
    if (!turn) return;
    const AccountPlan& account = *turn->account;
    if (turn->stopped) {
      const std::lock_guard lock(mutex);
      if (!account.changes.empty()) ++total.not_started;
      return;
    }
    AccountOutcome outcome = turn->refused ? refuse(account, std::move(*turn->refused), ports)
                                           : reconcile_account(account, ports, context);
    queue.done(account);
    const std::lock_guard lock(mutex);
    add(total, account, std::move(outcome));
  });
  std::sort(total.failures.begin(), total.failures.end(),
            [](const EntryFailure& a, const EntryFailure& b) { return a.address < b.address; });
  std::sort(total.warnings.begin(), total.warnings.end());
  return total;
}

}  // namespace keytide
