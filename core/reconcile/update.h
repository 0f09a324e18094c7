// Update: what is changed without a new secret: a moved address, mode and owner, a copy for a sink.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

Result<void> update_entry(Run& run, const Change& change);

// The manifests stopped naming the entry: its secrets stay in Atlas for now.
Result<void> forget_entry(Run& run, const Change& change);

}  // namespace keytide
