// Next manifests: whether a service that begins with another configuration would go by any. The
// newest of its sources have to count without a person's word, or those that were accepted last:
// else nothing would be renewed from then on.
#pragma once

#include "cmd/keytide/app.h"
#include "cmd/keytide/workspace.h"
#include "core/base/diagnostic.h"
#include "core/manifest/config.h"

namespace keytide {

// What is in the way; empty: they count. They are judged by the store that `workspace` has; with
// another one only their errors are known. `app` hosted: repositories that were never asked are
// asked now, and it blocks on the network; else such a configuration is taken as it is.
Diagnostics check_next_manifests(const App& app, Workspace& workspace, const Config& next);

}  // namespace keytide
