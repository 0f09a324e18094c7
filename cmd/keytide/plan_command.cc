#include <fmt/format.h>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/planning.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/saved_plan.h"

namespace keytide {
namespace {

int exit_code(const App& app, const Planned& planned) {
  if (!planned.refusals.empty() || planned.has_unreadable_scope()) return 1;
  if (!app.line.detailed_exitcode) return 0;
  const bool drifted = app.line.refresh_only && planned.plan.has_drift();
  return planned.plan.empty() && !drifted ? 0 : 2;
}

}  // namespace

int run_plan(const App& app) {
  if (!refresh_flags_agree(app)) return 1;
  auto workspace = open_workspace(app, Workspace::Access::read);
  if (!workspace) return 1;
  const auto planned = plan_now(app, *workspace, request_of(app.line));
  if (!planned) return 1;
  report_plan(app, *planned);
  workspace->sign_out();
  if (!app.line.out.empty() && planned->refusals.empty()) {
    if (const auto saved = save_plan(app, *planned); !saved) {
      app.complain(saved.error());
      return 1;
    }
  }
  return exit_code(app, *planned);
}

}  // namespace keytide
