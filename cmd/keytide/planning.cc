#include "cmd/keytide/planning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cmd/keytide/entries.h"
#include "cmd/keytide/report.h"
#include "core/plan/make_plan.h"

namespace keytide {
namespace {

class Silent : public ProgressListener {
 public:
  void on(const Progress&) override {}
};

std::optional<LoadedManifests> load_manifests(const App& app, Workspace& workspace) {
  const Config& config = workspace.config();
  if (!names_manifests(app, config)) return std::nullopt;
  LoadedManifests loaded = load_entries(app, config, workspace.cache_file());
  app.complain(loaded.problems);
  if (!loaded.is_good()) return std::nullopt;
  return loaded;
}

std::set<ClientId> own_accounts(const App& app, const Workspace& workspace) {
  std::set<ClientId> own;
  for (const OwnLogin& login : own_logins(workspace.config().atlas, app.environment)) {
    own.insert(ClientId(login.client_id));
  }
  return own;
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
  auto loaded = load_manifests(app, workspace);
  if (!loaded) return std::nullopt;
  auto issuer = workspace.issuer();
  if (!issuer) {
    app.complain(issuer.error());
    return std::nullopt;
  }
  Silent silent;
  const Ports ports = workspace.ports(**issuer, silent);
  auto world = gather(
      {std::move(loaded->state), std::move(loaded->empty_sources), own_accounts(app, workspace),
       request.options, workspace.config().safety, request.approvals, app.line.parallelism},
      ports);
  if (!world) {
    app.complain(world.error());
    return std::nullopt;
  }
  if (!knows_addresses(app, world->input)) return std::nullopt;
  Planned planned{std::move(*world), {}, {}};
  planned.plan = make_plan(planned.world.input);
  if (gather_caps(planned.world.input, planned.plan, **issuer, app.line.parallelism)) {
    planned.plan = make_plan(planned.world.input);
  }
  planned.refusals = check_safety(planned.world.input, planned.plan);
  return planned;
}

}  // namespace keytide
