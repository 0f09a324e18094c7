// Keep: the value of a new secret in escrow, from W2 until every sink has it.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// Before anything is created: whether its value could be kept. Errors name the way out.
Result<void> check_escrow(Run& run);

// Puts the ciphertext into the record; the caller writes it. One that can't be made is a warning:
// the secret exists by then.
void put_into_escrow(Run& run, const SecretId& id, const SecretValue& value);

// Errors: not_found (it is not in escrow), denied (another key), corrupt.
Result<SecretValue> take_out_of_escrow(Run& run, const OwnedSecret& secret);

}  // namespace keytide
