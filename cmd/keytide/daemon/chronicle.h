// Chronicle: what the log says of the service, told by what changed from one snapshot to the next.
// A state that lasts is written once, when it begins and when it ends, so a quiet month is a quiet
// log.
#pragma once

#include "cmd/keytide/daemon/snapshot.h"
#include "core/ports/log.h"

namespace keytide {

// `before` may be null: the first one.
void log_changes(const Snapshot* before, const Snapshot& after, Log& log);

}  // namespace keytide
