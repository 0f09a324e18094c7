#include "core/reconcile/adopt.h"

#include <fmt/format.h>

#include "core/base/check.h"
#include "core/reconcile/deliver.h"
#include "core/reconcile/lease.h"

namespace keytide {
namespace {

Result<void> prove_it_signs_in(Run& run, const OwnedSecret& secret) {
  if (auto held = hold_lease(run); !held) return held;
  auto value = take_from_sinks(run, secret);
  if (!value) return fail(std::move(value.error()));
  const Verification seen = run.ports.issuer.verify(run.plan.key, *value);
  if (seen.verdict == Verification::Verdict::works) {
    tell(run, Progress::Step::verified);
    return {};
  }
  const std::string why = seen.why ? seen.why->text() : "no reason given";
  if (seen.verdict == Verification::Verdict::unproven) {
    return fail(ErrorKind::unavailable,
                fmt::format("{} could not be proven to sign in: {}; nothing was changed: apply "
                            "again",
                            secret.masked, why));
  }
  return fail(ErrorKind::denied,
              fmt::format("the value in the sink looks like {} and does not sign in ({}): take it "
                          "out of the sink, then apply makes a new secret",
                          secret.masked, why));
}

}  // namespace

Result<void> adopt_secret(Run& run, const Change& change) {
  CHECK(change.secret.has_value(), "an import names its secret");
  const OwnedSecret* secret = run.record.find(change.secret->id);
  if (secret == nullptr) {
    return fail(ErrorKind::conflict, "the account changed since the plan: plan again");
  }
  if (!secret->fingerprint.empty()) {
    if (auto proven = prove_it_signs_in(run, *secret); !proven) return proven;
  }
  if (auto seen = look(run); !seen) return seen;
  if (!is_alive(run, secret->id)) {
    return fail(ErrorKind::conflict,
                fmt::format("{} is gone from Atlas, or expired: plan again", secret->masked));
  }
  return note(run, "secret_imported", fmt::format("{}: {}", secret->id.str(), change.why));
}

}  // namespace keytide
