// Plan: what would be done now, and why. Made by core/plan, shown by the views, carried out by
// core/reconcile. Equal input gives a byte-equal plan.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/model/desired.h"
#include "core/model/ids.h"
#include "core/model/record.h"

namespace keytide {

enum class Action {
  create,   // +    a first secret; counts as one to add
  renew,    // +/-  a new secret for a living entry; counts as one to add
  update,   // ~    no new secret: move, mode, owner, a re-delivery; counts as one to change
  destroy,  // -    a secret of ours that is no longer needed; counts as one to destroy
  forget,   // .    keytide stops managing it; the secret stays in Atlas; not counted
  finish,   // >    a chain that was begun is brought to its end; not counted
  import,   // =    a secret that exists becomes keytide's; counts as one to import
};
std::string_view name_of(Action action);
std::string_view symbol_of(Action action);  // "+", "+/-", "~", "-", ".", ">", "="

// Why a new secret is due, in the order in which the rules are asked.
enum class Reason {
  none,
  gone_from_atlas,
  expired,
  missing,
  replace_requested,
  rotation_id_changed,
  lifetime_shortened,
  new_sink,
  sink_lost,
  renewing,
  // of the other actions
  moved,
  sink_changed,
  overlap_over,
  removed,
  interrupted,
  settled,
  half_delivered,
  adopted,
};
std::string_view name_of(Reason reason);

// A live secret that is not ours and that a create would cut.
struct ForeignCut {
  SecretId id;
  std::string masked;
  Instant expires_at{};
  std::optional<Instant> last_used_at;
};

// What an update does to one sink.
struct SinkChange {
  enum class Kind { deliver, adjust, dropped };
  Kind kind = Kind::deliver;
  SinkName sink;
  std::string why;  // "new path", "mode 0600 -> 0640"
};

struct Change {
  Action action = Action::create;
  Reason reason = Reason::none;
  std::string why;  // for people: "expires in 6d, renew_before 14d"

  std::vector<ForeignCut> cuts;       // create, renew: need consent before anything is done
  bool cuts_approved = false;         // by the entry (`foreign: cut`) or by Approvals
  std::optional<SecretId> frees;      // create, renew: deleted first to free a slot
  std::optional<OwnedSecret> secret;  // destroy: which; renew: the one that will be replaced
  std::optional<Address> moved_from;  // update
  std::vector<SinkChange> sinks;      // update
  std::vector<SinkName> lost;         // renew: sinks to be read a second time before the create
  std::vector<SecretId> listed;       // settled: what Atlas listed; a second look has to agree
};

// An entry that can't be served now.
struct Blocked {
  std::string why;
  std::string way_out;
};

// The last tries of an entry failed, and nothing of it was changed since.
struct Waiting {
  int failures = 0;
  Instant failed_at{};  // the last of them; by Atlas's clock, like the next
  Instant next_try{};   // of a run that nobody watches
  std::string why;      // of the last
  bool holds = false;   // its changes were taken out of this plan until then
};
// "1 failure", "3 failures"
std::string failures_text(int count);

// Everything about one service account, in the order in which it is done.
struct AccountPlan {
  AccountKey key;
  Address address;
  std::optional<DesiredSecret> desired;  // absent: no manifest names it
  // As stored, with what Atlas shows taken over (version: the stored one's); absent: never seen.
  std::optional<AccountRecord> record;
  std::vector<std::string> drift;  // what changed outside of keytide, for people
  bool restored = false;           // its record is from a backup: refused, or accepted by a refresh
  bool settings_changed = false;   // the record's copy of owner, overlap, on_remove is old
  bool drop_record = false;        // nothing is left of a forgotten entry: its record goes
  std::vector<Change> changes;
  std::optional<Blocked> blocked;
  std::optional<Waiting> waiting;
  // Secrets that may be ours and that a person has to decide about; the account goes on meanwhile.
  std::optional<Blocked> quarantined;
  std::vector<std::string> notes;  // for people: "the old secret was used after the switch"
  std::optional<Instant> renew_at;
  // When it has to be planned again although nothing happens (next_moment.h); absent: never.
  std::optional<Instant> next_moment;
  Instant deadline{};  // of the queue: current's expiry; the epoch where there is none
};

struct PlanCounts {
  int add = 0;
  int change = 0;
  int destroy = 0;
  int forget = 0;
  int finish = 0;
  int import = 0;
  int blocked = 0;
  int quarantined = 0;
};

struct Plan {
  Instant now{};                      // Atlas's clock
  std::vector<AccountPlan> accounts;  // sorted by address; those without anything to say left out
  std::vector<std::string> warnings;  // about the whole run: clock skew, a scope that can't be read
  int unchanged = 0;
  bool accepts_restored = false;  // an apply accepts what was restored from a backup

  PlanCounts counts() const;
  bool empty() const;      // nothing to do, nothing blocked or quarantined
  bool has_drift() const;  // something changed outside of keytide
};

}  // namespace keytide
