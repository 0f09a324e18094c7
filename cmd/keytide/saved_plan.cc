#include "cmd/keytide/saved_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cmd/keytide/version.h"
#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

bool is_in(const PlanFile& saved, const AccountPlan& account) {
  return std::any_of(saved.entries.begin(), saved.entries.end(), [&](const PlannedEntry& entry) {
    return entry.address == account.address && entry.key == account.key;
  });
}

// A plan replaces nothing but a plan.
Result<void> check_target(const std::string& path) {
  std::error_code problem;
  const auto status = std::filesystem::symlink_status(path, problem);
  if (!std::filesystem::exists(status)) return {};
  const auto text = std::filesystem::is_regular_file(status) ? read_file(path, kPlanFileLimit)
                                                             : Result<std::string>();
  if (text && parse_plan_file(*text)) return {};
  return fail(
      ErrorKind::refused,
      fmt::format("{} exists and is no saved plan: name another file with -out, or remove it",
                  path));
}

// A service goes on while a person thinks: what it has done meanwhile is no reason to leave the
// rest.
void tell_what_is_done(const App& app, std::vector<PlanDifference>& differences) {
  std::erase_if(differences, [&](const PlanDifference& one) {
    if (one.kind != PlanDifference::Kind::gone) return false;
    app.print(fmt::format("{} is left out: the service did it meanwhile, or it is blocked now.\n",
                          one.address.str()));
    return true;
  });
}

}  // namespace

PlanFile as_plan_file(const App& app, const Planned& planned) {
  return make_plan_file(planned.plan, planned.world.input, std::string(kVersion), app.clock.now());
}

Result<void> save_plan(const App& app, const Planned& planned) {
  const PlanFile file = as_plan_file(app, planned);
  if (auto free = check_target(app.line.out); !free) return free;
  auto written = replace_file(app.line.out, format_plan_file(file), {});
  if (written && !app.line.json) {
    app.print(
        fmt::format("\nSaved the plan to: {0}\n\nTo perform exactly these actions, run:\n"
                    "    keytide apply \"{0}\"\n",
                    app.line.out));
  }
  return written;
}

Result<PlanFile> load_saved_plan(const App& app, const std::string& path) {
  const bool was_sent = app.hosted && app.hosted->plan;
  const auto text =
      was_sent ? Result<std::string>(*app.hosted->plan) : read_file(path, kPlanFileLimit);
  if (!text) return fail(Error(text.error()).within("while reading the plan"));
  auto file = parse_plan_file(*text);
  if (!file) return fail(std::move(file.error()).within(path));
  return file;
}

// The cuts that were shown are approved once the plan is the same: with them it would be another.
PlanRequest request_of(const PlanFile& saved) {
  PlanRequest request{saved.options, saved.approvals};
  request.approvals.cuts.clear();
  return request;
}

bool matches_saved(const App& app, Workspace& workspace, const PlanFile& saved, Planned& planned) {
  auto differences = compare(saved, planned.plan, workspace.store().identity().lineage);
  const bool is_file = app.line.command == "apply" && !app.line.arguments.empty();
  const std::size_t all = differences.size();
  if (!is_file) tell_what_is_done(app, differences);
  const bool is_done_in_part = differences.size() < all;
  // A restored store is accepted with all that was seen, or not at all.
  const bool needs_all = planned.plan.accepts_restored && !differences.empty();
  if (needs_all || is_stale(differences)) {
    std::string why =
        is_file ? "the saved plan is stale" : "what is to be done has changed since it was shown";
    for (const PlanDifference& difference : differences) {
      const bool counts = needs_all || difference.kind != PlanDifference::Kind::extra;
      if (counts) why += "\n      - " + difference.why;
    }
    app.complain(why, is_file ? "make a new one with `keytide plan -out=FILE`"
                              : "run the same command again: it shows what is to be done now");
    return false;
  }
  const auto left_out = std::erase_if(planned.plan.accounts, [&](const AccountPlan& account) {
    return !account.changes.empty() && !is_in(saved, account);
  });
  planned.is_part = left_out > 0 || is_done_in_part;
  planned.refusals = check_safety(planned.world.input, planned.plan);
  return true;
}

}  // namespace keytide
