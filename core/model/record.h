// What keytide knows: one record per service account, kept in the state store. A record never
// holds a secret value: masks, fingerprints, times, and while a chain is open a ciphertext.
//
// The chain that makes a new secret, and where it is recorded:
//
//   none ─W1→ posting ─W2→ created ─W3→ verified ─(begun/delivered per sink)─W5→ none
//               ├─ rejected or not sent ─────────────────────────────────────→ none
//               └─W→ unknown ─ settled: nobody will ever know ───────────────→ none, and an open
//               tag
//
// While an attempt is open the secret that it made has the role `fresh`; W5 makes it `current`, and
// the old current `previous`. A secret that Atlas lists and nobody recorded may be of an attempt
// whose outcome is unknown: it is `orphan` (to be deleted) where it bears the attempt's tag, and
// `quarantined` (a person decides) where it merely appeared while that create was on its way.
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

enum class Role {
  current,      // serves
  previous,     // served before
  fresh,        // of the open attempt
  orphan,       // came to nothing: to be deleted
  quarantined,  // may be ours: a person decides
  reclaimed,    // not ours: deleted for its slot, as `reclaim_foreign` allows
};
std::string_view name_of(Role role);
std::optional<Role> role_from(std::string_view name);

// A secret that keytide made; or, quarantined, may have made; or, reclaimed, is about to delete.
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
  bool is_adopted = false;       // a person said that it is in use: kept until it expires

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
  std::string label;  // label_of its sink: where its copy is, when the manifest forgot it
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
  // Whether the life is shorter than the manifest's lifetime, and so marks the secret as ours.
  bool is_tagged = false;
  // As the manifest said at W1: a change of either after that waits for the next attempt.
  std::string rotation_id{};
  Seconds lifetime{0};

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// How an attempt ended: the loop guard counts those that did not end in a switch.
struct AttemptEnd {
  enum class Outcome {
    switched,  // W5
    rejected,  // Atlas said no
    not_sent,  // it never left this machine
    aborted,   // made, and deleted again or gone
    lost,      // nobody knows: no reply, and nothing that bears its tag so far
    died,      // the process died with it: between W1 and W2, or with the only copy of the value
  };
  std::int64_t number = 0;
  Outcome outcome = Outcome::switched;
  Instant at{};

  friend bool operator==(const AttemptEnd&, const AttemptEnd&) = default;
};
// A create that may have cut lives for nothing.
bool counts_for_loop_guard(AttemptEnd::Outcome outcome);
std::string_view name_of(AttemptEnd::Outcome outcome);
std::optional<AttemptEnd::Outcome> attempt_outcome_from(std::string_view name);

// The value of one secret, encrypted, for as long as a sink may still need it: see escrow.h.
struct Escrowed {
  SecretId id;
  std::string sealed;

  friend bool operator==(const Escrowed&, const Escrowed&) = default;
};

// Tries of an entry that failed, one after another: back_off.h says when the next one comes.
struct Failures {
  int count = 0;
  Instant last_at{};  // Atlas's clock
  std::string why;    // of the last
  std::string
      spec;  // the entry as it was then (spec_digest of core/plan): another is not waited for

  friend bool operator==(const Failures&, const Failures&) = default;
};

inline constexpr std::size_t kChainTimesKept = 5;

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
  std::vector<AttemptEnd>
      ended;  // the newest 16, and all of the last day that the loop guard counts
  // Attempts whose outcome nobody learned, oldest first: for 30 days a secret that bears the tag of
  // one of them is ours, whenever it appears. Their `reason` is not kept.
  std::vector<Attempt> open_tags;
  std::optional<Escrowed> escrow;
  std::optional<Failures> failures;  // absent: the last try succeeded
  // From W1 to W5 of the newest kChainTimesKept renewals that ran through in one go, oldest first.
  std::vector<Seconds> chain_times;

  const OwnedSecret* find(const SecretId& id) const;
  const OwnedSecret* with_role(Role role) const;  // the newest of that role, or nullptr
  OwnedSecret* find(const SecretId& id);
  OwnedSecret* with_role(Role role);
  const Delivery* delivery(const SinkName& sink) const;
  // Closes the open attempt: it moves to `ended`.
  void end_attempt(AttemptEnd::Outcome outcome, Instant at);
  void add_chain_time(Seconds length);

  friend bool operator==(const AccountRecord&, const AccountRecord&) = default;
};

// One line of the append-only log: who did what, when and why.
struct Event {
  Instant at{};         // the host's clock
  std::string actor;    // "apply by root@host"
  Address address;      // may be empty
  std::string account;  // "mdb_sa_id_… in org …"; may be empty
  std::string kind;     // lower-case words: "secret_created"
  std::string why;
  std::optional<Instant> atlas_at{};  // Atlas's clock, where it was asked

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace keytide
