// The plan of one service account: the rules, in order. Used by make_plan for all accounts, and
// once more by the reconciler for one, after a fresh look and right before a create.
#pragma once

#include "core/model/plan.h"
#include "core/plan/input.h"

namespace keytide {

// One of `desired` and `loaded` is there.
AccountPlan plan_account(const PlanInput& input, const DesiredSecret* desired,
                         const AccountRecord* loaded);

}  // namespace keytide
