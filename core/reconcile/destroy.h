// Destroy: W6, E4 and W7: one secret that keytide recorded as its own is deleted.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// The account is read again unless it was read right before. A previous secret goes only while the
// current one is listed and alive, a reclaimed one only if nobody used it meanwhile: otherwise
// nothing is written and nothing is deleted. Already gone is done.
Result<void> destroy_secret(Run& run, const OwnedSecret& secret);

// E4 and W7 alone, after an intent that is recorded.
Result<void> delete_intended_secret(Run& run, const OwnedSecret& secret);

}  // namespace keytide
