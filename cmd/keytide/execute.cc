#include "cmd/keytide/execute.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>

#include "cmd/keytide/worker_pool.h"

namespace keytide {
namespace {

bool finishes(const AccountPlan& account) {
  return !account.changes.empty() && account.changes.front().action == Action::finish;
}

// keytide's own account last: the others are not to depend on a new sign-in.
std::vector<const AccountPlan*> queue_of(const Plan& plan, const std::set<ClientId>& own) {
  std::vector<const AccountPlan*> queue;
  for (const AccountPlan& account : plan.accounts) queue.push_back(&account);
  const auto rank = [&](const AccountPlan& one) {
    return std::make_tuple(own.contains(one.key.client_id), !finishes(one), one.deadline, one.key);
  };
  std::sort(queue.begin(), queue.end(),
            [&](const AccountPlan* a, const AccountPlan* b) { return rank(*a) < rank(*b); });
  return queue;
}

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

}  // namespace

ExecuteResult execute(const Plan& plan, const Ports& ports, const RunContext& context,
                      int parallelism) {
  const std::vector<const AccountPlan*> queue = queue_of(plan, context.input->own_accounts);
  ExecuteResult total;
  std::mutex mutex;
  for_each_in_parallel(queue.size(), parallelism, [&](std::size_t i) {
    const AccountPlan& account = *queue[i];
    if (context.stopping && context.stopping()) {
      const std::lock_guard lock(mutex);
      if (!account.changes.empty()) ++total.not_started;
      return;
    }
    AccountOutcome outcome = reconcile_account(account, ports, context);
    const std::lock_guard lock(mutex);
    add(total, account, std::move(outcome));
  });
  std::sort(total.failures.begin(), total.failures.end(),
            [](const EntryFailure& a, const EntryFailure& b) { return a.address < b.address; });
  std::sort(total.warnings.begin(), total.warnings.end());
  return total;
}

}  // namespace keytide
