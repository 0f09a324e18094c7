// Attempt: W1, E1, W2, E2 and W3: from the intent to a new secret that is proven to work.
#pragma once

#include <string>

#include "core/reconcile/run.h"

namespace keytide {

// W1: the intent, with the ids that are listed now and the life that will be asked for.
Result<void> open_attempt(Run& run, std::string reason);

// E1 and W2. An error means that no secret of ours is left without a record: refused, never sent,
// or unknown, and then the attempt stays open until it is late enough to tell.
Result<SecretValue> create_secret(Run& run);

// E2 and W3: signs in with the value, then reads the account: the mask, and what the create cut.
// Atlas may not know the secret at once: a refusal counts after two minutes, and undoes the
// attempt. What can't be proven for as long is an error, unless the current secret is about to
// expire; the attempt stays open where the value is in escrow.
Result<void> prove_secret(Run& run, const SecretValue& value);

// W: an unknown create is decided about; the record says so already, by the rules of the planner.
Result<void> settle_attempt(Run& run, const Change& change);

// W, E4, W: deletes the new secret that came to nothing and closes the attempt.
Result<void> abort_attempt(Run& run, std::string why);

}  // namespace keytide
