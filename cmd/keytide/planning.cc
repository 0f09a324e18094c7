#include "cmd/keytide/planning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cmd/keytide/entries.h"
#include "cmd/keytide/quiet.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/verdict.h"
#include "core/plan/make_plan.h"

namespace keytide {
namespace {

// What only shows how things are goes by what counts already, and needs no network for it.
bool asks_for_news(const App& app) {
  const std::string& command = app.line.command;
  return command == "plan" || command == "apply" || command == "rotate" || command == "import";
}

bool shows_what_counts(const App& app) {
  return app.line.command == "status" || app.line.command == "show";
}

// Why the service would not take these manifests. Empty: it would, or it can't be told.
Diagnostics why_aside(LoadedManifests& loaded, const GitSources& git, Workspace& workspace) {
  std::string why = "they have errors";
  std::string way_out = "repair what is said above";
  if (loaded.is_good()) {
    const Verdict verdict = judge(loaded, workspace.config(), git, workspace);
    if (verdict.is_restored || verdict.refusals.empty()) return {};
    why = verdict.refusals.front().why;
    way_out = "at `keytide apply`: " + verdict.refusals.front().way_out;
  }
  Diagnostics out = loaded.problems;
  out.push_back({Diagnostic::Severity::warning,
                 {},
                 fmt::format("the manifests as they stand are left aside: {}; shown is how things "
                             "are by those that were accepted last",
                             why),
                 way_out,
                 ""});
  return out;
}

// Puts the manifests that were accepted last in the place of some that don't count. What was left
// aside, or nothing.
Diagnostics use_what_counts(const App& app, Workspace& workspace, GitSources& git,
                            LoadedManifests& loaded) {
  const Config& config = workspace.config();
  const AcceptedManifests accepted = read_accepted(accepted_place(workspace));
  const bool is_accepted = loaded.is_good() && loaded.revision == accepted.revision;
  if (is_accepted || !has_accepted(config, git, accepted)) return {};
  Diagnostics aside = why_aside(loaded, git, workspace);
  if (aside.empty()) return {};
  LoadedManifests before = load_accepted(app, config, git, accepted, "");
  if (!before.is_good()) return {};
  loaded = std::move(before);
  return aside;
}

std::optional<LoadedManifests> load_manifests(const App& app, Workspace& workspace, GitSources& git,
                                              Diagnostics& aside) {
  const Config& config = workspace.config();
  if (!names_manifests(app, config)) return std::nullopt;
  asks_for_news(app) ? git.fetch_all() : git.use_applied();
  app.complain(git.warnings());
  LoadedManifests loaded = load_entries(app, config, git, workspace.cache_file());
  using Severity = Diagnostic::Severity;
  add_emptied(workspace, config, loaded,
              shows_what_counts(app) ? Severity::error : Severity::warning);
  if (shows_what_counts(app)) aside = use_what_counts(app, workspace, git, loaded);
  app.complain(loaded.problems);
  if (!loaded.is_good()) return std::nullopt;
  if (git.all().empty()) return loaded;
  const auto records = workspace.store().load();
  if (records) leave_out_held_back(loaded.state, git, *records);
  return loaded;
}

bool knows_addresses(const App& app, const PlanInput& input) {
  const std::vector<Address> unknown = find_unknown_addresses(input);
  if (unknown.empty()) return true;
  std::vector<Address> known;
  for (const DesiredSecret& secret : input.desired.secrets) known.push_back(secret.address);
  for (const Address& address : unknown) complain_unknown(app, address, known);
  return false;
}

}  // namespace

bool Planned::has_unreadable_scope() const {
  return std::any_of(world.input.scopes.begin(), world.input.scopes.end(),
                     [](const ObservedScope& scope) { return scope.error.has_value(); });
}

PlanRequest request_of(const CommandLine& line) {
  PlanRequest request;
  for (const std::string& target : line.targets) request.options.targets.insert(Address(target));
  for (const std::string& replace : line.replace) request.options.replace.insert(Address(replace));
  request.options.refresh = line.refresh;
  request.options.refresh_only = line.refresh_only;
  request.approvals.foreign_cut = line.allow_foreign_cut;
  request.approvals.large_change = line.allow_large_change;
  request.approvals.clock_skew = line.allow_clock_skew;
  return request;
}

bool refresh_flags_agree(const App& app) {
  if (!app.line.refresh_only || (app.line.refresh && app.line.replace.empty())) return true;
  app.complain(fmt::format("-refresh-only and {} contradict each other",
                           app.line.refresh ? "-replace" : "-refresh=false"),
               "leave one of them out");
  return false;
}

std::optional<Planned> plan_now(const App& app, Workspace& workspace, const PlanRequest& request) {
  auto git = std::make_shared<GitSources>(app, workspace.config());
  Diagnostics aside;
  auto loaded = load_manifests(app, workspace, *git, aside);
  if (!loaded) return std::nullopt;
  auto issuer = workspace.issuer();
  if (!issuer) {
    app.complain(issuer.error());
    return std::nullopt;
  }
  AcceptedManifests manifests = accepted_of(workspace.config().sources, *loaded);
  QuietProgress quiet;
  const Ports ports = workspace.ports(**issuer, quiet);
  auto world = gather({std::move(loaded->state), std::move(loaded->empty_sources),
                       own_accounts(workspace.config(), app.environment), request.options,
                       workspace.config().safety, request.approvals, app.line.parallelism},
                      ports);
  if (!world) {
    app.complain(world.error());
    return std::nullopt;
  }
  if (!knows_addresses(app, world->input)) return std::nullopt;
  Planned planned{std::move(*world),    {},   {}, std::move(git), std::move(aside),
                  std::move(manifests), false};
  planned.plan = make_plan(planned.world.input);
  if (gather_caps(planned.world.input, planned.plan, **issuer, app.line.parallelism)) {
    planned.plan = make_plan(planned.world.input);
  }
  planned.refusals = check_safety(planned.world.input, planned.plan);
  return planned;
}

}  // namespace keytide
