#include "cmd/keytide/next_manifests.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/entries.h"
#include "cmd/keytide/git_sources.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/verdict.h"
#include "providers/system/path_parts.h"

namespace keytide {
namespace {

Diagnostic error_of(std::string problem, std::string way_out) {
  return {Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""};
}

bool is_known(const GitSources& git) {
  return std::all_of(git.all().begin(), git.all().end(),
                     [](const GitSources::One& one) { return one.applied.has_value(); });
}

// They lie beside the store under the name that it has now.
bool accepted_ones_count(const App& app, Workspace& workspace, const Config& next) {
  if (next.state_path != workspace.config().state_path) return false;
  GitSources git(app, next);
  const AcceptedManifests accepted = read_accepted(accepted_place(workspace));
  if (!has_accepted(next, git, accepted)) return false;
  LoadedManifests loaded = load_accepted(app, next, git, accepted, "");
  return judge(loaded, next, git, workspace).problem.empty();
}

// Why the newest do not count.
Diagnostics judge_newest(LoadedManifests& loaded, const GitSources& git, Workspace& workspace,
                         const Config& next) {
  const bool is_same_store = is_same_file(next.state_path, workspace.config().state_path);
  if (!is_same_store) return errors_of(loaded.problems);
  add_emptied(workspace, next, loaded, Diagnostic::Severity::error);
  Diagnostics out = errors_of(loaded.problems);
  if (!out.empty()) return out;
  const std::string problem = judge(loaded, next, git, workspace).problem;
  if (!problem.empty()) out.push_back(error_of(problem, ""));
  return out;
}

}  // namespace

Diagnostics check_next_manifests(const App& app, Workspace& workspace, const Config& next) {
  if (next.sources.empty()) return {no_manifests()};
  GitSources git(app, next);
  if (!app.is_hosted() && !is_known(git)) return {};
  git.use_applied();
  LoadedManifests loaded = load_entries(app, next, git, "");
  Diagnostics out = judge_newest(loaded, git, workspace, next);
  if (out.empty()) return out;
  if (accepted_ones_count(app, workspace, next)) return {};
  out.push_back(
      error_of("by these manifests nothing would be renewed, and with this "
               "configuration those that were accepted last would not count either",
               "repair the manifests, or leave `sources` and `state` as they are"));
  return out;
}

}  // namespace keytide
