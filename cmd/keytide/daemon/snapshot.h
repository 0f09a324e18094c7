// Snapshot: how the service is, as its loop last knew it. Published whole and never changed after
// that: the HTTP threads, systemd's STATUS and `status -watch` read it. It holds no secret, no id
// of one and no mask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/keytide/views/status.h"
#include "core/base/instant.h"
#include "core/model/ids.h"

namespace keytide {

// One entry. Times are Atlas's.
struct EntryHealth {
  Address address;
  Scope scope;
  std::string owner;
  Phase phase = Phase::active;
  bool ready = false;          // it has a living secret, every sink has that, nothing is blocked
  std::string_view reason;     // "Ready", "Blocked", …: one of few words (reason_words())
  std::string why;             // the same for people; empty where ready
  bool held_by_store = false;  // blocked as every other is: Snapshot::store_restored
  std::optional<Instant> expires_at;       // of the current secret
  std::optional<Instant> renew_at;         // when the next one is due
  std::optional<Instant> renewed_at;       // the last switch
  std::optional<Instant> last_success_at;  // a pass over it ended with nothing left to do
  int failures = 0;                        // of its last tries, one after another
  int slots_taken = 0;
  int orphans = 0;
  int quarantined = 0;
  int sinks = 0;
  int sinks_behind = 0;  // do not hold the current secret
};
// Every word that EntryHealth::reason may be.
const std::vector<std::string_view>& reason_words();

// One organization or project.
struct ScopeHealth {
  Scope scope;
  std::optional<Instant> scanned_at;   // the last look at all of it that succeeded
  int failed_scans = 0;                // since then
  std::optional<Instant> next_try_at;  // while it is left alone, after failures
  std::string error;                   // of the last look; empty: it succeeded
  std::optional<double> calls_left;    // of the rate limit; absent: nothing was learned
};

// One source of manifests.
struct SourceHealth {
  std::string name;                   // its path, or its URL and ref
  std::string applied;                // the revision that counts; empty: none yet
  std::optional<Instant> applied_at;  // by the host's clock, like the next
  std::string attempted;              // the one that was looked at last
  std::optional<Instant> attempted_at;
  std::string error;  // why it does not count; empty: it does
  std::size_t entries = 0;
};

struct Snapshot {
  Instant at{};                       // the host's clock
  Instant started_at{};               // the host's clock
  Seconds skew{0};                    // Atlas's clock less the host's
  std::vector<EntryHealth> entries;   // sorted by address
  std::vector<ScopeHealth> scopes;    // sorted by scope
  std::vector<SourceHealth> sources;  // in the order of the configuration
  bool store_restored = false;        // nothing is done until a person accepts it
  std::int64_t reloads = 0;           // Loop::request_reload() that were answered
  bool is_stopping = false;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace keytide
