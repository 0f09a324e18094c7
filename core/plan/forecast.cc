#include "core/plan/forecast.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>

#include "core/plan/calls.h"

namespace keytide {
namespace {

constexpr std::size_t kNamed = 3;

// The bucket, drawn on by one chain after the other.
struct Drain {
  const BucketSize& size;
  double level = 0;
  double at = 0;  // seconds from now

  void wait_until(double time) {
    if (time <= at) return;
    level = std::min<double>(size.capacity, level + (time - at) * size.refill_per_minute / 60);
    at = time;
  }
  void take(int calls) {
    // More than a full bucket comes in more than one go.
    if (level < calls) {
      at += (calls - level) * 60 / size.refill_per_minute;
      level = calls;
    }
    level -= calls;
  }
};

double seconds_until(Instant then, Instant now) {
  return static_cast<double>(std::max(then - now, Seconds(0)).count());
}

struct Later {
  bool operator()(const Renewal* a, const Renewal* b) const { return place(*a) > place(*b); }
  static std::tuple<Urgency, Instant, std::string_view> place(const Renewal& one) {
    return {one.urgency, one.expires_at.value_or(Instant{}), one.address};
  }
};

struct Late {
  double by = 0;  // seconds
  const Renewal* renewal = nullptr;
};

int calls_of(const std::vector<Renewal>& renewals) {
  return std::accumulate(renewals.begin(), renewals.end(), 0,
                         [](int sum, const Renewal& one) { return sum + one.calls; });
}

const ObservedScope* find_scope(const PlanInput& input, const Scope& scope) {
  const auto at = std::lower_bound(
      input.scopes.begin(), input.scopes.end(), scope,
      [](const ObservedScope& one, const Scope& wanted) { return one.scope < wanted; });
  return at != input.scopes.end() && at->scope == scope ? &*at : nullptr;
}

// What comes of this account: the chain that is planned now, else the renewal that time will bring.
std::optional<Renewal> renewal_of(const Address& address, const AccountPlan& account,
                                  const PlanInput& input) {
  if (account.blocked || (account.desired && account.desired->suspend)) return std::nullopt;
  Renewal renewal;
  renewal.address = address.str();
  const OwnedSecret* current = account.record ? account.record->with_role(Role::current) : nullptr;
  if (current != nullptr) renewal.expires_at = current->expires_at;
  renewal.urgency = urgency_of(account, input.now);
  if (renewal.urgency <= Urgency::due) {
    renewal.due_at = input.now;
    renewal.calls = least_calls_of(account);
    return renewal;
  }
  if (!account.renew_at) return std::nullopt;
  renewal.due_at = std::max(*account.renew_at, input.now);
  renewal.urgency = Urgency::due;
  renewal.calls = kLookCalls + kRenewCalls;
  return renewal;
}

}  // namespace

std::optional<Shortfall> find_shortfall(const LearnedBudget& budget, Instant now,
                                        std::vector<Renewal> renewals) {
  if (budget.size.refill_per_minute <= 0 || calls_of(renewals) <= budget.left) return std::nullopt;
  std::sort(renewals.begin(), renewals.end(), [](const Renewal& a, const Renewal& b) {
    return std::tie(a.due_at, a.address) < std::tie(b.due_at, b.address);
  });
  Drain drain{budget.size, static_cast<double>(budget.left)};
  std::priority_queue<const Renewal*, std::vector<const Renewal*>, Later> ready;
  Shortfall shortfall;
  std::vector<Late> late;
  int calls = 0;
  auto next = renewals.begin();
  while (next != renewals.end() || !ready.empty()) {
    if (ready.empty()) drain.wait_until(seconds_until(next->due_at, now));
    for (; next != renewals.end() && seconds_until(next->due_at, now) <= drain.at; ++next) {
      ready.push(&*next);
    }
    const Renewal& one = *ready.top();
    ready.pop();
    drain.take(one.calls);
    calls += one.calls;
    // One that has expired already can't be late any more.
    if (!one.expires_at || *one.expires_at <= now) continue;
    const double by = drain.at - seconds_until(*one.expires_at, now);
    if (by <= 0) continue;
    late.push_back({by, &one});
    shortfall.calls = calls;
  }
  if (late.empty()) return std::nullopt;
  std::stable_sort(late.begin(), late.end(),
                   [](const Late& a, const Late& b) { return a.by > b.by; });
  for (const Late& one : late) shortfall.late.emplace_back(std::string(one.renewal->address));
  return shortfall;
}

std::string describe(const Shortfall& shortfall, const Scope& scope, const LearnedBudget& budget) {
  const auto& late = shortfall.late;
  const auto named = static_cast<std::ptrdiff_t>(std::min(late.size(), kNamed));
  std::vector<std::string> names;
  std::for_each(late.begin(), late.begin() + named,
                [&](const Address& one) { names.push_back(one.str()); });
  const std::string more =
      late.size() > kNamed ? fmt::format(" and {} more", late.size() - kNamed) : "";
  return fmt::format(
      "{} can't be renewed before {}: the rate limit of {} allows {:.0f} calls a minute and {} "
      "now, and the chains until then need {} ({}{}); renew them earlier, with a longer "
      "renew_before or `keytide rotate`, or spread the entries over more organizations or projects",
      late.size() == 1 ? std::string("1 entry") : fmt::format("{} entries", late.size()),
      late.size() == 1 ? "it expires" : "they expire", describe(scope),
      budget.size.refill_per_minute, budget.left, shortfall.calls, fmt::join(names, ", "), more);
}

void Forecast::add(const Address& address, const AccountPlan& account) {
  if (!input_.options.refresh || input_.options.refresh_only) return;
  const ObservedScope* scope = find_scope(input_, account.key.scope);
  if (scope == nullptr || !scope->budget) return;
  const auto renewal = renewal_of(address, account, input_);
  if (!renewal) return;
  renewals_[static_cast<std::size_t>(scope - input_.scopes.data())].push_back(*renewal);
}

std::vector<std::string> Forecast::warnings() {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < renewals_.size(); ++i) {
    const ObservedScope& scope = input_.scopes[i];
    if (renewals_[i].empty()) continue;
    const auto shortfall = find_shortfall(*scope.budget, input_.now, std::move(renewals_[i]));
    if (shortfall) warnings.push_back(describe(*shortfall, scope.scope, *scope.budget));
  }
  return warnings;
}

}  // namespace keytide
