// reconcile_account: carries out the plan of one service account, from a fresh look to the last
// record. Straight-line and blocking; one account is never on two threads.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// Looks again first: what is no longer needed is skipped, what was not approved is not done. A
// failure ends this account and is in the outcome; nothing is thrown.
AccountOutcome reconcile_account(const AccountPlan& plan, const Ports& ports,
                                 const RunContext& context);

}  // namespace keytide
