#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/commands.h"
#include "cmd/keytide/execute.h"
#include "cmd/keytide/planning.h"
#include "cmd/keytide/report.h"
#include "cmd/keytide/saved_plan.h"
#include "cmd/keytide/verdict.h"

namespace keytide {
namespace {

struct Intent {
  PlanRequest request;
  std::optional<PlanFile> saved;  // `apply PLANFILE`: what it shows was approved
  bool approved = false;          // -auto-approve, or a saved plan
};

// Consent for cuts is consent for the ids that were shown.
void approve_cuts(Planned& planned) {
  for (const AccountPlan& account : planned.plan.accounts) {
    for (const Change& change : account.changes) {
      for (const ForeignCut& cut : change.cuts) planned.world.input.approvals.cuts.insert(cut.id);
    }
  }
}

bool person_approves(const App& app) {
  const auto answer = app.can_ask
                          ? app.ask(
                                "\nDo you want to perform these actions?\n"
                                "  Only 'yes' will be accepted to approve.\n\n  Enter a value: ")
                          : std::nullopt;
  if (!answer) {
    app.complain("nobody can be asked here",
                 "approve it with -auto-approve, or save a plan with `plan -out` and apply that");
    return false;
  }
  if (*answer == "yes") return true;
  app.print("\nApply cancelled.\n");
  return false;
}

bool has_work(const Planned& planned) {
  const PlanCounts counts = planned.plan.counts();
  const bool records_drift = planned.world.input.options.refresh_only && planned.plan.has_drift();
  const bool accepts = planned.plan.accepts_restored;
  return counts.add + counts.change + counts.destroy + counts.forget + counts.finish +
                 counts.import >
             0 ||
         records_drift || accepts;
}

// A store that was restored from a backup counts again once all of what Atlas and the sinks show is
// recorded in it.
bool accept_store(const App& app, StateStore& store, const Planned& planned, bool is_complete) {
  if (!planned.plan.accepts_restored || !planned.world.input.store.is_restored()) return true;
  if (!planned.world.input.options.targets.empty()) {
    app.complain("the restored state store is not accepted yet: -target named only some entries",
                 "run `keytide apply -refresh-only` without it");
    return false;
  }
  if (!is_complete) {
    app.complain("the restored state store is not accepted yet: not every entry could be recorded",
                 "repair what failed and run `keytide apply -refresh-only` again");
    return false;
  }
  const Event event{app.clock.now(),
                    app.actor(),
                    {},
                    "",
                    "store_accepted",
                    fmt::format("restored at change {}, {} was written after it",
                                planned.world.input.store.here, planned.world.input.store.seen)};
  if (const auto done = store.accept_restored(event); !done) {
    app.complain(done.error());
    return false;
  }
  if (!app.line.json) {
    app.print("The restored state store is accepted: `keytide plan` shows what is needed now.\n");
  }
  return true;
}

int carry_out(const App& app, Workspace& workspace, const Planned& planned) {
  // Looking and asking may be cut short; from here on what is begun is brought to an end.
  app.begin_work();
  Issuer& issuer = **workspace.issuer();
  const auto progress = make_progress(app, planned.plan);
  const Ports ports = workspace.ports(issuer, *progress);
  const RunContext context{&planned.world.input, app.actor(), planned.world.world_read_at,
                           [&app] { return app.console.wants_stop(); }};
  const ExecuteResult result = execute(planned.plan, ports, context, app.line.parallelism);
  workspace.sign_out();
  const PlanCounts counts = planned.plan.counts();
  report_result(app, *progress, result, counts);
  if (const auto pruned = prune_old_events(app, workspace); !pruned) app.complain(pruned.error());
  const bool is_complete =
      result.failures.empty() && result.not_started == 0 && !planned.has_unreadable_scope();
  const bool is_accepted = accept_store(app, workspace.store(), planned, is_complete);
  const bool waits = counts.blocked > 0 || counts.quarantined > 0;
  return waits || !is_accepted || !result.failures.empty() || result.not_started > 0 ||
                 planned.has_unreadable_scope()
             ? 1
             : 0;
}

// Nothing was found, or what was named can't be taken over: a plan would say "No changes".
bool says_nothing_to_import(const App& app, const Planned& planned) {
  const bool is_import = planned.world.input.options.import_only;
  if (!is_import || !planned.plan.empty() || app.line.json) return false;
  app.print(
      "Nothing to import: every entry has a record, or its sinks hold no secret that Atlas "
      "lists.\n");
  return true;
}

// From here on these manifests count: a restart without a network, or with broken ones, goes on
// with them. What was planned for some entries alone, or recorded, says nothing of the others.
bool keep_manifests(const App& app, Workspace& workspace, const Planned& planned) {
  const PlanOptions& options = planned.world.input.options;
  const bool is_part = planned.is_part || !options.targets.empty();
  if (is_part || options.import_only || options.refresh_only) return true;
  if (const auto accepted = planned.git->accept(); !accepted) {
    app.complain(accepted.error());
    return false;
  }
  const auto kept = keep_accepted(accepted_place(workspace), planned.manifests);
  if (kept) return true;
  app.complain(Diagnostics{{Diagnostic::Severity::warning,
                            {},
                            fmt::format("the manifests could not be kept: {}", kept.error().text()),
                            "until they are, a service that starts while the newest ones are "
                            "broken goes on with older ones",
                            ""}});
  return true;
}

struct Proposal {
  std::optional<Planned> planned;  // absent: it ends here, which was said
  bool asks = false;               // a person has to approve it
  int exit_code = 1;               // without a plan
};

Proposal propose(const App& app, Workspace& workspace, const Intent& intent) {
  auto planned = plan_now(app, workspace, intent.request);
  if (!planned) return {};
  if (says_nothing_to_import(app, *planned)) {
    return {std::nullopt, false, planned->has_unreadable_scope() ? 1 : 0};
  }
  if (!intent.saved) {
    report_plan(app, *planned);
  } else if (!matches_saved(app, workspace, *intent.saved, *planned)) {
    return {};
  } else {
    report_refusals(app, *planned);
  }
  if (!planned->refusals.empty()) return {};
  const bool works = has_work(*planned);
  // What a person named can't be taken over, and the plan said why.
  if (planned->world.input.options.import_only && !works) return {};
  return {std::move(planned), works && !intent.approved, 0};
}

int apply_now(const App& app, Workspace& workspace, const Intent& intent) {
  Proposal proposal = propose(app, workspace, intent);
  if (!proposal.planned) return proposal.exit_code;
  Planned& planned = *proposal.planned;
  if (proposal.asks && !person_approves(app)) return 1;
  // A person saw the plan: on the screen just now, or when it was saved.
  if (proposal.asks || intent.saved) approve_cuts(planned);
  if (!keep_manifests(app, workspace, planned)) return 1;
  return carry_out(app, workspace, planned);
}

// A service renews on while a person thinks: what was shown is kept as a saved plan is, and is done
// if it is still what is to be done. Absent: it is approved. Else the exit code.
std::optional<int> ask_beside_the_service(const App& app, Workspace& workspace, Intent& intent) {
  Proposal proposal;
  const auto look = [&] {
    proposal = propose(app, workspace, intent);
    return 0;
  };
  app.alone(look, Alone::looks);
  if (!proposal.planned) return proposal.exit_code;
  if (proposal.asks && !person_approves(app)) return 1;
  intent.saved = as_plan_file(app, *proposal.planned);
  intent.approved = true;
  return std::nullopt;
}

int apply(const App& app, Intent intent) {
  const auto workspace = open_workspace(app, Workspace::Access::write);
  if (!workspace) return 1;
  if (app.is_hosted() && !intent.approved) {
    if (const auto end = ask_beside_the_service(app, *workspace, intent)) return *end;
  }
  return app.alone([&] { return apply_now(app, *workspace, intent); });
}

// What the flags would change was decided when the plan was made.
bool has_flags_beside_plan(const CommandLine& line) {
  return !line.targets.empty() || !line.replace.empty() || !line.refresh || line.refresh_only ||
         line.allow_foreign_cut || line.allow_large_change || line.allow_clock_skew;
}

bool is_sound(const App& app) {
  const CommandLine& line = app.line;
  std::string problem;
  if (line.command == "apply" && !line.arguments.empty() && has_flags_beside_plan(line)) {
    problem =
        "a saved plan is carried out as it was made: -target, -replace, -refresh, "
        "-refresh-only and -allow-… are said when it is made, with `plan -out`";
  } else if (line.command == "rotate" && !line.targets.empty()) {
    problem = "`rotate ADDR` names its one address already: leave -target out";
  }
  if (problem.empty()) return refresh_flags_agree(app);
  app.complain(problem, "");
  return false;
}

}  // namespace

int run_apply(const App& app) {
  if (!is_sound(app)) return 1;
  Intent intent{request_of(app.line), std::nullopt, app.line.auto_approve};
  if (!app.line.arguments.empty()) {
    auto saved = load_saved_plan(app, app.line.arguments.front());
    if (!saved) {
      app.complain(saved.error());
      return 1;
    }
    intent.request = request_of(*saved);
    intent.saved = std::move(*saved);
    intent.approved = true;
  }
  return apply(app, std::move(intent));
}

int run_rotate(const App& app) {
  if (!is_sound(app)) return 1;
  Intent intent{request_of(app.line), std::nullopt, app.line.auto_approve};
  const Address address(app.line.arguments.front());
  intent.request.options.targets = {address};
  intent.request.options.replace = {address};
  return apply(app, std::move(intent));
}

int run_import(const App& app) {
  const CommandLine& line = app.line;
  const bool names_one = line.arguments.size() == 2;
  if (names_one == line.from_sinks || line.arguments.size() == 1 ||
      (names_one && !line.targets.empty())) {
    app.complain("import what?",
                 "`keytide import ADDR SECRET_ID` takes over one secret that Atlas lists; `keytide "
                 "import -from-sinks [-target=ADDR]` all that the sinks hold");
    return 1;
  }
  Intent intent{request_of(line), std::nullopt, line.auto_approve};
  PlanOptions& options = intent.request.options;
  options.import_only = true;
  if (names_one) {
    options.targets = {Address(line.arguments[0])};
    options.import_id = SecretId(line.arguments[1]);
  }
  return apply(app, std::move(intent));
}

}  // namespace keytide
