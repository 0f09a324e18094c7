// SqliteStore: the StateStore in one SQLite file. WAL and synchronous=FULL: what save() returned
// is on the disk. Saves of several threads are committed together (commit_queue.h).
//
// Who writes holds the lock of lock.h for as long as the store is open, and lets go of the store
// first. Not for network file systems: SQLite's locks do not hold there.
// Threads: any, at once.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/ports/state_store.h"
#include "state/commit_queue.h"
#include "state/sqlite_migrations.h"

namespace keytide {

class EpochCounter;
struct RecordChoice;
class RowWriter;
class SpillFile;
struct Spilled;
class SqliteReader;

struct SqliteOptions {
  bool synchronous = true;            // false: for tests; a crash of the machine may lose commits
  const Migrations* steps = nullptr;  // null: the released ones; for tests of migrating itself
  // Free on the disk, or the intent of a create is refused: what the create makes must be recorded.
  std::uint64_t room_for_a_create = std::uint64_t{8} << 20;  // bytes
};

class SqliteStore : public StateStore {
 public:
  // Creates the file (mode 0600, its helpers too) or migrates it, with a copy to PATH.vN.bak first.
  // Checks every page. Errors, with the file left as it was: corrupt, unsupported (made by a newer
  // keytide), invalid (not a keytide store), denied, not_found (no such folder), conflict, io.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                   const SqliteOptions& options = {});
  // Writes nothing, needs no lock, works beside a writer. A store that is not there yet is an empty
  // one, with an identity that lasts as long as this object; an older one is migrated in memory.
  // save, erase, append and prune_events are refused. Errors as above.
  static Result<std::unique_ptr<SqliteStore>> open_readonly(const std::string& path,
                                                            const SqliteOptions& options = {});
  ~SqliteStore() override;

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

  CommitCounters counters() const;

 private:
  explicit SqliteStore(std::string path);
  Result<void> check_room() const;
  Result<std::vector<AccountRecord>> read(const RecordChoice& choice);
  Result<std::int64_t> write(const CommitQueue::Work& work);
  void absorb_spill();
  void forget_spilled(const AccountRecord& saved);
  void set_spill_aside(const std::vector<Spilled>& left);

  const std::string path_;
  std::uint64_t room_for_a_create_ = 0;
  StoreIdentity identity_;
  std::int64_t epoch_seen_ = 0;  // beside the store, before it was opened
  std::unique_ptr<EpochCounter> counter_;
  std::mutex spill_mutex_;
  std::unique_ptr<SpillFile> spill_;                      // null: read only
  std::vector<std::pair<AccountKey, SecretId>> spilled_;  // lines of it that are in no record yet
  Connection connection_;                 // that writes; null: read only. Closed last: it tidies up
  std::unique_ptr<SqliteReader> reader_;  // null: there is no database yet
  std::unique_ptr<RowWriter> rows_;
  std::unique_ptr<CommitQueue> queue_;
};

}  // namespace keytide
