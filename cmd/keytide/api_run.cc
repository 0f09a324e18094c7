#include <fmt/format.h>

#include "cmd/keytide/api_command.h"
#include "cmd/keytide/atlas_stack.h"
#include "cmd/keytide/commands.h"
#include "cmd/keytide/settings.h"
#include "providers/system/interrupt.h"

namespace keytide {
namespace {

RawCreate create_of(const CommandLine& line) {
  const bool is_org = line.command == "api create-org-secret";
  const Scope scope{is_org ? Scope::Kind::org : Scope::Kind::project, line.api.scope_id};
  return {{scope, ClientId(line.api.client_id)},
          line.api.hours,
          line.api.envelope,
          line.api.pretty,
          line.api.version};
}

}  // namespace

int run_api(const App& app) {
  const Settings settings = load_settings(app.line, app.environment);
  app.complain(settings.problems);
  if (has_errors(settings.problems)) return 1;
  const auto atlas = connect_atlas(app, settings.config.atlas);
  if (!atlas) {
    app.complain(atlas.error());
    return 1;
  }
  catch_interrupts(kStoppingWord);  // the reply is shown once: it is waited for
  const auto created = run_api_create((*atlas)->client, create_of(app.line),
                                      [&](std::string_view text) { return app.print(text); });
  (*atlas)->issuer.sign_out();
  if (!created) {
    app.complain(created.error());
    return 1;
  }
  return *created ? 0 : 1;
}

}  // namespace keytide
