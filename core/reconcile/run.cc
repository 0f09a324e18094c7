#include "core/reconcile/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/base/mutant.h"
#include "core/model/schedule.h"
#include "core/plan/situation.h"

namespace keytide {

namespace {

bool is_left_out(const std::string& kind) {
  return (is_mutated(Mutant::no_intent_to_create) && kind == "attempt_opened") ||
         (is_mutated(Mutant::no_intent_to_deliver) && kind == "sink_begun") ||
         (is_mutated(Mutant::no_intent_to_delete) && kind == "delete_intended");
}

}  // namespace

Run begin_run(const AccountPlan& plan, const Ports& ports, const RunContext& context) {
  Run run{ports, context, plan, plan.record.value_or(AccountRecord{}), {}};
  run.record.key = plan.key;
  if (run.record.version == 0) run.record.address = plan.address;
  return run;
}

Result<void> note(Run& run, std::string kind, std::string why) {
  const auto begun_at = run.ports.clock.since_boot();
  if (is_left_out(kind)) return {};
  const Event event{run.ports.clock.now(),    run.context.actor, run.record.address,
                    describe(run.record.key), std::move(kind),   std::move(why),
                    run.ports.issuer.now()};
  const auto version = run.ports.store.save(run.record, event);
  if (!version) return fail(Error(version.error()).within("while recording " + event.kind));
  run.record.version = *version;
  run.written_at = begun_at;
  return {};
}

Result<void> look(Run& run) {
  run.looked_at = run.ports.clock.since_boot();
  auto seen = run.ports.issuer.get(run.plan.key);
  if (!seen) return fail(std::move(seen.error()).within("while reading the account"));
  run.observed = std::move(*seen);
  return {};
}

Result<void> look_if_stale(Run& run) {
  constexpr std::chrono::milliseconds kStaleAfter{5000};
  const bool is_recent =
      run.looked_at && run.ports.clock.since_boot() - *run.looked_at <= kStaleAfter;
  if (is_recent) return {};
  return look(run);
}

bool is_own(const Run& run) {
  return run.context.input->own_accounts.contains(run.plan.key.client_id);
}

bool is_listed(const Run& run, const SecretId& id) {
  const auto& secrets = run.observed.secrets;
  return std::any_of(secrets.begin(), secrets.end(),
                     [&](const ObservedSecret& secret) { return secret.id == id; });
}

bool is_alive(const Run& run, const SecretId& id) {
  const auto& secrets = run.observed.secrets;
  const Instant now = run.ports.issuer.now();
  return std::any_of(secrets.begin(), secrets.end(), [&](const ObservedSecret& secret) {
    return secret.id == id && secret.expires_at > now;
  });
}

Result<void> wait_for_second_look(Run& run, const std::string& what) {
  constexpr std::chrono::milliseconds kSlice{1000};
  Clock& clock = run.ports.clock;
  const Seconds pause = run.context.input->safety.confirm_after;
  const std::chrono::milliseconds until = run.context.world_read_at + pause;
  if (clock.since_boot() >= until) return {};
  tell(run, Progress::Step::waiting, fmt::format("{}, {}", format_duration(pause), what));
  while (clock.since_boot() < until) {
    if (is_stopping(run)) {
      return fail(ErrorKind::conflict, "interrupted before anything was done: apply again");
    }
    clock.sleep(std::min(kSlice, until - clock.since_boot()));
  }
  return {};
}

bool is_stopping(const Run& run) { return run.context.stopping && run.context.stopping(); }

void tell(const Run& run, Progress::Step step, std::string detail) {
  run.ports.progress.on({step, run.plan.address, run.plan.key, run.action, std::move(detail)});
}

void take_over_settings(AccountRecord& record, const DesiredSecret& desired) {
  const OwnedSecret* current = record.with_role(Role::current);
  const Seconds life =
      current != nullptr ? Seconds(std::chrono::hours(current->asked_hours)) : desired.lifetime;
  record.key = desired.account;
  record.address = desired.address;
  record.owner = desired.owner;
  record.on_remove = desired.on_remove;
  record.overlap = windows_of(life, desired.renew_before, desired.overlap).overlap;
  record.managed = true;
  record.removed_at.reset();
}

}  // namespace keytide
