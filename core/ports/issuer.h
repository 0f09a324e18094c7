// Issuer: who makes secrets. Atlas is the first. All calls block; each has its own time limit.
// Threads: any, at once; one account is never worked on by two threads (callers see to that).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/fingerprint.h"
#include "core/base/result.h"
#include "core/base/secret_value.h"
#include "core/model/ids.h"
#include "core/model/observed.h"
#include "core/model/policy.h"

namespace keytide {

struct CreatedSecret {
  ObservedSecret seen;  // `masked` may be empty: the real 201 carries none
  SecretValue value;
};

// The issuer said no. Where `confirm` is set, that is certain only once a look at the account shows
// no new secret: a proxy may have sent the request twice.
struct CreateRejected {
  Error why;
  bool confirm = false;
  bool token_was_old = false;  // the next create signs in anew: it may end differently
};

// The request never left this machine.
struct CreateNotSent {
  Error why;
};

// Time-out, reset, 5xx, or a reply that can't be read: a secret may exist.
struct CreateUnknown {
  Error why;
};

using CreateOutcome = std::variant<CreatedSecret, CreateRejected, CreateNotSent, CreateUnknown>;

// Whether a secret signs in.
struct Verification {
  enum class Verdict {
    works,    // a token was minted with it (and revoked)
    refused,  // the issuer does not know it, or not yet
    unproven  // the issuer could not say: down, busy, rate limited
  };
  Verdict verdict = Verdict::unproven;
  std::optional<Error> why;  // of refused and unproven
};

class Issuer {
 public:
  virtual ~Issuer() = default;

  virtual const IssuerLimits& limits() const = 0;
  // The issuer's clock: the host's clock and the offset learned from the last reply.
  virtual Instant now() = 0;
  // Every account of the scope with its secrets, in pages. `error` of the result is never set.
  virtual Result<ObservedScope> list(const Scope& scope) = 0;
  virtual Result<ObservedAccount> get(const AccountKey& key) = 0;
  // The longest life that the scope allows, in hours; absent: no cap is known for such a scope.
  virtual Result<std::optional<int>> max_validity_hours(const Scope& scope) = 0;
  // Never retried, never on a connection that was used before. hours: 8 … 8760.
  virtual CreateOutcome create(const AccountKey& key, int hours) = 0;
  // Deletes one secret. Already gone counts as done.
  virtual Result<void> remove(const AccountKey& key, const SecretId& id) = 0;
  // Signs in once and signs out again.
  virtual Verification verify(const AccountKey& key, const SecretValue& value) = 0;

  // The same for an account that keytide itself signs in with. Signing in is not enough then: a
  // call that keytide lives by has to succeed with it too, a look at the account where that is what
  // it signs in.
  virtual Verification verify_own(const AccountKey& key, const SecretValue& value) = 0;
  // Calls that were signed in with another secret of that account are signed in with this one from
  // here on, in all threads. Calls that are under way end as they began. Does not block.
  virtual void sign_in_with(const ClientId& client_id, const SecretValue& value) = 0;
  // The secret by which calls of this process were signed in and succeeded, of each account that
  // has one: absent before the first of them, after sign_in_with() until the next, and where
  // several credentials hold different secrets of the account. Does not block.
  virtual std::map<ClientId, Fingerprint> signed_in(const FingerprintKey& key) = 0;
};

}  // namespace keytide
