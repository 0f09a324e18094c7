// Dispatch: runs the command that was typed: here, or, where a service holds the store, there.
#pragma once

#include "cmd/keytide/app.h"

namespace keytide {

// The exit code.
int dispatch(const App& app);

}  // namespace keytide
