// Wires `state …`, `events` and `force-unlock` to the store.
#include "cmd/keytide/commands.h"
#include "cmd/keytide/events_command.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/state_commands.h"

namespace keytide {
namespace {

int finish(const App& app, const Result<void>& done) {
  if (done) return 0;
  app.complain(done.error());
  return 1;
}

Result<void> change_state(const App& app, StateStore& store, const Output& out) {
  const Writer writer{app.actor(), app.clock.now()};
  const auto& arguments = app.line.arguments;
  if (app.line.command == "state mv") {
    return state_mv(store, arguments[0], arguments[1], writer, out);
  }
  return state_rm(store, arguments, writer, out);
}

Result<void> look_at_state(const App& app, Workspace& workspace, const Output& out) {
  if (app.line.command == "state backup") {
    return state_backup(workspace.config().state_path, app.line.arguments.front(), out);
  }
  const StateView view{app.clock.now(), app.line.json, app.style, {}};
  if (app.line.command == "state list") return state_list(workspace.store(), view, out);
  return state_show(workspace.store(), app.line.arguments.front(), view, out);
}

}  // namespace

int run_state(const App& app) {
  const bool writes = app.line.command == "state mv" || app.line.command == "state rm";
  const auto workspace =
      open_workspace(app, writes ? Workspace::Access::write : Workspace::Access::read);
  if (!workspace) return 1;
  const Output out = [&](std::string_view text) { app.print(text); };
  if (!writes) return finish(app, look_at_state(app, *workspace, out));
  const int code =
      app.alone([&] { return finish(app, change_state(app, workspace->store(), out)); });
  if (code == 0 && app.is_hosted()) {
    app.print(
        "The service goes on by its manifests: where they say otherwise, it takes this back.\n");
  }
  return code;
}

int run_events(const App& app) {
  const auto workspace = open_workspace(app, Workspace::Access::read);
  if (!workspace) return 1;
  EventsView view;
  if (!app.line.arguments.empty()) view.address = app.line.arguments.front();
  view.limit = app.line.limit;
  view.json = app.line.json;
  view.style = app.style;
  return finish(
      app, list_events(workspace->store(), view, [&](std::string_view text) { app.print(text); }));
}

int run_force_unlock(const App& app) {
  const auto workspace = open_workspace(app, Workspace::Access::read);
  if (!workspace) return 1;
  return finish(app, force_unlock(workspace->config().state_path,
                                  [&](std::string_view text) { app.print(text); }));
}

}  // namespace keytide
