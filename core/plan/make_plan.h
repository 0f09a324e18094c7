// make_plan: what would be done now, for all accounts. Pure: equal input, byte-equal plan.
#pragma once

#include <vector>

#include "core/model/plan.h"
#include "core/plan/input.h"

namespace keytide {

// Never fails: what can't be served is in the plan as blocked.
Plan make_plan(const PlanInput& input);

// Addresses of `targets` and `replace` that neither the manifests nor the records know.
std::vector<Address> find_unknown_addresses(const PlanInput& input);

}  // namespace keytide
