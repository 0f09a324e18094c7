#include "core/reconcile/attempt.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/duration.h"
#include "core/base/mutant.h"
#include "core/model/schedule.h"
#include "core/plan/situation.h"
#include "core/reconcile/destroy.h"
#include "core/reconcile/keep.h"
#include "core/reconcile/lease.h"
#include "core/reconcile/refresh.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPropagation{120000};  // from the 201 until Atlas must know the secret
constexpr milliseconds kProofPause{5000};
constexpr int kSaveTries = 3;

std::vector<SecretId> ids_of(const ObservedAccount& account) {
  std::vector<SecretId> ids;
  for (const ObservedSecret& secret : account.secrets) ids.push_back(secret.id);
  return ids;
}

bool shows_new_id(const Run& run) {
  const auto& before = run.record.attempt->ids_before;
  return std::any_of(run.observed.secrets.begin(), run.observed.secrets.end(),
                     [&](const ObservedSecret& secret) {
                       return std::find(before.begin(), before.end(), secret.id) == before.end();
                     });
}

tl::unexpected<Error> leave_unknown(Run& run, const Error& why) {
  run.record.attempt->phase = AttemptPhase::unknown;
  run.may_create_again = false;
  // If it was made, it cut the others.
  if (look(run)) take_over_secrets(run.record, run.observed);
  const std::string text = why.text();
  run.ports.log.info("create outcome unknown",
                     {{"address", run.record.address.str()}, {"error", text}});
  if (auto written = note(run, "create_unknown", text); !written) {
    // W1 stands: the next plan finds the same open attempt.
    run.outcome.warnings.push_back(written.error().text());
  }
  return fail(
      ErrorKind::unavailable,
      fmt::format("nobody knows whether Atlas made a secret: {}; nothing more is created on the "
                  "account until it is late enough to tell, and an apply then goes on by itself",
                  text));
}

tl::unexpected<Error> give_up(Run& run, AttemptEnd::Outcome outcome, Error why) {
  run.record.end_attempt(outcome, run.ports.issuer.now());
  const auto kind = fmt::format("create_{}", name_of(outcome));
  if (auto written = note(run, kind, why.text()); !written) {
    run.outcome.warnings.push_back(written.error().text());
  }
  return fail(std::move(why));
}

// A 400 or 409 may answer the second copy of a request that a proxy sent twice.
tl::unexpected<Error> settle_rejection(Run& run, CreateRejected rejected) {
  run.may_create_again = rejected.token_was_old || rejected.why.kind == ErrorKind::rate_limited;
  if (rejected.confirm) {
    if (auto seen = look(run); !seen) return leave_unknown(run, seen.error());
    if (shows_new_id(run)) return leave_unknown(run, rejected.why);
  }
  return give_up(run, AttemptEnd::Outcome::rejected, std::move(rejected.why));
}

OwnedSecret owned(const Run& run, const CreatedSecret& made) {
  OwnedSecret secret;
  secret.id = made.seen.id;
  secret.role = Role::fresh;
  secret.masked = made.seen.masked.empty() ? masked(made.value) : made.seen.masked;
  secret.created_at = made.seen.created_at;
  secret.expires_at = made.seen.expires_at;
  secret.generation = run.next_generation;
  secret.asked_hours = run.record.attempt->asked_hours;
  secret.fingerprint = fingerprint_of(made.value, run.ports.store.identity().fingerprint_key);
  return secret;
}

// W2. The store may fail right after a create (a full disk): it is tried again, then the secret is
// written down beside the store. Where that fails too it is deleted, so that it isn't left in Atlas
// without a record.
Result<void> record_created(Run& run, const CreatedSecret& made) {
  run.record.attempt->phase = AttemptPhase::created;
  run.record.secrets.push_back(owned(run, made));
  put_into_escrow(run, made.seen.id, made.value);
  Result<void> written;
  for (int i = 0; i < kSaveTries; ++i) {
    if (i > 0) run.ports.clock.sleep(milliseconds(200) * i);
    written = note(
        run, "secret_created",
        fmt::format("{} expires {}", made.seen.id.str(), format_instant(made.seen.expires_at)));
    if (written) return {};
  }
  // By a record that another process has changed meanwhile nobody would find it.
  const bool is_ours = written.error().kind != ErrorKind::conflict;
  if (is_ours && run.ports.store.spill(run.record)) {
    return fail(std::move(written.error())
                    .within(fmt::format("the new secret {} is in the spill file beside the state "
                                        "store; repair that, then apply again: it goes on",
                                        made.seen.id.str())));
  }
  const auto deleted = run.ports.issuer.remove(run.plan.key, made.seen.id);
  return fail(
      std::move(written.error())
          .within(deleted ? fmt::format("the new secret {} was deleted again", made.seen.id.str())
                          : fmt::format("the new secret {} could not be deleted either ({}): "
                                        "delete it in Atlas",
                                        made.seen.id.str(), deleted.error().text())));
}

bool may_go_on_unverified(const Run& run) {
  const OwnedSecret* current = run.record.with_role(Role::current);
  const OwnedSecret* fresh = run.record.with_role(Role::fresh);
  if (fresh == nullptr || !is_alive(run, fresh->id)) return false;
  // An entry that was served once and has nothing left has no deadline to wait for.
  if (current == nullptr) return run.record.generation > 0;
  const Seconds life = std::chrono::hours(current->asked_hours);
  return is_deadline_near(current->expires_at, life, chain_time_of(run.record.chain_times),
                          run.ports.issuer.now());
}

Verification verify_until(Run& run, const SecretValue& value) {
  const milliseconds until = run.ports.clock.since_boot() + kPropagation;
  while (true) {
    Issuer& issuer = run.ports.issuer;
    Verification seen =
        is_own(run) ? issuer.verify_own(run.plan.key, value) : issuer.verify(run.plan.key, value);
    if (seen.verdict == Verification::Verdict::works) return seen;
    if (run.ports.clock.since_boot() + kProofPause > until) return seen;
    tell(run, Progress::Step::waiting, "for Atlas to accept the new secret");
    run.ports.clock.sleep(kProofPause);
  }
}

// The value lives in this process alone: a look that fails, or that does not list yet what signs in
// already, is no reason to give it up at once.
Result<void> look_for_new(Run& run, bool must_be_listed) {
  const milliseconds until = run.ports.clock.since_boot() + kPropagation;
  while (true) {
    auto seen = look(run);
    if (seen && (!must_be_listed || is_listed(run, run.record.with_role(Role::fresh)->id))) {
      return seen;
    }
    if (run.ports.clock.since_boot() + kProofPause > until) return seen;
    tell(run, Progress::Step::waiting, "for Atlas to list the new secret");
    run.ports.clock.sleep(kProofPause);
  }
}

}  // namespace

Result<void> open_attempt(Run& run, std::string reason) {
  AccountRecord& record = run.record;
  // Of an interrupted chain whose new secret vanished: it counts for the loop guard.
  if (record.attempt) {
    record.end_attempt(AttemptEnd::Outcome::died, run.ports.issuer.now());
  }
  // A sink that was written under another record (a new store, an entry that came back) would
  // refuse a lower generation than its stamp.
  std::int64_t highest = record.generation;
  for (const SinkView& view : read_sinks(run.ports, run.desired(), &record).views) {
    highest = std::max(highest, view.generation);
  }
  run.next_generation = highest + 1;
  run.intent_at = run.ports.clock.since_boot();
  Attempt attempt;
  attempt.number = ++record.last_attempt;
  attempt.atlas_time = run.ports.issuer.now();
  attempt.asked_hours =
      asked_hours(run.desired().lifetime, run.context.input->lineage, record.key, attempt.number);
  attempt.is_tagged = attempt.asked_hours < run.desired().lifetime / std::chrono::hours(1);
  attempt.ids_before = ids_of(run.observed);
  attempt.reason = std::move(reason);
  attempt.rotation_id = run.desired().rotation_id;
  attempt.lifetime = run.desired().lifetime;
  record.attempt = std::move(attempt);
  return note(run, "attempt_opened",
              fmt::format("attempt {}, {} h: {}", record.attempt->number,
                          record.attempt->asked_hours, record.attempt->reason));
}

Result<SecretValue> create_secret(Run& run) {
  run.may_create_again = false;
  // A process that slept between W1 and here must not send by a stale intent.
  if (run.ports.clock.since_boot() - run.intent_at > kSendWithin) {
    return give_up(run, AttemptEnd::Outcome::not_sent,
                   {ErrorKind::unavailable,
                    "this machine slept between the intent to create and the create: apply again",
                    {}});
  }
  CreateOutcome outcome = run.ports.issuer.create(run.plan.key, run.record.attempt->asked_hours);
  if (auto* rejected = std::get_if<CreateRejected>(&outcome)) {
    return settle_rejection(run, std::move(*rejected));
  }
  if (auto* not_sent = std::get_if<CreateNotSent>(&outcome)) {
    run.may_create_again = not_sent->why.kind == ErrorKind::rate_limited;
    return give_up(run, AttemptEnd::Outcome::not_sent, std::move(not_sent->why));
  }
  if (auto* unknown = std::get_if<CreateUnknown>(&outcome)) {
    if (is_mutated(Mutant::create_again_at_once)) {
      return give_up(run, AttemptEnd::Outcome::not_sent, unknown->why);
    }
    return leave_unknown(run, unknown->why);
  }
  auto& made = std::get<CreatedSecret>(outcome);
  if (auto written = record_created(run, made); !written) return fail(std::move(written.error()));
  tell(run, Progress::Step::created, run.record.secrets.back().masked);
  return std::move(made.value);
}

Result<void> prove_secret(Run& run, const SecretValue& value) {
  if (auto held = hold_lease(run); !held) return held;
  const Verification seen = verify_until(run, value);
  const bool is_known = seen.verdict == Verification::Verdict::works;
  if (auto read = look_for_new(run, is_known); !read) return read;
  if (seen.verdict != Verification::Verdict::works) {
    const std::string why = fmt::format("the new secret could not be proven to work: {}",
                                        seen.why ? seen.why->text() : "no reason given");
    const bool unproven = seen.verdict == Verification::Verdict::unproven;
    const bool goes_on =
        (unproven && may_go_on_unverified(run)) || is_mutated(Mutant::unverified_is_delivered);
    // It proves nothing, and what is in escrow can be proven later.
    if (unproven && !goes_on && run.record.escrow) {
      return fail(ErrorKind::unavailable, why + "; it is kept until it can be: apply again");
    }
    if (!goes_on) {
      if (auto aborted = abort_attempt(run, why); !aborted) return aborted;
      return fail(ErrorKind::unavailable, why);
    }
    run.outcome.warnings.push_back(why +
                                   "; it is delivered unproven: the old one is about to expire");
  }
  const SecretId id = run.record.with_role(Role::fresh)->id;
  if (!is_alive(run, id)) {
    if (auto aborted = abort_attempt(run, "it is gone from Atlas"); !aborted) return aborted;
    return fail(ErrorKind::conflict,
                "the new secret was deleted by somebody before it was delivered: apply again");
  }
  take_over_secrets(run.record, run.observed);
  run.record.attempt->phase = AttemptPhase::verified;
  if (auto written = note(run, "secret_verified", id.str()); !written) return written;
  tell(run, Progress::Step::verified);
  return {};
}

Result<void> settle_attempt(Run& run, const Change& change) {
  return note(run, "attempt_settled", change.why);
}

Result<void> abort_attempt(Run& run, std::string why) {
  OwnedSecret* fresh = run.record.with_role(Role::fresh);
  run.record.escrow.reset();
  run.record.end_attempt(AttemptEnd::Outcome::aborted, run.ports.issuer.now());
  if (fresh == nullptr) return note(run, "attempt_aborted", std::move(why));
  fresh->role = Role::orphan;
  fresh->delete_intended = true;
  const OwnedSecret orphan = *fresh;
  if (auto written = note(run, "attempt_aborted", std::move(why)); !written) return written;
  return delete_intended_secret(run, orphan);
}

}  // namespace keytide
