// Renew: the chain from W1 to W5, and its end after an interruption.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// A new secret: intent, create, proof, delivery, switch. The account must have been read right
// before.
Result<void> make_new_secret(Run& run, const Change& change);

// Brings an open chain whose new secret is recorded to its end: the value is read from a sink that
// has it, where one still needs it.
Result<void> finish_chain(Run& run, const Change& change);

// Half delivered: the new secret becomes the current one although not every sink has it.
Result<void> promote_new_secret(Run& run);

}  // namespace keytide
