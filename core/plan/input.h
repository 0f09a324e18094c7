// PlanInput: everything that a plan is made of, gathered beforehand. The planner reads nothing
// else.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/fingerprint.h"
#include "core/model/desired.h"
#include "core/model/observed.h"
#include "core/model/policy.h"
#include "core/model/record.h"
#include "core/model/store_epoch.h"

namespace keytide {

// What reading one sink of an account showed.
struct SinkView {
  SinkName sink;
  std::string target_digest;  // of the target that was read
  bool readable = false;      // false: `why` says why; that is not the same as lost
  std::string why;
  bool exists = false;
  Fingerprint fingerprint;  // empty where it holds no value
  bool attributes_match = true;
  std::string masked{};         // of the value, as Atlas masks it
  std::int64_t generation = 0;  // of the stamp, where it is of this account; 0: none
};

struct AccountSinks {
  AccountKey key;
  std::vector<SinkView> views;  // sorted by sink
  // Of targets that were given a secret and that the manifest does not name any more.
  std::vector<SinkView> old_views{};
};

struct PlanOptions {
  std::set<Address> targets;  // empty: all
  std::set<Address> replace;
  bool refresh = true;        // false: Atlas was not asked; the records are taken for true
  bool unattended = false;    // nobody is waiting: entries whose last tries failed are (waiting.h)
  bool refresh_only = false;  // records what Atlas shows and does nothing else
  bool import_only = false;   // adopts what exists and does nothing else
  std::optional<SecretId> import_id{};  // with one target: this one, whether a sink holds it or not
};

struct PlanInput {
  DesiredState desired;
  std::vector<std::string> empty_sources;  // those that name no entry at all
  std::set<ClientId> own_accounts;         // those that keytide itself signs in with
  // Of those, the secret by which Atlas was read: it has worked for a real call.
  std::map<ClientId, Fingerprint> signed_in;
  std::vector<AccountRecord> records;  // sorted by key
  std::vector<ObservedScope> scopes;   // sorted by scope; one for each that is named
  std::vector<AccountSinks> sinks;     // sorted by key; those that were read
  std::string lineage;
  StoreEpoch store;
  std::string escrow_key;      // the id of the key at hand; empty: there is none
  std::string escrow_problem;  // why there is a key that can't be read now; empty: no problem
  Instant now{};               // Atlas's clock
  Instant host_now{};          // the host's
  IssuerLimits limits;
  SafetyPolicy safety;
  Approvals approvals;
  PlanOptions options;
};

}  // namespace keytide
