#include "core/plan/make_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "core/base/duration.h"
#include "core/plan/account_plan.h"
#include "core/plan/forecast.h"
#include "core/plan/own_account.h"
#include "core/plan/restored.h"

namespace keytide {
namespace {

struct Pair {
  const DesiredSecret* desired = nullptr;
  const AccountRecord* record = nullptr;

  const Address& address() const { return desired != nullptr ? desired->address : record->address; }
  const AccountKey& key() const { return desired != nullptr ? desired->account : record->key; }
};

// Entries and records are matched by account: a renamed address is the same secret.
std::vector<Pair> match(const PlanInput& input) {
  std::vector<const DesiredSecret*> desired;
  for (const DesiredSecret& secret : input.desired.secrets) desired.push_back(&secret);
  std::sort(desired.begin(), desired.end(),
            [](const DesiredSecret* a, const DesiredSecret* b) { return a->account < b->account; });
  std::vector<Pair> pairs;
  auto record = input.records.begin();
  for (const DesiredSecret* secret : desired) {
    for (; record != input.records.end() && record->key < secret->account; ++record) {
      pairs.push_back({nullptr, &*record});
    }
    const bool known = record != input.records.end() && record->key == secret->account;
    pairs.push_back({secret, known ? &*record : nullptr});
    if (known) ++record;
  }
  for (; record != input.records.end(); ++record) pairs.push_back({nullptr, &*record});
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(a.address(), a.key()) < std::tie(b.address(), b.key());
  });
  return pairs;
}

bool is_targeted(const PlanInput& input, const Pair& pair) {
  const auto& targets = input.options.targets;
  if (targets.empty() || targets.contains(pair.address())) return true;
  // A moved entry is found by its old address too.
  return pair.record != nullptr && targets.contains(pair.record->address);
}

bool says_something(const AccountPlan& account) {
  return account.blocked || account.waiting || account.quarantined || !account.changes.empty() ||
         !account.notes.empty() || !account.drift.empty() || account.settings_changed ||
         account.drop_record;
}

void warn_of_clock(const PlanInput& input, Plan& plan) {
  const Seconds skew = std::chrono::abs(input.now - input.host_now);
  if (!input.options.refresh || skew <= Seconds(60)) return;
  plan.warnings.push_back(
      fmt::format("the clocks of Atlas and of this host are {} apart", format_coarse(skew)));
}

}  // namespace

Plan make_plan(const PlanInput& input) {
  Plan plan;
  plan.now = input.now;
  Forecast forecast(input);
  for (const Pair& pair : match(input)) {
    if (!is_targeted(input, pair)) continue;
    AccountPlan account = plan_account(input, pair.desired, pair.record);
    forecast.add(pair.address(), account);
    const bool is_held = account.blocked || (account.waiting && account.waiting->holds);
    if (account.changes.empty() && !is_held && pair.desired != nullptr) ++plan.unchanged;
    if (account.restored && input.options.refresh_only) plan.accepts_restored = true;
    if (says_something(account)) plan.accounts.push_back(std::move(account));
  }
  warn_of_clock(input, plan);
  for (std::string& warning : warn_of_own_accounts(input)) {
    plan.warnings.push_back(std::move(warning));
  }
  for (std::string& warning : forecast.warnings()) plan.warnings.push_back(std::move(warning));
  if (auto restored = find_restored_store(input); restored && input.options.refresh_only) {
    plan.accepts_restored = true;
    plan.warnings.push_back(*restored + "; an apply of this plan accepts it as it is then");
  }
  return plan;
}

std::vector<Address> find_unknown_addresses(const PlanInput& input) {
  std::set<Address> wanted = input.options.targets;
  wanted.insert(input.options.replace.begin(), input.options.replace.end());
  for (const DesiredSecret& secret : input.desired.secrets) wanted.erase(secret.address);
  for (const AccountRecord& record : input.records) {
    if (!input.options.replace.contains(record.address)) wanted.erase(record.address);
  }
  return {wanted.begin(), wanted.end()};
}

}  // namespace keytide
