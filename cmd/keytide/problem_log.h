// Problem log: what is wrong, as lines of the log: for a service, which nobody watches.
#pragma once

#include <string>

#include "core/base/diagnostic.h"
#include "core/ports/log.h"

namespace keytide {

// One line for each, its place and the way out as fields. `message`: what follows from them, then
// each problem is the field `why`; empty: the problems are the messages.
void log_problems(Log& log, const Diagnostics& problems, const std::string& message = "");

}  // namespace keytide
