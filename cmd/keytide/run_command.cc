#include "cmd/keytide/commands.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/service.h"

namespace keytide {

int run_run(const App& app) {
  auto workspace = open_workspace(app, Workspace::Access::write);
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
  Service service(app, *workspace, std::move(*waker));
  return app.line.once ? service.run_once() : service.run();
}

int run_reload(const App& app) {
  app.complain("no service listens here", "start one with `keytide run`");
  return 1;
}

}  // namespace keytide
