#include "core/reconcile/deliver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/model/schedule.h"
#include "core/reconcile/lease.h"

namespace keytide {
namespace {

constexpr int kWriteTries = 3;
constexpr std::chrono::milliseconds kWritePause{1000};

void set_delivery(AccountRecord& record, Delivery delivery) {
  auto& all = record.deliveries;
  const auto at =
      std::lower_bound(all.begin(), all.end(), delivery,
                       [](const Delivery& a, const Delivery& b) { return a.sink < b.sink; });
  if (at != all.end() && at->sink == delivery.sink) {
    *at = std::move(delivery);
  } else {
    all.insert(at, std::move(delivery));
  }
}

bool has_it(const Run& run, const SinkSpec& sink, const OwnedSecret& secret) {
  const Delivery* delivery = run.record.delivery(sink.name);
  return delivery != nullptr && delivery->status == DeliveryStatus::delivered &&
         delivery->secret_id == secret.id && delivery->target_digest == target_digest(sink);
}

// Of a delivery that was begun: with its stamp.
Payload payload_of(const Run& run, const SinkSpec& spec, const OwnedSecret& secret,
                   const SecretValue* value) {
  return {value,
          run.plan.address,
          run.plan.key.client_id,
          secret.id,
          run.record.delivery(spec.name)->generation,
          secret.created_at,
          secret.expires_at};
}

// Written, then read back: what a sink says it took is compared with what it holds.
Result<void> write_once(Run& run, Sink& sink, const SinkSpec& spec, const OwnedSecret& secret,
                        const SecretValue* value) {
  if (auto written = sink.write(payload_of(run, spec, secret, spec.is_hook() ? nullptr : value));
      !written) {
    return written;
  }
  if (spec.is_hook()) return {};
  const auto reading = sink.read(run.ports.store.identity().fingerprint_key);
  if (!reading) return fail(Error(reading.error()));
  if (reading->exists && reading->fingerprint == secret.fingerprint) return {};
  return fail(ErrorKind::io, "it was written, but reading it back shows another content");
}

// No sink is given what somebody deleted meanwhile.
Result<void> check_it_lives(Run& run, const OwnedSecret& secret) {
  if (auto seen = look_if_stale(run); !seen) return seen;
  if (is_alive(run, secret.id)) return {};
  return fail(ErrorKind::conflict,
              fmt::format("{} is gone from Atlas, or expired: apply again", secret.masked));
}

// Right before it: this machine may have slept since the intent.
Result<void> check_write(Run& run, const SinkSpec& spec, const OwnedSecret& secret) {
  if (!spec.is_hook()) {
    if (auto lives = check_it_lives(run, secret); !lives) return lives;
  }
  return hold_lease(run);
}

Result<void> write_with_retries(Run& run, const SinkSpec& spec, const OwnedSecret& secret,
                                const SecretValue* value) {
  const auto sink = run.ports.sinks.make(spec);
  Result<void> done;
  for (int i = 0; i < kWriteTries; ++i) {
    if (i > 0) run.ports.clock.sleep(kWritePause * i);
    if (auto may = check_write(run, spec, secret); !may) return may;
    done = write_once(run, *sink, spec, secret, value);
    if (done || !(done.error().kind == ErrorKind::io || is_transient(done.error()))) return done;
  }
  return done;
}

// An attempt that came to nothing may have stamped the sink already: it is never stepped back.
std::int64_t stamp_of(const Run& run, const SinkSpec& spec, const OwnedSecret& secret) {
  const Delivery* before = run.record.delivery(spec.name);
  return std::max(secret.generation, before == nullptr ? 0 : before->generation);
}

bool can_wait(const Run& run) {
  const OwnedSecret* current = run.record.with_role(Role::current);
  if (current == nullptr) return false;
  const DesiredSecret& desired = run.desired();
  const Seconds life = std::chrono::hours(current->asked_hours);
  const Seconds window = windows_of(life, desired.renew_before, desired.overlap).renew_before;
  const Seconds week = std::chrono::hours(7 * 24);
  return current->expires_at - run.ports.issuer.now() > std::min(window / 2, week);
}

}  // namespace

Result<void> check_sinks_writable(Run& run) {
  std::vector<std::string> problems;
  bool one_is_writable = false;
  for (const SinkSpec& spec : run.desired().deliver) {
    const auto ready = run.ports.sinks.make(spec)->preflight();
    if (!ready) problems.push_back(fmt::format("{}: {}", spec.name.str(), ready.error().text()));
    if (ready && !spec.is_hook()) one_is_writable = true;
  }
  if (problems.empty()) return {};
  if (one_is_writable && !can_wait(run)) {
    run.outcome.warnings.push_back(fmt::format(
        "{}; the others get a new secret without it: they can't wait", fmt::join(problems, "; ")));
    return {};
  }
  return fail(ErrorKind::io, fmt::format("no secret is created while it could not be delivered: {}",
                                         fmt::join(problems, "; ")));
}

void mark_begun(Run& run, const SinkSpec& spec, const OwnedSecret& secret) {
  set_delivery(run.record, {spec.name, DeliveryStatus::begun, secret.id,
                            stamp_of(run, spec, secret), target_digest(spec),
                            attributes_digest(spec), label_of(spec), run.ports.clock.now()});
}

Result<void> deliver_to(Run& run, const SinkSpec& spec, const OwnedSecret& secret,
                        const SecretValue* value) {
  if (!spec.is_hook()) {
    if (auto lives = check_it_lives(run, secret); !lives) return lives;
  }
  mark_begun(run, spec, secret);
  if (auto begun = note(run, "sink_begun", spec.name.str()); !begun) return begun;
  if (auto done = write_with_retries(run, spec, secret, value); !done) {
    return fail(std::move(done.error()).within("sink " + spec.name.str()));
  }
  Delivery delivery = *run.record.delivery(spec.name);
  delivery.status = DeliveryStatus::delivered;
  delivery.at = run.ports.clock.now();
  set_delivery(run.record, delivery);
  if (auto delivered = note(run, "sink_delivered", spec.name.str()); !delivered) return delivered;
  tell(run, Progress::Step::delivered, spec.name.str());
  return {};
}

Result<void> deliver_everywhere(Run& run, const OwnedSecret& secret, const SecretValue* value) {
  std::vector<std::string> problems;
  const auto visit = [&](bool hooks) {
    for (const SinkSpec& spec : run.desired().deliver) {
      if (spec.is_hook() != hooks || has_it(run, spec, secret)) continue;
      if (!hooks && value == nullptr) {
        problems.push_back(
            spec.name.str() +
            ": the value is not at hand any more; `keytide plan` says what can be done");
      } else if (auto done = deliver_to(run, spec, secret, value); !done) {
        problems.push_back(done.error().text());
      }
    }
  };
  visit(false);
  if (problems.empty()) visit(true);
  if (problems.empty()) return {};
  return fail(ErrorKind::io,
              fmt::format("not delivered everywhere: {}", fmt::join(problems, "; ")));
}

void run_hooks_anyway(Run& run, const OwnedSecret& secret) {
  for (const SinkSpec& spec : run.desired().deliver) {
    if (!spec.is_hook() || has_it(run, spec, secret)) continue;
    if (auto done = deliver_to(run, spec, secret, nullptr); !done) {
      run.outcome.warnings.push_back(done.error().text());
    }
  }
}

bool is_everywhere(const AccountRecord& record, const DesiredSecret& desired) {
  const OwnedSecret* current = record.with_role(Role::current);
  return std::all_of(desired.deliver.begin(), desired.deliver.end(), [&](const SinkSpec& sink) {
    const Delivery* delivery = record.delivery(sink.name);
    return sink.is_hook() ||
           (delivery != nullptr && current != nullptr && delivery->secret_id == current->id &&
            delivery->status == DeliveryStatus::delivered);
  });
}

Result<SecretValue> take_from_sinks(Run& run, const OwnedSecret& secret) {
  const auto& key = run.ports.store.identity().fingerprint_key;
  std::vector<SinkSpec> sinks = run.desired().deliver;
  for (const Delivery& delivery : run.record.deliveries) {
    if (auto old = sink_of(delivery.sink, delivery.label)) sinks.push_back(std::move(*old));
  }
  for (const SinkSpec& sink : sinks) {
    if (sink.is_hook()) continue;
    auto value = run.ports.sinks.make(sink)->take();
    if (value && fingerprint_of(*value, key) == secret.fingerprint) return value;
  }
  return fail(ErrorKind::not_found,
              fmt::format("no sink holds the value of {} any more: plan again", secret.masked));
}

}  // namespace keytide
