// StateStore: the memory of keytide. Each call that changes something is one durable transaction:
// when it returns without an error, a crash of the machine does not lose it.
// Threads: any, at once; commits of several threads may be written together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fingerprint.h"
#include "core/base/result.h"
#include "core/model/record.h"
#include "core/model/store_epoch.h"

namespace keytide {

struct StoreIdentity {
  // Random, given at birth: tells two stores apart. Empty: read before the store was made.
  std::string lineage;
  FingerprintKey fingerprint_key;
};

struct EventQuery {
  std::optional<Address> address;
  std::size_t limit = 0;  // the newest so many; 0: all
};

class StateStore {
 public:
  virtual ~StateStore() = default;

  virtual const StoreIdentity& identity() const = 0;
  // How far it got. Errors: io, corrupt.
  virtual Result<StoreEpoch> epoch() = 0;
  // A person accepts a store that was restored from a backup: its epoch goes above the highest
  // seen.
  virtual Result<void> accept_restored(const Event& event) = 0;
  // All records, sorted by key.
  virtual Result<std::vector<AccountRecord>> load() = 0;
  // Those of one scope, likewise.
  virtual Result<std::vector<AccountRecord>> load(const Scope& scope) = 0;
  virtual Result<std::optional<AccountRecord>> find(const AccountKey& key) = 0;
  // Inserts (version 0) or replaces the record and appends the event, in one transaction. Returns
  // the new version. Errors: conflict when the stored version is another one; io, corrupt.
  virtual Result<std::int64_t> save(const AccountRecord& record, const Event& event) = 0;
  // When saving a record with a new secret failed: writes that secret down beside the store, where
  // the next one who opens it finds it as if it had been saved. The record is the one that could
  // not be saved. Errors: io, denied.
  virtual Result<void> spill(const AccountRecord& record) = 0;
  // Removes the record of that version and appends the event. Errors as save.
  virtual Result<void> erase(const AccountKey& key, std::int64_t version, const Event& event) = 0;
  virtual Result<void> append(const Event& event) = 0;
  // Oldest first.
  virtual Result<std::vector<Event>> events(const EventQuery& query) = 0;
  // Deletes events that are older; returns how many.
  virtual Result<std::int64_t> prune_events(Instant before) = 0;
};

}  // namespace keytide
