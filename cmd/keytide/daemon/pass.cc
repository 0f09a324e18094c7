#include "cmd/keytide/daemon/pass.h"

#include <algorithm>

#include "cmd/keytide/gather.h"
#include "core/model/back_off.h"
#include "core/plan/make_plan.h"
#include "core/plan/own_account.h"

namespace keytide {
namespace {

GatherRequest gather_request(const PassRequest& request, bool refresh) {
  GatherRequest out;
  out.desired = *request.desired;
  out.own_accounts = request.own_accounts;
  out.options.targets = request.targets;
  out.options.unattended = true;
  out.options.refresh = refresh;
  out.safety = request.safety;
  out.parallelism = request.parallelism;
  out.only = request.scope;
  return out;
}

std::optional<Error> scope_error(const PlanInput& input) {
  for (const ObservedScope& scope : input.scopes) {
    if (scope.error) return scope.error;
  }
  return std::nullopt;
}

std::set<Address> with_work(const Plan& plan) {
  std::set<Address> addresses;
  for (const AccountPlan& account : plan.accounts) {
    const bool is_written = account.settings_changed || account.drop_record ||
                            !account.drift.empty() || !account.changes.empty();
    if (is_written) addresses.insert(account.address);
  }
  return addresses;
}

std::vector<StatusRow> rows_of(const PassRequest& request, const PlanInput& input) {
  std::vector<StatusRow> rows = status_rows(input);
  std::erase_if(rows, [&](const StatusRow& row) {
    return !request.targets.empty() && !request.targets.contains(row.address);
  });
  return rows;
}

// What was worked on is shown as it is recorded now; the rest as it was seen.
void look_after(const PassRequest& request, const World& world, const std::set<Address>& worked_on,
                const Ports& ports, PassResult& out) {
  std::vector<StatusRow> rows = rows_of(request, world.input);
  std::vector<StatusRow> after;
  if (!worked_on.empty() || out.error) {
    auto recorded = gather(gather_request(request, false), ports);
    if (recorded) after = rows_of(request, recorded->input);
    if (!recorded && !out.error) out.error = std::move(recorded.error());
  }
  const auto is_newer = [&](const Address& address) {
    return out.error || worked_on.contains(address);
  };
  for (StatusRow& row : rows) {
    if (!is_newer(row.address)) out.looks.push_back({std::move(row), false});
  }
  for (StatusRow& row : after) {
    if (is_newer(row.address)) out.looks.push_back({std::move(row), !out.error});
  }
  std::sort(out.looks.begin(), out.looks.end(),
            [](const EntryLook& a, const EntryLook& b) { return a.row.address < b.row.address; });
}

// A failure that could not be recorded, for the store's disk is full, is a failure all the same.
void add_unrecorded_failures(const PassRequest& request, const Ports& ports, PassResult& out) {
  if (request.stopping && request.stopping()) return;
  const Instant now = ports.issuer.now();
  for (const EntryFailure& failure : out.done.failures) {
    const ErrorKind kind = failure.error.kind;
    if (kind == ErrorKind::refused || kind == ErrorKind::conflict) continue;
    for (EntryLook& look : out.looks) {
      const bool is_unrecorded =
          look.row.address == failure.address && look.was_worked_on && !look.row.waiting;
      if (!is_unrecorded) continue;
      look.row.waiting = Waiting{1, now, now + pause_after(1, std::nullopt), failure.error.text()};
    }
  }
}

}  // namespace

PassResult run_pass(const PassRequest& request, const Ports& ports) {
  PassResult out;
  auto world = gather(gather_request(request, true), ports);
  if (!world) {
    out.error = std::move(world.error());
    out.now = ports.issuer.now();
    return out;
  }
  PlanInput& input = world->input;
  out.error = scope_error(input);
  out.store_restored = input.store.is_restored();
  out.skew = input.now - input.host_now;
  if (!input.scopes.empty()) out.budget = input.scopes.front().budget;
  std::set<Address> worked_on;
  if (!out.error) {
    Plan plan = make_plan(input);
    if (gather_caps(input, plan, ports.issuer, request.parallelism)) plan = make_plan(input);
    worked_on = with_work(plan);
    const RunContext context{&input, request.actor, world->world_read_at, request.stopping};
    out.done = execute(plan, ports, context, request.parallelism);
    for (std::string& warning : warn_of_own_accounts(input)) {
      out.done.warnings.push_back(std::move(warning));
    }
  }
  look_after(request, *world, worked_on, ports, out);
  add_unrecorded_failures(request, ports, out);
  out.now = ports.issuer.now();
  return out;
}

}  // namespace keytide
