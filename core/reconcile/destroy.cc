#include "core/reconcile/destroy.h"

#include <fmt/format.h>

#include "core/plan/situation.h"
#include "core/reconcile/attempt.h"

namespace keytide {
namespace {

Result<void> check_current_lives(const Run& run, const OwnedSecret& secret) {
  const bool is_needed = run.plan.desired && secret.role == Role::previous;
  const OwnedSecret* current = run.record.with_role(Role::current);
  const Instant now = run.ports.issuer.now();
  if (!is_needed || secret.expires_at <= now) return {};
  if (current != nullptr && is_alive(run, current->id)) return {};
  return fail(ErrorKind::conflict,
              fmt::format("{} is not deleted: the secret that replaced it is gone from Atlas",
                          secret.masked));
}

}  // namespace

Result<void> delete_intended_secret(Run& run, const OwnedSecret& secret) {
  if (auto removed = run.ports.issuer.remove(run.plan.key, secret.id); !removed) {
    return fail(std::move(removed.error()).within("while deleting " + secret.masked));
  }
  if (auto seen = look(run); !seen) return seen;
  if (is_listed(run, secret.id)) {
    return fail(ErrorKind::conflict,
                fmt::format("Atlas still lists {} after its deletion", secret.masked));
  }
  const bool was_fresh = secret.role == Role::fresh;
  std::erase_if(run.record.secrets, [&](const OwnedSecret& one) { return one.id == secret.id; });
  if (was_fresh && run.record.attempt) {
    close_attempt(run.record, AttemptEnd::Outcome::aborted, run.ports.issuer.now());
  }
  if (auto written = note(run, "secret_deleted", secret.id.str()); !written) return written;
  tell(run, Progress::Step::deleted, secret.masked);
  return {};
}

Result<void> destroy_secret(Run& run, const SecretId& id) {
  OwnedSecret* secret = run.record.find(id);
  if (secret == nullptr) return {};
  if (auto lives = check_current_lives(run, *secret); !lives) return lives;
  secret->delete_intended = true;
  const OwnedSecret intended = *secret;
  if (auto written = note(run, "delete_intended", id.str()); !written) return written;
  return delete_intended_secret(run, intended);
}

}  // namespace keytide
