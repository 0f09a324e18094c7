// Lease: for how long a process may act by what it recorded. The store's lock belongs to a process
// and not to a moment: a machine that was suspended goes on in the middle of a step, hours later,
// and a lock can be lost on the way (network file systems). So right before each call that changes
// something in the world (an E) the last W must be young, or the record must still be as this run
// wrote it. (The sign-in that proves a new secret is asked for once and may be repeated for two
// minutes: it changes nothing that lasts.)
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// Errors: conflict, where another process changed the record meanwhile; those of the store.
Result<void> hold_lease(Run& run);

}  // namespace keytide
