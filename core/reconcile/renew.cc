#include "core/reconcile/renew.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/model/schedule.h"
#include "core/plan/situation.h"
#include "core/reconcile/attempt.h"
#include "core/reconcile/deliver.h"
#include "core/reconcile/keep.h"
#include "core/reconcile/refresh.h"

namespace keytide {
namespace {

// A secret that somebody made during a wait was not there when the cuts were consented to.
Result<void> look_after_wait(Run& run) {
  const ObservedAccount before = run.observed;
  if (auto seen = look(run); !seen) return seen;
  for (const ObservedSecret& secret : run.observed.secrets) {
    const auto& known = before.secrets;
    const bool is_new = std::none_of(
        known.begin(), known.end(), [&](const ObservedSecret& one) { return one.id == secret.id; });
    if (!is_new) continue;
    return fail(ErrorKind::conflict,
                fmt::format("the secret {} appeared on the account meanwhile: plan again",
                            secret.id.str()));
  }
  return {};
}

// A sink counts as lost when two looks a minute apart agree: a folder may be mounted late.
Result<void> confirm_loss(Run& run, const Change& change) {
  if (change.lost.empty()) return {};
  const auto before = run.ports.clock.since_boot();
  if (auto waited = wait_for_second_look(run, "to look again at the sink that seems lost");
      !waited) {
    return waited;
  }
  if (run.ports.clock.since_boot() > before) {
    if (auto seen = look_after_wait(run); !seen) return seen;
  }
  const OwnedSecret* current = run.record.with_role(Role::current);
  for (const SinkSpec& sink : run.desired().deliver) {
    if (sink.is_hook()) continue;
    const SinkView view = read_sink(run.ports, run.plan.key.client_id, sink);
    const bool holds = view.readable && current != nullptr && !view.fingerprint.empty() &&
                       view.fingerprint == current->fingerprint;
    const bool was_lost =
        std::find(change.lost.begin(), change.lost.end(), sink.name) != change.lost.end();
    if (was_lost && (holds || !view.readable)) {
      return fail(ErrorKind::conflict,
                  fmt::format("{} is not lost after all: plan again", sink.name.str()));
    }
  }
  return {};
}

void give_roles(AccountRecord& record, const DesiredSecret& desired, Instant now) {
  OwnedSecret* fresh = record.with_role(Role::fresh);
  if (OwnedSecret* old = record.with_role(Role::current)) old->role = Role::previous;
  fresh->role = Role::current;
  record.generation = fresh->generation;
  record.switched_at = now;
  record.failures.reset();
  // A sink that is late still needs what is in escrow.
  if (is_everywhere(record, desired) && !is_mutated(Mutant::escrow_is_kept)) record.escrow.reset();
  record.rotation_id = record.attempt->rotation_id;
  record.lifetime = record.attempt->lifetime;
  take_over_settings(record, desired);
  std::erase_if(record.deliveries, [&](const Delivery& delivery) {
    return std::none_of(desired.deliver.begin(), desired.deliver.end(),
                        [&](const SinkSpec& sink) { return sink.name == delivery.sink; });
  });
  record.end_attempt(AttemptEnd::Outcome::switched, now);
}

// keytide's own account: from here on this process signs in with what is current, as the next one
// will by its file.
void sign_in_anew(Run& run, const SecretValue* value) {
  if (!is_own(run)) return;
  const OwnedSecret current = *run.record.with_role(Role::current);
  Result<SecretValue> taken = value != nullptr ? value->clone() : take_from_sinks(run, current);
  if (!taken) taken = take_out_of_escrow(run, current);
  if (!taken) {
    run.outcome.warnings.push_back(
        fmt::format("keytide signs in with its old secret until it is started again: the new "
                    "one's value is not at hand ({})",
                    taken.error().text()));
    return;
  }
  run.ports.issuer.sign_in_with(run.plan.key.client_id, *taken);
  run.ports.log.info("signing in with the new secret", {{"account", describe(run.plan.key)}});
}

// W5: one commit makes the new secret the current one, after a last look that it lives. `begun_at`:
// W1 of a chain that ran through in one go, for its length. `value` may be null.
Result<void> switch_over(Run& run, const SecretValue* value, std::optional<Instant> begun_at) {
  if (auto seen = look(run); !seen) return seen;
  const OwnedSecret* fresh = run.record.with_role(Role::fresh);
  if (!is_alive(run, fresh->id)) {
    if (auto aborted = abort_attempt(run, "it is gone from Atlas"); !aborted) return aborted;
    return fail(ErrorKind::conflict,
                "the new secret was deleted by somebody while it was delivered");
  }
  take_over_secrets(run.record, run.observed);
  const Instant now = run.ports.issuer.now();
  if (begun_at) run.record.add_chain_time(std::max(now - *begun_at, Seconds(0)));
  give_roles(run.record, run.desired(), now);
  const OwnedSecret* current = run.record.with_role(Role::current);
  const std::string until = "expires " + format_instant(current->expires_at);
  if (auto written = note(run, "switched", fmt::format("{} {}", current->id.str(), until));
      !written) {
    return written;
  }
  tell(run, Progress::Step::switched, until);
  sign_in_anew(run, value);
  return {};
}

bool is_anywhere(const Run& run, const SecretId& id) {
  const auto& all = run.record.deliveries;
  return std::any_of(all.begin(), all.end(), [&](const Delivery& one) {
    return one.secret_id == id && one.status == DeliveryStatus::delivered;
  });
}

// A sink that was begun and can't be read counts as holding it.
bool may_be_held(const Run& run, const OwnedSecret& fresh) {
  for (const SinkSpec& sink : run.desired().deliver) {
    const Delivery* delivery = run.record.delivery(sink.name);
    if (sink.is_hook() || delivery == nullptr || delivery->secret_id != fresh.id) continue;
    const SinkView view = read_sink(run.ports, run.plan.key.client_id, sink);
    if (!view.readable || (view.exists && view.fingerprint == fresh.fingerprint)) return true;
  }
  return false;
}

// Without an escrow a value that no sink took would be lost with this process: the secret is
// deleted again.
Result<void> deliver_or_abort(Run& run, const SecretValue& value) {
  const OwnedSecret fresh = *run.record.with_role(Role::fresh);
  auto delivered = deliver_everywhere(run, fresh, &value);
  if (is_mutated(Mutant::switch_without_sinks)) return {};
  if (delivered || run.record.escrow) return delivered;
  if (is_anywhere(run, fresh.id) || may_be_held(run, fresh)) return delivered;
  const std::string why = delivered.error().text();
  if (auto aborted = abort_attempt(run, why); !aborted) return aborted;
  return fail(ErrorKind::io, why + "; the new secret was deleted again");
}

// A sink that is late must not keep the others from their next secret: once the new one is itself
// due and the old one is dead, the switch is made without it.
bool is_switched_without_late_sinks(const Run& run, const OwnedSecret& fresh) {
  const OwnedSecret* old = run.record.with_role(Role::current);
  if (old != nullptr && is_alive(run, old->id)) return false;
  const DesiredSecret& desired = run.desired();
  const Seconds life = std::chrono::hours(fresh.asked_hours);
  const Seconds before = windows_of(life, desired.renew_before, desired.overlap).renew_before;
  const Seconds jitter =
      jitter_of(life, run.context.input->lineage, run.plan.key, fresh.generation);
  return run.ports.issuer.now() >= renew_at(fresh.expires_at, before, jitter);
}

// What was delivered and is lost since is written once more.
void begin_lost_again(Run& run, const OwnedSecret& fresh) {
  for (const SinkSpec& sink : run.desired().deliver) {
    if (sink.is_hook()) continue;
    const SinkView view = read_sink(run.ports, run.plan.key.client_id, sink);
    if (view.readable && view.fingerprint != fresh.fingerprint) mark_begun(run, sink, fresh);
  }
}

// A request that came while the chain was open has to wait for its end.
Result<void> check_not_requested(const Run& run) {
  if (!run.context.input->options.replace.contains(run.plan.address)) return {};
  return fail(ErrorKind::conflict,
              "an interrupted renewal was brought to its end first; for another new secret ask "
              "again");
}

// False: it was told to stop meanwhile.
bool pause_unless_stopped(Run& run, std::chrono::milliseconds length) {
  constexpr std::chrono::milliseconds kSlice{500};
  Clock& clock = run.ports.clock;
  const std::chrono::milliseconds until = clock.since_boot() + length;
  while (clock.since_boot() < until) {
    if (is_stopping(run)) return false;
    clock.sleep(std::min(kSlice, until - clock.since_boot()));
  }
  return !is_stopping(run);
}

// A create that certainly did nothing is made again where a wait or a new token may cure it: a rate
// limit that is used up costs time and no entry. Each try has an intent of its own.
Result<SecretValue> create_patiently(Run& run, const std::string& why) {
  constexpr int kTries = 40;
  constexpr std::chrono::milliseconds kPause{10000};
  for (int tried = 1;; ++tried) {
    if (auto opened = open_attempt(run, why); !opened) return fail(std::move(opened.error()));
    auto value = create_secret(run);
    const bool was_denied = !value && value.error().kind == ErrorKind::denied;
    const int tries = was_denied ? 2 : kTries;
    if (value || !run.may_create_again || tried >= tries || is_stopping(run)) return value;
    if (!was_denied) {
      tell(run, Progress::Step::waiting, "for the rate limit of the organization");
      if (!pause_unless_stopped(run, kPause)) return value;
    }
    if (auto seen = look_after_wait(run); !seen) return fail(std::move(seen.error()));
  }
}

}  // namespace

Result<void> make_new_secret(Run& run, const Change& change) {
  if (auto lost = confirm_loss(run, change); !lost) return lost;
  if (auto writable = check_sinks_writable(run); !writable) return writable;
  if (auto kept = check_escrow(run); !kept) return kept;
  if (is_stopping(run)) {
    return fail(ErrorKind::conflict, "interrupted before anything was created: apply again");
  }
  take_over_settings(run.record, run.desired());
  auto value = create_patiently(run, change.why);
  if (!value) return fail(std::move(value.error()));
  if (auto proven = prove_secret(run, *value); !proven) return proven;
  if (auto delivered = deliver_or_abort(run, *value); !delivered) return delivered;
  return switch_over(run, &*value, run.record.attempt->atlas_time);
}

Result<void> finish_chain(Run& run, const Change& change) {
  CHECK(change.secret.has_value(), "a finish names its secret");
  const OwnedSecret* fresh = run.record.with_role(Role::fresh);
  if (fresh == nullptr || fresh->id != change.secret->id) {
    return fail(ErrorKind::conflict, "the chain moved on since it was planned: plan again");
  }
  if (change.reason == Reason::half_delivered) return promote_new_secret(run);
  const OwnedSecret secret = *fresh;
  std::optional<SecretValue> value;
  auto taken = take_out_of_escrow(run, secret);
  if (!taken) taken = take_from_sinks(run, secret);
  if (taken) value = std::move(*taken);
  if (value && run.record.attempt->phase == AttemptPhase::created) {
    if (auto proven = prove_secret(run, *value); !proven) return proven;
  }
  begin_lost_again(run, secret);
  if (auto done = deliver_everywhere(run, secret, value ? &*value : nullptr); !done) {
    if (!is_anywhere(run, secret.id) || !is_switched_without_late_sinks(run, secret)) return done;
    run.outcome.warnings.push_back(done.error().text() +
                                   "; the switch was made without it: the old secret is dead");
  }
  run_hooks_anyway(run, secret);
  if (auto switched = switch_over(run, value ? &*value : nullptr, std::nullopt); !switched)
    return switched;
  return check_not_requested(run);
}

Result<void> promote_new_secret(Run& run) {
  run.outcome.warnings.push_back(
      "the new secret serves although not every sink has it; the next apply replaces it");
  run_hooks_anyway(run, OwnedSecret(*run.record.with_role(Role::fresh)));
  return switch_over(run, nullptr, std::nullopt);
}

}  // namespace keytide
