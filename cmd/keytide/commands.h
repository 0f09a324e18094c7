// The commands, one function each: what was typed in, the exit code out (0 done, 1 error; `plan
// -detailed-exitcode`: 2 changes). They speak through App alone.
#pragma once

#include "cmd/keytide/app.h"

namespace keytide {

int run_plan(const App& app);
int run_apply(const App& app);
int run_run(const App& app);
int run_reload(const App& app);  // where no service runs
int run_rotate(const App& app);
int run_import(const App& app);
int run_validate(const App& app);
int run_status(const App& app);
int run_show(const App& app);
int run_events(const App& app);
int run_state(const App& app);
int run_force_unlock(const App& app);
int run_orphan(const App& app);
int run_schema(const App& app);
int run_version(const App& app);
int run_api(const App& app);

}  // namespace keytide
