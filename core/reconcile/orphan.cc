#include "core/reconcile/orphan.h"

#include <fmt/format.h>

#include "core/reconcile/attempt.h"
#include "core/reconcile/destroy.h"
#include "core/reconcile/renew.h"

namespace keytide {
namespace {

// The account is read first: what was recorded may be gone, or cut.
Result<OwnedSecret*> find_orphan(Run& run, const SecretId& id) {
  if (auto seen = look(run); !seen) return fail(std::move(seen.error()));
  OwnedSecret* secret = run.record.find(id);
  if (secret == nullptr || !is_listed(run, id)) {
    return fail(ErrorKind::not_found,
                fmt::format("{} has no secret {} in Atlas: `keytide orphan list` shows what it has",
                            run.record.address.str(), id.str()));
  }
  const bool is_fresh = secret->role == Role::fresh && run.record.attempt;
  if (is_fresh || secret->is_adopted || secret->role == Role::quarantined ||
      secret->role == Role::orphan)
    return secret;
  return fail(
      ErrorKind::conflict,
      fmt::format("{} is the {} secret of {}, and in no doubt: `keytide rotate {}` replaces "
                  "it",
                  id.str(), name_of(secret->role), run.record.address.str(),
                  run.record.address.str()));
}

}  // namespace

Result<void> delete_orphan(Run& run, const SecretId& id) {
  auto found = find_orphan(run, id);
  if (!found) return fail(std::move(found.error()));
  OwnedSecret& secret = **found;
  if (secret.role == Role::fresh) return abort_attempt(run, "a person said that nobody uses it");
  secret.role = Role::orphan;
  secret.is_adopted = false;
  return destroy_secret(run, OwnedSecret(secret));
}

Result<void> adopt_orphan(Run& run, const SecretId& id) {
  auto found = find_orphan(run, id);
  if (!found) return fail(std::move(found.error()));
  OwnedSecret& secret = **found;
  if (secret.role == Role::fresh && !run.plan.desired) {
    return fail(ErrorKind::conflict,
                fmt::format("no manifest names {} any more, and its new secret stays until it "
                            "expires: put the entry back, or delete the secret",
                            run.record.address.str()));
  }
  if (secret.role == Role::fresh) return promote_new_secret(run);
  secret.role = Role::previous;
  secret.is_adopted = true;
  secret.delete_intended = false;
  return note(run, "orphan_adopted", id.str());
}

}  // namespace keytide
