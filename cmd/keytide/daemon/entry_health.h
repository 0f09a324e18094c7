// Entry health: one entry as the service shows it, from its status. Pure.
#pragma once

#include "cmd/keytide/daemon/snapshot.h"
#include "cmd/keytide/views/status.h"

namespace keytide {

// `now` is Atlas's clock. `before`: as it was shown last; null: never.
EntryHealth health_of(const StatusRow& row, Instant now, const EntryHealth* before);

}  // namespace keytide
