#include "cmd/keytide/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmd/keytide/entries.h"
#include "cmd/keytide/gather.h"
#include "cmd/keytide/quiet.h"
#include "core/plan/make_plan.h"
#include "providers/sources/emptied.h"

namespace keytide {
namespace {

std::string first_error(const Diagnostics& problems) {
  const Diagnostics errors = errors_of(problems);
  if (errors.empty()) return "";
  const Diagnostic& first = errors.front();
  const std::string more =
      errors.size() > 1 ? fmt::format(" (and {} more)", errors.size() - 1) : "";
  const Place& place = first.place;
  // Of a file as a whole there is no line to be shown.
  if (place.line == 0 && !place.file.empty() && !first.way_out.empty()) {
    return fmt::format("{}: {}: {}{}", place.file, first.problem, first.way_out, more);
  }
  const std::string where =
      place.file.empty() ? "" : fmt::format("{}:{}: ", place.file, place.line);
  return fmt::format("{}{}{}; `keytide validate` shows it whole", where, first.problem, more);
}

Result<World> gather_recorded(const LoadedManifests& loaded, const SafetyPolicy& safety,
                              Workspace& workspace) {
  auto issuer = workspace.issuer();
  if (!issuer) return fail(std::move(issuer.error()));
  QuietProgress quiet;
  GatherRequest request;
  request.desired = loaded.state;
  request.empty_sources = loaded.empty_sources;
  request.safety = safety;
  request.options.refresh = false;
  return gather(std::move(request), workspace.ports(**issuer, quiet));
}

}  // namespace

Verdict judge(LoadedManifests& loaded, const Config& config, const GitSources& git,
              Workspace& workspace) {
  Verdict out;
  out.problem = first_error(loaded.problems);
  if (!loaded.is_good()) return out;
  const auto world = gather_recorded(loaded, config.safety, workspace);
  if (!world) {
    out.problem = world.error().text();
    return out;
  }
  out.is_restored = world->input.store.is_restored();
  out.refusals = check_safety(world->input, make_plan(world->input));
  // By a store from a backup nobody can tell what a revision changes.
  if (out.is_restored) {
    out.problem =
        "the state store was restored from a backup; accept it with `keytide apply "
        "-refresh-only` first";
  } else if (!out.refusals.empty()) {
    out.problem = fmt::format("{}; at `keytide apply`: {}", out.refusals.front().why,
                              out.refusals.front().way_out);
  }
  for (const AccountRecord& record : world->input.records) out.recorded.insert(record.key.scope);
  leave_out_held_back(loaded.state, git, world->input.records);
  return out;
}

AcceptedPlace accepted_place(Workspace& workspace) {
  return {workspace.config().state_path, workspace.store().identity().lineage};
}

void add_emptied(Workspace& workspace, const Config& config, LoadedManifests& loaded,
                 Diagnostic::Severity severity) {
  if (loaded.skipped == 0) return;
  const Diagnostics emptied =
      find_emptied(read_accepted(accepted_place(workspace)), config.sources, loaded, severity);
  loaded.problems.insert(loaded.problems.end(), emptied.begin(), emptied.end());
}

bool has_accepted(const Config& config, const GitSources& git, const AcceptedManifests& accepted) {
  const auto is_known = [&](const SourceConfig& one) { return accepted.find(one) != nullptr; };
  const auto has_applied = [](const GitSources::One& one) { return one.applied.has_value(); };
  return std::any_of(git.all().begin(), git.all().end(), has_applied) ||
         std::any_of(config.sources.begin(), config.sources.end(),
                     [&](const SourceConfig& one) { return !one.git && is_known(one); });
}

LoadedManifests load_accepted(const App& app, const Config& config, GitSources& git,
                              const AcceptedManifests& accepted, std::string cache_file) {
  for (GitSources::One& one : git.all()) {
    if (one.applied) one.chosen = one.applied;
  }
  return load_entries(app, config, git, std::move(cache_file), reader_of(accepted));
}

}  // namespace keytide
