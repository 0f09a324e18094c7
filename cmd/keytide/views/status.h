// Status: what people ask about one entry, gathered from its record, its manifest, what Atlas
// shows and its plan. Pure; the rows are then shown as a table (status_text.h) or as JSON
// (status_json.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/plan.h"
#include "core/model/record.h"
#include "core/plan/input.h"

namespace keytide {

// Where an entry stands; the first that holds.
enum class Phase {
  unmanaged,  // no manifest names it any more; shown until its secrets expire
  suspended,  // `suspend: true`: nothing is renewed or deleted
  unknown,    // a create was begun and nobody knows whether Atlas made a secret
  blocked,    // it can't be served now, or not without a person's consent: the reason and the
              // way out say why
  created,    // Atlas made the new secret, it has not signed in yet
  verified,   // the new secret signed in, not every sink has it yet
  due,        // the next apply makes a new secret, or imports one
  overlap,    // switched; the previous secret still works
  active,     // the current secret works and nothing is to be done
};
std::string_view name_of(Phase phase);

struct StatusSecret {
  SecretId id;
  std::string_view role;  // "current", "previous", "fresh", "orphan" or "foreign"
  std::string masked;
  Instant created_at{};
  Instant expires_at{};
  std::optional<Instant> last_used_at;
};

struct StatusSink {
  SinkName name;
  // "pending": never written; "begun": a write was begun and not confirmed; "delivered";
  // "lost": delivered once, to be written again; "altered": mode or owner differ;
  // "dropped": not in the manifest any more, its copy is left
  std::string_view status;
  std::int64_t generation = 0;  // of the secret that it was given; 0: none
};

struct StatusRow {
  Address address;
  AccountKey key;
  Phase phase = Phase::active;
  std::string reason;                  // of the phase, for people; empty where it speaks for itself
  std::string way_out;                 // of blocked
  std::optional<Waiting> waiting;      // its last tries failed
  std::optional<Instant> renew_at;     // absent: no current secret, or no manifest was read
  std::optional<Instant> next_moment;  // when to look again although nothing happens
  std::vector<StatusSecret> secrets;   // keytide's own by generation, then foreign ones by age
  std::vector<StatusSink> sinks;       // sorted by name
  // for `show`
  std::string owner;
  std::optional<Seconds> lifetime;
  std::int64_t generation = 0;
  std::optional<Instant> switched_at;
  std::vector<std::string> planned;  // "renew: expires in 6d, renew_before 14d"
  std::vector<std::string> notes;

  const StatusSecret* current() const;  // nullptr: there is none
};

// Of all entries and records, sorted by address: what `status` and `show ADDR` show.
std::vector<StatusRow> status_rows(const PlanInput& input);

// Of the state alone, as `state list` and `state show` have it: no manifest, no Atlas. `now` tells
// what has expired.
std::vector<StatusRow> status_rows(const std::vector<AccountRecord>& records, Instant now);

}  // namespace keytide
