// Adopt: a secret that exists becomes keytide's: see core/plan/adopt.h.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// A token is minted with the value that a sink holds, the account is read again, and one commit
// records the secret: nothing is created and no sink is written. Before that commit there is
// nothing that a crash could leave behind, so there is no intent.
//
// A secret that a person named and no sink holds is recorded without the proof. Blocks. Errors:
// conflict (it is gone, or the sink changed), denied (it doesn't sign in), unavailable.
Result<void> adopt_secret(Run& run, const Change& change);

}  // namespace keytide
