// The near end of the control socket: where a service holds the store, commands that change it are
// carried out by that service, with this process as their terminal.
#pragma once

#include <optional>

#include "cmd/keytide/app.h"

namespace keytide {

// The exit code; absent: no service listens, and the command is to be carried out here. Blocks.
std::optional<int> run_at_service(const App& app);

}  // namespace keytide
