#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/planning.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/saved_plan.h"
#include "cmd/keytide/settings.h"
#include "cmd/keytide/views/screen.h"
#include "cmd/keytide/views/status.h"
#include "cmd/keytide/views/status_json.h"
#include "cmd/keytide/views/status_text.h"
#include "providers/system/terminal.h"

namespace keytide {
namespace {

// All rows, or those of one address. Absent: what is wrong was said.
std::optional<std::vector<StatusRow>> find_rows(const App& app, const Planned& planned) {
  std::vector<StatusRow> rows = status_rows(planned.world.input);
  if (app.line.arguments.empty()) return rows;
  const Address wanted(app.line.arguments.front());
  std::vector<Address> known;
  for (const StatusRow& row : rows) known.push_back(row.address);
  std::erase_if(rows, [&](const StatusRow& row) { return row.address != wanted; });
  if (!rows.empty()) return rows;
  complain_unknown(app, wanted, known);
  return std::nullopt;
}

std::optional<Planned> look_at_everything(const App& app, const PlanRequest& request = {}) {
  auto workspace = open_workspace(app, Workspace::Access::read);
  if (!workspace) return std::nullopt;
  auto planned = plan_now(app, *workspace, request);
  workspace->sign_out();
  return planned;
}

// On stderr with -json too: stdout is one document. The exit code of what was said.
int say_left_aside(const App& app, const Planned& planned) {
  for (const Diagnostic& one : planned.left_aside) app.complain_text(render(one));
  return has_errors(planned.left_aside) ? 1 : 0;
}

int show_plan_file(const App& app, const std::string& path) {
  const auto saved = load_saved_plan(app, path);
  if (!saved) {
    app.complain(saved.error());
    return 1;
  }
  app.print(app.line.json ? format_plan_file(*saved) : saved->text);
  return 0;
}

// Where the manifests can't be used, people still want to know how their entries are.
void show_recorded(const App& app) {
  const Settings settings = load_settings(app.line, app.environment);
  if (app.line.json || has_errors(settings.problems)) return;
  auto workspace = Workspace::open(app, settings.config, Workspace::Access::read);
  if (!workspace) return;
  const auto records = (*workspace)->store().load();
  if (!records || records->empty()) return;
  const Instant now = app.clock.now();
  app.print("As recorded, without the manifests:\n\n" +
            render_status(status_rows(*records, now), now, app.style));
}

constexpr std::chrono::seconds kWatchPause{2};

// By what is recorded: a look at Atlas every two seconds would use up the rate limit.
int watch(const App& app) {
  if (!app.is_terminal || app.line.json) {
    app.complain("-watch is for a terminal", "leave it out, or look at the service's metrics");
    return 1;
  }
  PlanRequest request;
  request.options.refresh = false;
  app.print("\x1b[2J");
  for (;;) {
    const auto planned = look_at_everything(app, request);
    if (!planned) return 1;
    const auto rows = find_rows(app, *planned);
    if (!rows) return 1;
    std::string title = fmt::format("keytide status, as recorded, at {} (Ctrl-C ends it)\n",
                                    format_instant(app.clock.now()));
    if (!planned->left_aside.empty()) title += planned->left_aside.back().problem + "\n";
    title += '\n';
    app.print(screen_of(title + render_status(*rows, planned->plan.now, app.style),
                        terminal_width(STDOUT_FILENO), terminal_height(STDOUT_FILENO)));
    app.clock.sleep(kWatchPause);
  }
}

}  // namespace

int run_status(const App& app) {
  if (app.line.watch) return watch(app);
  const auto planned = look_at_everything(app);
  if (!planned) {
    show_recorded(app);
    return 1;
  }
  const int exit_code = say_left_aside(app, *planned);
  const auto rows = find_rows(app, *planned);
  if (!rows) return 1;
  app.print(app.line.json ? json_status(*rows)
                          : render_status(*rows, planned->plan.now, app.style));
  return planned->has_unreadable_scope() ? 1 : exit_code;
}

// What is a file is a saved plan; everything else is an address.
int run_show(const App& app) {
  if (app.line.arguments.empty()) return run_status(app);
  const std::string& what = app.line.arguments.front();
  std::error_code problem;
  if (std::filesystem::is_regular_file(what, problem)) return show_plan_file(app, what);
  const auto planned = look_at_everything(app);
  if (!planned) return 1;
  const int exit_code = say_left_aside(app, *planned);
  const auto rows = find_rows(app, *planned);
  if (!rows) return 1;
  for (const StatusRow& row : *rows) {
    app.print(app.line.json ? json_show(row) : render_show(row, planned->plan.now, app.style));
  }
  return exit_code;
}

}  // namespace keytide
