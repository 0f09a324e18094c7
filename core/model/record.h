// What keytide knows: one record per service account, kept in the state store. A record never
// holds a secret value: masks, fingerprints and times only.
//
// The chain that makes a new secret, and where it is recorded:
//
//   (no attempt) ─W1→ posting ─W2→ created ─W3→ verified ─(begun/delivered per sink)─W5→ (no
//   attempt)
//                        ├─ rejected or not sent ──────────────────────────────────────→ (no
//                        attempt) └─W→ unknown: nobody knows whether Atlas made a secret
//
// While an attempt is open the secret that it made has the role `fresh`; W5 makes it `current`, and
// the old current `previous`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fingerprint.h"
#include "core/base/instant.h"
#include "core/model/desired.h"
#include "core/model/ids.h"

namespace keytide {

enum class Role { current, previous, fresh, orphan };
std::string_view name_of(Role role);
std::optional<Role> role_from(std::string_view name);

// A secret that keytide made.
struct OwnedSecret {
  SecretId id;
  Role role = Role::current;
  std::string masked;
  Instant created_at{};
  Instant expires_at{};  // as last seen: Atlas cuts it when a newer one is created
  std::optional<Instant> last_used_at;
  std::int64_t generation = 0;
  int asked_hours = 0;  // the life that its create asked for
  Fingerprint fingerprint;
  bool delete_intended = false;  // W6: a DELETE may have been sent

  friend bool operator==(const OwnedSecret&, const OwnedSecret&) = default;
};

enum class DeliveryStatus { begun, delivered };
std::string_view name_of(DeliveryStatus status);
std::optional<DeliveryStatus> delivery_status_from(std::string_view name);

// What one sink holds, as far as was recorded.
struct Delivery {
  SinkName sink;
  DeliveryStatus status = DeliveryStatus::begun;
  SecretId secret_id;
  std::int64_t generation = 0;
  std::string target_digest;
  std::string attributes_digest;
  std::string label;  // what people call it, for when it is gone from the manifest
  Instant at{};

  friend bool operator==(const Delivery&, const Delivery&) = default;
};

enum class AttemptPhase { posting, unknown, created, verified };
std::string_view name_of(AttemptPhase phase);
std::optional<AttemptPhase> attempt_phase_from(std::string_view name);

// One create that is under way, or whose outcome isn't known.
struct Attempt {
  std::int64_t number = 0;  // counts up per account and is never used twice
  AttemptPhase phase = AttemptPhase::posting;
  Instant atlas_time{};  // Atlas's clock at W1
  int asked_hours = 0;   // the life in the POST: also the tag that marks the secret as ours
  std::vector<SecretId> ids_before;  // listed at W1
  std::string reason;

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// How an attempt ended: the loop guard counts those that did not end in a switch.
struct AttemptEnd {
  enum class Outcome { switched, rejected, not_sent, aborted };
  std::int64_t number = 0;
  Outcome outcome = Outcome::switched;
  Instant at{};

  friend bool operator==(const AttemptEnd&, const AttemptEnd&) = default;
};
std::string_view name_of(AttemptEnd::Outcome outcome);
std::optional<AttemptEnd::Outcome> attempt_outcome_from(std::string_view name);

struct AccountRecord {
  AccountKey key;
  Address address;
  std::int64_t version = 0;       // of the row; 0: never saved. The store counts it up
  bool managed = true;            // false: no manifest names it any more; kept until it expires
  std::int64_t generation = 0;    // of current; counts up by one with each switch
  std::int64_t last_attempt = 0;  // the highest attempt number ever used
  std::string rotation_id;        // the one that current was made for
  Seconds lifetime{0};            // as the manifest said when current was made
  Seconds overlap{0};             // as last planned: needed when the entry is gone
  OnRemove on_remove = OnRemove::forget;
  std::string owner;
  std::optional<Instant> switched_at;  // Atlas's clock at the last W5
  // When the manifests stopped naming it (`managed` is false since): a retirement counts from here.
  std::optional<Instant> removed_at;
  std::vector<OwnedSecret> secrets;  // sorted by generation, then id
  std::vector<Delivery> deliveries;  // sorted by sink
  std::optional<Attempt> attempt;
  std::vector<AttemptEnd> ended;  // the newest 16, oldest first

  const OwnedSecret* find(const SecretId& id) const;
  const OwnedSecret* with_role(Role role) const;  // the newest of that role, or nullptr
  OwnedSecret* find(const SecretId& id);
  OwnedSecret* with_role(Role role);
  const Delivery* delivery(const SinkName& sink) const;

  friend bool operator==(const AccountRecord&, const AccountRecord&) = default;
};

// One line of the append-only log: who did what, when and why.
struct Event {
  Instant at{};
  std::string actor;    // "apply by root@host"
  Address address;      // may be empty
  std::string account;  // "mdb_sa_id_… in org …"; may be empty
  std::string kind;     // lower-case words: "secret_created"
  std::string why;

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace keytide
