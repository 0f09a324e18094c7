// Forecast: which entries can't be renewed before they expire, because the issuer's rate limit does
// not allow the calls in time. It claims only what is certain: the chains take the least of calls,
// each begins the moment it is due, the whole bucket is theirs, and no time passes but the
// refill's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/token_bucket.h"
#include "core/plan/input.h"
#include "core/plan/order.h"

namespace keytide {

// A renewal that comes.
struct Renewal {
  std::string_view address;  // must outlive it
  Instant due_at{};
  std::optional<Instant> expires_at;  // absent: there is no secret that could expire
  Urgency urgency = Urgency::due;
  int calls = 0;
};

struct Shortfall {
  std::vector<Address> late;  // the latest first
  int calls = 0;              // that all chains up to the last of those make
};

// Absent: all are served in time, as far as the rate limit goes.
std::optional<Shortfall> find_shortfall(const LearnedBudget& budget, Instant now,
                                        std::vector<Renewal> renewals);

// For people, one sentence with the way out.
std::string describe(const Shortfall& shortfall, const Scope& scope, const LearnedBudget& budget);

// Collects what the entries of each scope will need, while a plan is made.
class Forecast {
 public:
  // `input` and the addresses must outlive it.
  explicit Forecast(const PlanInput& input) : input_(input), renewals_(input.scopes.size()) {}
  void add(const Address& address, const AccountPlan& account);
  // One for each scope that falls short.
  std::vector<std::string> warnings();

 private:
  const PlanInput& input_;
  std::vector<std::vector<Renewal>> renewals_;  // by the scope's place in the input
};

}  // namespace keytide
