#include "core/plan/own_account.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/duration.h"

namespace keytide {
namespace {

constexpr Seconds kWarnWithin = std::chrono::hours(30 * 24);

bool is_renewed(const PlanInput& input, const ClientId& client_id) {
  const auto& entries = input.desired.secrets;
  return std::any_of(entries.begin(), entries.end(), [&](const DesiredSecret& one) {
    return one.account.client_id == client_id && !one.suspend;
  });
}

std::string describe_end(const ObservedAccount& account, Instant end, Instant now) {
  const std::string when = end > now ? fmt::format("in {}", format_coarse(end - now))
                                     : fmt::format("{} ago", format_coarse(now - end));
  return fmt::format(
      "keytide signs in as {}, whose last secret expires {} (at {}), and no entry renews it: after "
      "that nothing there is renewed any more; make it an entry whose file is the client_secret "
      "of the configuration, or replace it by hand",
      describe(account.key), when, format_instant(end));
}

}  // namespace

std::vector<std::string> warn_of_own_accounts(const PlanInput& input) {
  std::vector<std::string> warnings;
  for (const ObservedScope& scope : input.scopes) {
    if (scope.error) continue;
    for (const ObservedAccount& account : scope.accounts) {
      const ClientId& client_id = account.key.client_id;
      if (!input.own_accounts.contains(client_id) || is_renewed(input, client_id)) continue;
      if (account.secrets.empty()) continue;
      const auto last = std::max_element(
          account.secrets.begin(), account.secrets.end(),
          [](const auto& a, const auto& b) { return a.expires_at < b.expires_at; });
      if (last->expires_at - input.now > kWarnWithin) continue;
      warnings.push_back(describe_end(account, last->expires_at, input.now));
    }
  }
  return warnings;
}

}  // namespace keytide
