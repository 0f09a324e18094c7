// `orphan list|adopt|delete`: secrets that may be keytide's own, and a person's word about them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/planning.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/views/orphan_view.h"
#include "core/manifest/redact.h"
#include "core/plan/account_plan.h"
#include "core/reconcile/orphan.h"

namespace keytide {
namespace {

// The one that is meant: named, or the only one. `id` may be empty.
std::optional<OrphanRow> choose(const App& app, const std::vector<OrphanRow>& rows,
                                const std::string& id) {
  const Address address(app.line.arguments[0]);
  std::vector<OrphanRow> found;
  for (const OrphanRow& row : rows) {
    const bool can_choose = row.secret && row.address == address;
    if (can_choose && (id.empty() || row.secret->id.str() == id)) found.push_back(row);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    app.complain(fmt::format("{} has no secret in doubt{}", shown(address.str()),
                             id.empty() ? "" : " with the id " + shown(id)),
                 "`keytide orphan list` shows all");
    return std::nullopt;
  }
  std::vector<std::string> ids;
  for (const OrphanRow& row : found) ids.push_back(row.secret->id.str());
  app.complain(fmt::format("{} has {} secrets in doubt", shown(address.str()), found.size()),
               fmt::format("name the one you mean: {}", fmt::join(ids, ", ")));
  return std::nullopt;
}

bool is_approved(const App& app, const OrphanRow& row, bool deletes) {
  if (!deletes || app.line.auto_approve) return true;
  const auto answer =
      app.can_ask
          ? app.ask(fmt::format("Do you want to delete {} ({}) in Atlas? Whoever uses it is "
                                "signed out at once.\n"
                                "  Only 'yes' will be accepted to approve.\n\n"
                                "  Enter a value: ",
                                row.secret->masked, row.secret->id.str()))
          : std::nullopt;
  if (!answer) {
    app.complain("nobody can be asked here", "approve the delete with -auto-approve");
    return false;
  }
  if (*answer == "yes") return true;
  app.print("\nCancelled.\n");
  return false;
}

AccountPlan plan_of(const PlanInput& input, const OrphanRow& row) {
  const auto desired =
      std::find_if(input.desired.secrets.begin(), input.desired.secrets.end(),
                   [&](const DesiredSecret& one) { return one.account == row.key; });
  const auto record = std::find_if(input.records.begin(), input.records.end(),
                                   [&](const AccountRecord& one) { return one.key == row.key; });
  return plan_account(input, desired == input.desired.secrets.end() ? nullptr : &*desired,
                      record == input.records.end() ? nullptr : &*record);
}

bool settles(const AccountPlan& plan) {
  return std::any_of(plan.changes.begin(), plan.changes.end(),
                     [](const Change& change) { return change.reason == Reason::settled; });
}

struct Case {
  Planned planned;
  OrphanRow row;
  AccountPlan plan;
};

// Absent: there is nothing to decide, or not now; why, was said.
std::optional<Case> find_case(const App& app, Workspace& workspace, const std::string& id) {
  auto planned = plan_now(app, workspace, {});
  if (!planned) return std::nullopt;
  auto row = choose(app, orphan_rows(planned->world.input), id);
  if (!row) return std::nullopt;
  AccountPlan plan = plan_of(planned->world.input, *row);
  if (plan.restored) {
    app.complain("its record is from a backup of the state store",
                 "accept it with `keytide apply -refresh-only` first: by what it "
                 "records then a person can tell whose a secret is");
    return std::nullopt;
  }
  if (settles(plan)) {
    app.complain("what came of an unknown create is about to be settled",
                 "run `keytide apply` first: it looks twice, and may need no word of yours");
    return std::nullopt;
  }
  return Case{std::move(*planned), std::move(*row), std::move(plan)};
}

int carry_out(const App& app, Workspace& workspace, const Case& found, bool deletes) {
  app.begin_work();
  const auto progress = make_progress(app, found.planned.plan);
  const Ports ports = workspace.ports(**workspace.issuer(), *progress);
  const RunContext context{&found.planned.world.input, app.actor(),
                           found.planned.world.world_read_at,
                           [&app] { return app.console.wants_stop(); }};
  Run run = begin_run(found.plan, ports, context);
  const SecretId id = found.row.secret->id;
  const auto done = deletes ? delete_orphan(run, id) : adopt_orphan(run, id);
  workspace.sign_out();
  progress->clear();
  if (!done) {
    app.complain(done.error());
    return 1;
  }
  app.print(fmt::format("{} {} of {}. `keytide apply` goes on from here.\n",
                        deletes ? "Deleted" : "Adopted", found.row.secret->masked,
                        found.row.address.str()));
  return 0;
}

int decide(const App& app) {
  const bool deletes = app.line.command == "orphan delete";
  const auto workspace = open_workspace(app, Workspace::Access::write);
  if (!workspace) return 1;
  std::string id = app.line.arguments.size() > 1 ? app.line.arguments[1] : "";
  // A service goes on while a person thinks: what was shown is looked for once more after it.
  if (app.is_hosted() && deletes && !app.line.auto_approve) {
    std::optional<Case> shown;
    const auto look = [&] {
      shown = find_case(app, *workspace, id);
      return 0;
    };
    app.alone(look, Alone::looks);
    if (!shown || !is_approved(app, shown->row, deletes)) return 1;
    id = shown->row.secret->id.str();
  }
  return app.alone([&] {
    const auto found = find_case(app, *workspace, id);
    const bool may = found && (app.is_hosted() || is_approved(app, found->row, deletes));
    return may ? carry_out(app, *workspace, *found, deletes) : 1;
  });
}

int list(const App& app) {
  auto workspace = open_workspace(app, Workspace::Access::read);
  if (!workspace) return 1;
  const auto planned = plan_now(app, *workspace, {});
  workspace->sign_out();
  if (!planned) return 1;
  const auto rows = orphan_rows(planned->world.input);
  app.print(app.line.json ? json_orphans(rows) : render_orphans(rows, planned->plan.now));
  return planned->has_unreadable_scope() ? 1 : 0;
}

}  // namespace

int run_orphan(const App& app) {
  return app.line.command == "orphan list" ? list(app) : decide(app);
}

}  // namespace keytide
