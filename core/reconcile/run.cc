#include "core/reconcile/run.h"

#include <algorithm>

#include "core/model/schedule.h"
#include "core/plan/situation.h"

namespace keytide {

Result<void> note(Run& run, std::string kind, std::string why) {
  const Event event{run.ports.clock.now(),    run.context.actor, run.record.address,
                    describe(run.record.key), std::move(kind),   std::move(why)};
  const auto version = run.ports.store.save(run.record, event);
  if (!version) return fail(Error(version.error()).within("while recording " + event.kind));
  run.record.version = *version;
  return {};
}

Result<void> look(Run& run) {
  auto seen = run.ports.issuer.get(run.plan.key);
  if (!seen) return fail(std::move(seen.error()).within("while reading the account"));
  run.observed = std::move(*seen);
  return {};
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
