#include "cmd/keytide/dispatch.h"

#include <array>
#include <string_view>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/control/client.h"
#include "cmd/keytide/version.h"
#include "cmd/keytide/views/json_line.h"

namespace keytide {
namespace {

enum class Where {
  here,        // reads, or is the service itself
  at_service,  // changes the store: the service that holds it does it, else this process
};

struct Command {
  std::string_view name;
  int (*run)(const App&);
  Where where = Where::here;
};

constexpr std::array kCommands{
    Command{"plan", run_plan},
    Command{"apply", run_apply, Where::at_service},
    Command{"rotate", run_rotate, Where::at_service},
    Command{"run", run_run},
    Command{"reload", run_reload, Where::at_service},
    Command{"import", run_import, Where::at_service},
    Command{"validate", run_validate},
    Command{"status", run_status},
    Command{"show", run_show},
    Command{"events", run_events},
    Command{"state list", run_state},
    Command{"state show", run_state},
    Command{"state mv", run_state, Where::at_service},
    Command{"state rm", run_state, Where::at_service},
    Command{"state backup", run_state},
    Command{"orphan list", run_orphan},
    Command{"orphan adopt", run_orphan, Where::at_service},
    Command{"orphan delete", run_orphan, Where::at_service},
    Command{"force-unlock", run_force_unlock},
    Command{"schema", run_schema},
    Command{"version", run_version},
    Command{"api create-org-secret", run_api},
    Command{"api create-project-secret", run_api},
};

int run_here(const App& app, const Command& command) {
  if (app.prints_json_lines()) app.print(json_version(std::string(kVersion), app.clock.now()));
  return command.run(app);
}

}  // namespace

int dispatch(const App& app) {
  for (const Command& command : kCommands) {
    if (command.name != app.line.command) continue;
    if (app.is_hosted() && command.where == Where::here) break;
    std::optional<int> code;
    if (!app.is_hosted() && command.where == Where::at_service) code = run_at_service(app);
    if (!code) code = run_here(app, command);
    // Half a plan or half a document must not pass for a whole one.
    if (!app.console.has_failed()) return *code;
    app.complain_text(
        "error: what was printed could not be written: the disk is full, or the reader "
        "went away\n");
    return 1;
  }
  app.complain("no such command: " + app.line.command, "");
  return 1;
}

}  // namespace keytide
