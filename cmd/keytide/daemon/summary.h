// Summary: the service in one line, for `systemctl status` and the end of `run -once`. Pure.
#pragma once

#include <string>

#include "cmd/keytide/daemon/snapshot.h"

namespace keytide {

// "50 entries, 49 ready; next renewal: billing at 2026-12-01T08:00:00Z"
std::string summary(const Snapshot& snapshot);

}  // namespace keytide
