#include "cmd/keytide/commands.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/service.h"
#include "cmd/keytide/version.h"

namespace keytide {
namespace {

// A page for more would be megabytes, every few seconds.
constexpr std::size_t kEntriesWithSeries = 1000;

}  // namespace

int run_run(const App& app) {
  Metrics metrics({std::string(kVersion), {reason_words(), kEntriesWithSeries}});
  auto workspace = open_workspace(app, Workspace::Access::write, &metrics);
  if (!workspace || !names_manifests(app, workspace->config())) return 1;
  if (const auto issuer = workspace->issuer(); !issuer) {
    app.complain(issuer.error());
    return 1;
  }
  auto waker = Waker::make();
  if (!waker) {
    app.complain(waker.error());
    return 1;
  }
  Service service(app, *workspace, metrics, std::move(*waker));
  return app.line.once ? service.run_once() : service.run();
}

int run_reload(const App& app) {
  app.complain("no service listens here", "start one with `keytide run`");
  return 1;
}

}  // namespace keytide
