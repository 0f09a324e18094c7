// Due: whether an entry needs a new secret now, and why. The first rule that holds names the
// reason.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/sinks.h"
#include "core/plan/situation.h"

namespace keytide {

struct Due {
  Reason reason = Reason::none;
  std::string why;  // for people: "expires in 6d, renew_before 14d"
};

// Asked only where no attempt is open and the account could be read.
std::optional<Due> find_due(const Situation& situation, const SinkNeeds& needs);

}  // namespace keytide
