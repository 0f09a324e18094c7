// FakeStore: a state store in memory whose transactions can be made to fail.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/ports/state_store.h"
#include "tests/support/fakes.h"

namespace keytide::test {

class FakeStore : public StateStore {
 public:
  std::map<AccountKey, AccountRecord> records;
  std::vector<Event> log;
  std::set<std::string> failing;  // kinds of events whose transactions fail

  StoreEpoch age;
  bool can_spill = false;

  explicit FakeStore(Journal& journal) : journal_(journal) {}
  Result<StoreEpoch> epoch() override { return age; }
  Result<void> accept_restored(const Event& event) override {
    age.here = ++age.seen;
    log.push_back(event);
    return {};
  }
  const StoreIdentity& identity() const override { return identity_; }
  Result<std::vector<AccountRecord>> load(const Scope& scope) override {
    auto all = load();
    if (all) std::erase_if(*all, [&](const AccountRecord& one) { return one.key.scope != scope; });
    return all;
  }
  Result<std::vector<AccountRecord>> load() override {
    std::vector<AccountRecord> all;
    for (const auto& [key, record] : records) all.push_back(record);
    return all;
  }
  Result<std::optional<AccountRecord>> find(const AccountKey& key) override {
    const auto found = records.find(key);
    return found == records.end() ? std::optional<AccountRecord>() : found->second;
  }
  Result<std::int64_t> save(const AccountRecord& record, const Event& event) override {
    return journal_.step("W " + event.kind, [&]() -> Result<std::int64_t> {
      if (failing.contains(event.kind)) return fail(ErrorKind::io, "disk full");
      const auto stored = records.find(record.key);
      const std::int64_t version = stored == records.end() ? 0 : stored->second.version;
      if (version != record.version) return fail(ErrorKind::conflict, "another version");
      records[record.key] = record;
      records[record.key].version = version + 1;
      log.push_back(event);
      return version + 1;
    });
  }
  Result<void> spill(const AccountRecord& record) override {
    return journal_.step("W spill", [&]() -> Result<void> {
      if (!can_spill) return fail(ErrorKind::io, "disk full");
      records[record.key] = record;
      ++records[record.key].version;
      return {};
    });
  }
  Result<void> erase(const AccountKey& key, std::int64_t, const Event& event) override {
    return journal_.step("W " + event.kind, [&]() -> Result<void> {
      records.erase(key);
      log.push_back(event);
      return {};
    });
  }
  Result<void> append(const Event& event) override {
    log.push_back(event);
    return {};
  }
  Result<std::vector<Event>> events(const EventQuery&) override { return log; }
  Result<std::int64_t> prune_events(Instant) override { return std::int64_t{0}; }

 private:
  Journal& journal_;
  StoreIdentity identity_{"lineage", FingerprintKey(std::string(64, '0'))};
};

}  // namespace keytide::test
