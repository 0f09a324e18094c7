#include "core/reconcile/destroy.h"

#include <fmt/format.h>

#include "core/plan/situation.h"
#include "core/reconcile/attempt.h"
#include "core/reconcile/lease.h"

namespace keytide {
namespace {

Result<void> check_current_lives(const Run& run, const OwnedSecret& secret) {
  const bool is_needed = run.plan.desired && secret.role == Role::previous;
  const OwnedSecret* current = run.record.with_role(Role::current);
  const Instant now = run.ports.issuer.now();
  if (!is_needed || secret.expires_at <= now) return {};
  if (current != nullptr && is_alive(run, current->id)) return {};
  return fail(
      ErrorKind::conflict,
      fmt::format("{} is not deleted: the secret that replaced it is gone from Atlas; apply again",
                  secret.masked));
}

Result<void> check_still_unused(const Run& run, const OwnedSecret& foreign) {
  for (const ObservedSecret& seen : run.observed.secrets) {
    if (seen.id != foreign.id || seen.last_used_at == foreign.last_used_at) continue;
    return fail(
        ErrorKind::conflict,
        fmt::format("{} is not deleted: somebody used it just now; plan again", foreign.masked));
  }
  return {};
}

}  // namespace

Result<void> delete_intended_secret(Run& run, const OwnedSecret& secret) {
  if (auto held = hold_lease(run); !held) return held;
  if (auto removed = run.ports.issuer.remove(run.plan.key, secret.id); !removed) {
    return fail(std::move(removed.error()).within("while deleting " + secret.masked));
  }
  if (auto seen = look(run); !seen) return seen;
  if (is_listed(run, secret.id)) {
    return fail(ErrorKind::conflict,
                fmt::format("Atlas still lists {} after its deletion: apply again", secret.masked));
  }
  const bool was_fresh = secret.role == Role::fresh;
  std::erase_if(run.record.secrets, [&](const OwnedSecret& one) { return one.id == secret.id; });
  if (run.record.escrow && run.record.escrow->id == secret.id) run.record.escrow.reset();
  if (was_fresh && run.record.attempt) {
    // Its value was lost with the process that made it.
    const Instant now = run.ports.issuer.now();
    run.record.end_attempt(
        secret.expires_at > now ? AttemptEnd::Outcome::died : AttemptEnd::Outcome::aborted, now);
  }
  if (auto written = note(run, "secret_deleted", secret.id.str()); !written) return written;
  tell(run, Progress::Step::deleted, secret.masked);
  return {};
}

Result<void> destroy_secret(Run& run, const OwnedSecret& wanted) {
  if (auto seen = look_if_stale(run); !seen) return seen;
  if (wanted.role == Role::reclaimed) {
    if (auto unused = check_still_unused(run, wanted); !unused) return unused;
    if (run.record.find(wanted.id) == nullptr) run.record.secrets.push_back(wanted);
  }
  OwnedSecret* secret = run.record.find(wanted.id);
  if (secret == nullptr) return {};
  if (auto lives = check_current_lives(run, *secret); !lives) return lives;
  secret->delete_intended = true;
  const OwnedSecret intended = *secret;
  if (auto written = note(run, "delete_intended", wanted.id.str()); !written) return written;
  // Where this machine slept meanwhile, what the intent went by is old.
  if (auto seen = look_if_stale(run); !seen) return seen;
  if (auto lives = check_current_lives(run, intended); !lives) return lives;
  if (wanted.role == Role::reclaimed) {
    if (auto unused = check_still_unused(run, wanted); !unused) return unused;
  }
  return delete_intended_secret(run, intended);
}

}  // namespace keytide
