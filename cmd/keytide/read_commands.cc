// Commands that need neither the store nor Atlas.
#include <fmt/format.h>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/entries.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/settings.h"
#include "cmd/keytide/version.h"
#include "cmd/keytide/views/json_line.h"
#include "core/manifest/json_schema.h"
#include "providers/system/redact.h"

namespace keytide {

int run_validate(const App& app) {
  Settings settings = load_settings(app.line, app.environment);
  LoadedManifests loaded;
  const bool can_load = !has_errors(settings.problems) && !settings.config.sources.empty();
  if (can_load) {
    GitSources git(app, settings.config);
    git.fetch_all();
    app.complain(git.warnings());
    loaded = load_entries(app, settings.config, git, "");
  }
  if (app.line.json) {
    Diagnostics all = std::move(settings.problems);
    if (!can_load && !has_errors(all)) all.push_back(no_manifests());
    all.insert(all.end(), loaded.problems.begin(), loaded.problems.end());
    app.print(redact(json_validation(all)));
    return has_errors(all) ? 1 : 0;
  }
  app.complain(settings.problems);
  if (has_errors(settings.problems) || !names_manifests(app, settings.config)) return 1;
  if (loaded.is_good()) {
    app.print(render_validation(loaded));
    return 0;
  }
  app.complain_text(render_validation(loaded));
  return 1;
}

int run_schema(const App& app) {
  app.print(manifest_json_schema());
  return 0;
}

int run_version(const App& app) {
  app.print(app.line.json ? fmt::format("{{\"version\": \"{}\"}}\n", kVersion)
                          : fmt::format("keytide {}\n", kVersion));
  return 0;
}

}  // namespace keytide
