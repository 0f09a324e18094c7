// MemoryStore: the StateStore that lasts as long as its process. It is the reference: what it does
// is what every other store has to do, and one conformance suite holds them to that.
// Threads: any, at once.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "core/ports/state_store.h"

namespace keytide {

class MemoryStore : public StateStore {
 public:
  // A fresh identity.
  MemoryStore();
  explicit MemoryStore(StoreIdentity identity) : identity_(std::move(identity)) {}
  // In place of a backup: what another one held, when another epoch had been seen already.
  MemoryStore(const MemoryStore& backup, std::int64_t epoch_seen);

  const StoreIdentity& identity() const override { return identity_; }
  Result<StoreEpoch> epoch() override;
  Result<void> accept_restored(const Event& event) override;
  Result<std::vector<AccountRecord>> load() override;
  Result<std::vector<AccountRecord>> load(const Scope& scope) override;
  Result<std::optional<AccountRecord>> find(const AccountKey& key) override;
  Result<std::int64_t> save(const AccountRecord& record, const Event& event) override;
  Result<void> spill(const AccountRecord& record) override;
  Result<void> erase(const AccountKey& key, std::int64_t version, const Event& event) override;
  Result<void> append(const Event& event) override;
  Result<std::vector<Event>> events(const EventQuery& query) override;
  Result<std::int64_t> prune_events(Instant before) override;

 private:
  const StoreIdentity identity_;
  void count();

  mutable std::mutex mutex_;
  StoreEpoch epoch_;
  std::map<AccountKey, AccountRecord> records_;
  std::vector<Event> events_;
};

// A lineage and a fingerprint key, both drawn at random.
StoreIdentity make_store_identity();

}  // namespace keytide
