// Orphan: what a person says about a secret that may be ours: one in quarantine, or the new one of
// a renewal that was interrupted between its sinks.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// Nobody uses it: W, E4, W. An interrupted renewal is undone by it. Errors: not_found (the record
// has no such secret), conflict (it is neither), and those of a delete.
Result<void> delete_orphan(Run& run, const SecretId& id);

// Somebody uses it: W. One from quarantine is kept until it expires and deleted then; the new one
// of an interrupted renewal becomes the current one. Errors as above.
Result<void> adopt_orphan(Run& run, const SecretId& id);

}  // namespace keytide
