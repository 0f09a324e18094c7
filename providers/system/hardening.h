// Hardening: what the process gives up before it holds a secret.
#pragma once

#include "core/base/result.h"

namespace keytide {

// No core dumps (RLIMIT_CORE 0, hard and soft) and no attaching by others of the same user
// (PR_SET_DUMPABLE 0). The first thing that main does. Errors: io, when the system refused.
Result<void> harden_process();

}  // namespace keytide
