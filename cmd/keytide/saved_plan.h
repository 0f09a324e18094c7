// Saved plans: `plan -out=FILE` and `apply FILE`.
#pragma once

#include <string>

#include "cmd/keytide/planning.h"
#include "cmd/keytide/views/plan_file.h"

namespace keytide {

// What is larger is no plan.
inline constexpr std::size_t kPlanFileLimit = std::size_t{64} << 20;

// The plan as a file of it would hold it.
PlanFile as_plan_file(const App& app, const Planned& planned);

// Writes the file, mode 0600. Errors: io, denied.
Result<void> save_plan(const App& app, const Planned& planned);

// Of a command that the service carries out: what the person's process sent along.
Result<PlanFile> load_saved_plan(const App& app, const std::string& path);

// Its options and approvals, to plan again with.
PlanRequest request_of(const PlanFile& saved);

// Whether planning again came to the same; else says what changed. What is not in the file is taken
// out of the plan: it was not approved.
bool matches_saved(const App& app, Workspace& workspace, const PlanFile& saved, Planned& planned);

}  // namespace keytide
