// Calls: how many calls of the issuer's rate limit for service accounts a planned chain makes.
#pragma once

#include "core/model/plan.h"

namespace keytide {

// The least, as core/reconcile makes them when nothing fails. The two calls that prove a new
// secret, a token and its revocation, are none of them: the token endpoint has limits of its own,
// per account. Tests hold these numbers against the requests that a simulated Atlas counts.
inline constexpr int kLookCalls = 1;  // prepare() in account.cc, once before all changes
inline constexpr int kRenewCalls =
    3;  // POST (create_secret), GET (prove_secret), GET (switch_over)
inline constexpr int kFinishCalls = 2;   // GET (prove_secret), GET (switch_over)
inline constexpr int kDestroyCalls = 2;  // DELETE and GET (delete_intended_secret)
inline constexpr int kImportCalls = 1;   // GET (adopt_secret)

// A sink that takes longer than a look is good for costs another one (look_if_stale): what is set
// aside for a chain beside the least.
inline constexpr int kSlowSinkCalls = 1;

// 0: the account is served without any call.
int least_calls_of(const AccountPlan& account);

}  // namespace keytide
