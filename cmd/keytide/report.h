// Report: what plan and apply say, as text or with -json.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cmd/keytide/app.h"
#include "cmd/keytide/execute.h"
#include "cmd/keytide/planning.h"

namespace keytide {

// The settings and the store, or absent after saying what is wrong.
std::unique_ptr<Workspace> open_workspace(const App& app, Workspace::Access access,
                                          Telemetry* telemetry = nullptr);

// Whether the configuration names any manifests; says so where it doesn't.
bool names_manifests(const App& app, const Config& config);
Diagnostic no_manifests();

// Says that no entry has an address, and which known one may be meant.
void complain_unknown(const App& app, const Address& address, const std::vector<Address>& known);

// The plan on stdout; what refuses it, and organizations that can't be read, on stderr.
// Why the plan must not be carried out; nothing where it may.
void report_refusals(const App& app, const Planned& planned);

void report_plan(const App& app, const Planned& planned);

// A listener for an apply that can be told to leave the terminal alone.
class ApplyProgress : public ProgressListener {
 public:
  virtual void clear() = 0;
};

std::unique_ptr<ApplyProgress> make_progress(const App& app, const Plan& plan);

// The end of an apply.
void report_result(const App& app, ApplyProgress& progress, const ExecuteResult& result,
                   const PlanCounts& planned);

}  // namespace keytide
