// Situation: one service account as all rules see it. Gathered once, then only read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/schedule.h"
#include "core/plan/adopt.h"
#include "core/plan/input.h"

namespace keytide {

struct Situation {
  const PlanInput* input = nullptr;
  const DesiredSecret* desired = nullptr;     // null: no manifest names the account
  const AccountRecord* loaded = nullptr;      // null: never seen; as the store has it
  const ObservedScope* scope = nullptr;       // null: not asked (refresh = false)
  const ObservedAccount* observed = nullptr;  // null: not asked, or Atlas doesn't list it
  const AccountSinks* sinks = nullptr;        // null: none were read

  // The record with what Atlas shows: expiries, last use, secrets that are gone taken out.
  std::optional<AccountRecord> record;
  bool drifted = false;                 // `record` differs from `loaded` in more than the last use
  std::optional<OwnedSecret> gone;      // the recorded current, when Atlas doesn't list it any more
  std::vector<ObservedSecret> foreign;  // listed and not ours, as far as can be told
  std::vector<ObservedSecret>
      settling;  // of those: what seems to be ours, and is too young to tell
  // The record's open attempt came to its settling: it was closed here as one that nobody will
  // learn the outcome of. Its number.
  std::optional<std::int64_t> settled;
  // What became ours here without a create, and why what a person named did not.
  std::optional<Adoption> adopted;
  std::optional<Blocked> not_adopted;
  // Why the record is older than what it is about: nothing may be done by it.
  std::optional<std::string> restored;
  int slots_taken = 0;
  bool hides_secrets = false;  // the reply has no list of secrets, and the record knows some
  bool replace = false;
  bool is_own = false;  // keytide itself signs in with this account
  Instant now{};

  const Address& address() const { return desired != nullptr ? desired->address : loaded->address; }
  const AccountKey& key() const { return desired != nullptr ? desired->account : loaded->key; }
  const OwnedSecret* current() const { return record ? record->with_role(Role::current) : nullptr; }
  // Whether the value of that secret can be taken out of the escrow.
  bool is_in_escrow(const SecretId& id) const;
  // When the outcome of an open attempt will be decided: only while nobody knows it.
  std::optional<Instant> settles_at() const;
  bool is_live(Instant expires_at) const { return expires_at > now; }
  // The life and the windows that count for the current secret.
  Seconds life_of(const OwnedSecret& secret) const;
  Windows windows_of_current() const;
  std::optional<Instant> renew_at_of_current() const;
  // Of the current secret, by that clock: there is one, and little of it is left.
  bool is_deadline_near(Instant by) const;
  const SinkView* view_of(const SinkSpec& sink) const;
};

// Takes over what Atlas shows of the record's secrets: expiry, last use, mask; secrets that are not
// listed any more go. Returns whether more than the last use changed.
bool take_over_secrets(AccountRecord& record, const ObservedAccount& observed);

// Any of desired, loaded, observed may be missing; one of desired and loaded is there.
Situation gather_situation(const PlanInput& input, const DesiredSecret* desired,
                           const AccountRecord* loaded);

}  // namespace keytide
