#include "state/memory_store.h"

#include <algorithm>

#include "state/version_conflict.h"

namespace keytide {

StoreIdentity make_store_identity() { return {random_hex(16), make_fingerprint_key()}; }

MemoryStore::MemoryStore() : identity_(make_store_identity()) {}

MemoryStore::MemoryStore(const MemoryStore& backup, std::int64_t epoch_seen)
    : identity_(backup.identity_) {
  const std::lock_guard lock(backup.mutex_);
  epoch_ = backup.epoch_;
  epoch_.seen = std::max(epoch_.seen, epoch_seen);
  records_ = backup.records_;
  events_ = backup.events_;
  for (auto& [key, record] : records_) record.escrow.reset();
}

void MemoryStore::count() {
  if (epoch_.is_restored()) return;
  epoch_.seen = ++epoch_.here;
}

Result<StoreEpoch> MemoryStore::epoch() {
  const std::lock_guard lock(mutex_);
  StoreEpoch epoch = epoch_;
  for (auto event = events_.rbegin(); event != events_.rend() && !epoch.written_at; ++event) {
    epoch.written_at = event->atlas_at;
  }
  return epoch;
}

Result<void> MemoryStore::accept_restored(const Event& event) {
  const std::lock_guard lock(mutex_);
  epoch_.here = epoch_.seen;
  count();
  events_.push_back(event);
  return {};
}

Result<std::vector<AccountRecord>> MemoryStore::load(const Scope& scope) {
  auto all = load();
  if (all) std::erase_if(*all, [&](const AccountRecord& one) { return one.key.scope != scope; });
  return all;
}

Result<std::vector<AccountRecord>> MemoryStore::load() {
  const std::lock_guard lock(mutex_);
  std::vector<AccountRecord> all;
  all.reserve(records_.size());
  for (const auto& [key, record] : records_) all.push_back(record);
  return all;
}

Result<std::optional<AccountRecord>> MemoryStore::find(const AccountKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(key);
  if (found == records_.end()) return std::optional<AccountRecord>();
  return std::optional(found->second);
}

Result<std::int64_t> MemoryStore::save(const AccountRecord& record, const Event& event) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(record.key);
  const std::int64_t stored = found == records_.end() ? 0 : found->second.version;
  if (stored != record.version) return version_conflict(record.key, record.version, stored);
  AccountRecord& saved = records_[record.key] = record;
  saved.version = stored + 1;
  count();
  events_.push_back(event);
  return saved.version;
}

// No disk that could be full: what is spilled is saved, without an event.
Result<void> MemoryStore::spill(const AccountRecord& record) {
  const std::lock_guard lock(mutex_);
  AccountRecord& saved = records_[record.key] = record;
  ++saved.version;
  count();
  return {};
}

Result<void> MemoryStore::erase(const AccountKey& key, std::int64_t version, const Event& event) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(key);
  const std::int64_t stored = found == records_.end() ? 0 : found->second.version;
  if (stored == 0 || stored != version) return version_conflict(key, version, stored);
  records_.erase(found);
  count();
  events_.push_back(event);
  return {};
}

Result<void> MemoryStore::append(const Event& event) {
  const std::lock_guard lock(mutex_);
  count();
  events_.push_back(event);
  return {};
}

Result<std::vector<Event>> MemoryStore::events(const EventQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<Event> chosen;
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (query.address && event->address != *query.address) continue;
    chosen.push_back(*event);
    if (query.limit != 0 && chosen.size() == query.limit) break;
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

Result<std::int64_t> MemoryStore::prune_events(Instant before) {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(
      std::erase_if(events_, [&](const Event& event) { return event.at < before; }));
}

}  // namespace keytide
