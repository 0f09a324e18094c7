#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/service.h"
#include "cmd/keytide/settings.h"
#include "cmd/keytide/version.h"
#include "providers/system/interrupt.h"
#include "providers/system/memory.h"

namespace keytide {
namespace {

// A page for more would be megabytes, every few seconds.
constexpr std::size_t kWithSeries = 1000;  // entries, and as many organizations and projects

std::unique_ptr<Workspace> open_connected(const App& app, Metrics& metrics) {
  auto workspace = open_workspace(app, Workspace::Access::write, &metrics);
  if (!workspace || !names_manifests(app, workspace->config())) return nullptr;
  if (const auto issuer = workspace->issuer(); !issuer) {
    app.complain(issuer.error());
    return nullptr;
  }
  return workspace;
}

}  // namespace

int run_run(const App& app) {
  share_memory_pools();
  auto waker = Waker::make();
  if (!waker) {
    app.complain(waker.error());
    return 1;
  }
  catch_interrupts();
  catch_reloads(waker->wake_fd());
  Metrics metrics({std::string(kVersion), {reason_words(), kWithSeries, kWithSeries}});
  bool has_run = false;
  Seconds pause{0};
  while (!interrupted()) {
    if (pause > Seconds(0)) waker->wait(pause, {interrupt_fd()});
    const auto workspace = open_connected(app, metrics);
    // A service that ran keeps trying: what is in its way may be gone in a moment.
    if (!workspace && !has_run) return 1;
    pause = std::clamp<Seconds>(pause * 2, Seconds(1), Seconds(60));
    if (!workspace) continue;
    Service service(app, *workspace, metrics, *waker);
    if (app.line.once) return service.run_once();
    const Service::End end = service.run();
    if (end.begins_anew) {
      has_run = true;
      pause = Seconds(0);
    } else if (end.exit_code == 0 || !has_run) {
      return end.exit_code;
    }
  }
  return 0;
}

int run_reload(const App& app) {
  // A service that runs by an older configuration can't be found by one that can't be read.
  const Settings settings = load_settings(app.line, app.environment);
  app.complain(settings.problems);
  if (has_errors(settings.problems)) return 1;
  app.complain(fmt::format("no service listens on {}", control_path(settings.config)),
               "start one with `keytide run`; one that began with another `state` or "
               "`listen.control` reads its files again on SIGHUP");
  return 1;
}

}  // namespace keytide
