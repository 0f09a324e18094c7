#include "state/sqlite_store.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "core/base/check.h"
#include "state/epoch_counter.h"
#include "state/memory_store.h"
#include "state/spill.h"
#include "state/sqlite_codec.h"
#include "state/sqlite_error.h"
#include "state/sqlite_reader.h"

namespace keytide {
namespace {

// Read before the store is: it is written after it, so that the store can only be ahead.
std::int64_t seen_by(const EpochMark& mark, const StoreIdentity& identity) {
  return mark.lineage == identity.lineage ? mark.epoch : 0;
}

const Migrations& steps_of(const SqliteOptions& options) {
  return options.steps != nullptr ? *options.steps : migrations();
}

}  // namespace

SqliteStore::SqliteStore(std::string path) : path_(std::move(path)) {}

SqliteStore::~SqliteStore() {
  // What waits is committed, then the prepared statements go, then the readers, then the writer.
  queue_.reset();
  rows_.reset();
  reader_.reset();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path,
                                                       const SqliteOptions& options) {
  const EpochMark mark = read_epoch_file(path);
  auto connection = open_for_writing(path, options.synchronous, steps_of(options));
  if (!connection) return fail(std::move(connection.error()));
  auto identity = read_identity(**connection, path);
  if (!identity) return fail(std::move(identity.error()));
  auto reader = SqliteReader::open_beside_writer(path);
  if (!reader) return fail(std::move(reader.error()));
  std::unique_ptr<SqliteStore> store(new SqliteStore(path));
  store->room_for_a_create_ = options.room_for_a_create;
  store->identity_ = std::move(*identity);
  store->epoch_seen_ = seen_by(mark, store->identity_);
  store->connection_ = std::move(*connection);
  store->reader_ = std::move(*reader);
  auto prepared = guarded("open", path, [&]() -> Result<void> {
    store->rows_ = std::make_unique<RowWriter>(*store->connection_);
    StoreEpoch epoch = read_epoch(*store->connection_);
    epoch.seen = std::max(store->epoch_seen_, epoch.here);
    store->counter_ = std::make_unique<EpochCounter>(path, store->identity_.lineage, epoch);
    return {};
  });
  if (!prepared) return fail(std::move(prepared.error()));
  store->spill_ = std::make_unique<SpillFile>(path);
  store->queue_ = std::make_unique<CommitQueue>(store->connection_, path, *store->counter_);
  store->absorb_spill();
  return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_readonly(const std::string& path,
                                                                const SqliteOptions& options) {
  const EpochMark mark = read_epoch_file(path);
  auto reader = SqliteReader::open(path, steps_of(options));
  if (!reader) return fail(std::move(reader.error()));
  std::unique_ptr<SqliteStore> store(new SqliteStore(path));
  if (*reader == nullptr) {
    // Not born yet, and so without a lineage: a plan of it holds for the store that is made next.
    store->identity_ = {"", make_store_identity().fingerprint_key};
    return store;
  }
  store->reader_ = std::move(*reader);
  auto known = store->reader_->read([&](SQLite::Database& database) -> Result<void> {
    auto identity = read_identity(database, path);
    if (!identity) return fail(std::move(identity.error()));
    store->identity_ = std::move(*identity);
    store->epoch_seen_ = seen_by(mark, store->identity_);
    return {};
  });
  if (!known) return fail(std::move(known.error()));
  return store;
}

Result<StoreEpoch> SqliteStore::epoch() {
  StoreEpoch epoch;
  if (reader_ == nullptr) return epoch;
  auto done = reader_->read([&](SQLite::Database& database) -> Result<void> {
    epoch = read_epoch(database);
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  epoch.seen = std::max(epoch_seen_, epoch.here);
  return epoch;
}

Result<void> SqliteStore::accept_restored(const Event& event) {
  auto done = write([&](SQLite::Database&) -> Result<std::int64_t> {
    rows_->append(event);
    counter_->accept();
    return std::int64_t{0};
  });
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<std::vector<AccountRecord>> SqliteStore::read(const RecordChoice& choice) {
  std::vector<AccountRecord> out;
  if (reader_ == nullptr) return out;
  // First: once the records have it, a service takes it out of that file.
  const std::vector<Spilled> all_spilled = read_spill(path_, identity_.lineage);
  auto done = reader_->read([&](SQLite::Database& database) -> Result<void> {
    auto records = read_records(database, choice);
    if (!records) return fail(std::move(records.error()).within(path_));
    out = std::move(*records);
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  for (const Spilled& spilled : all_spilled) {
    for (AccountRecord& record : out) {
      if (auto saved = with_spilled(record, spilled)) record = std::move(*saved);
    }
  }
  return out;
}

Result<std::int64_t> SqliteStore::write(const CommitQueue::Work& work) {
  if (queue_ != nullptr) return queue_->run(work);
  return fail(ErrorKind::refused,
              fmt::format("the state store {} was opened for reading alone", path_));
}

Result<std::vector<AccountRecord>> SqliteStore::load() { return read({}); }

Result<std::vector<AccountRecord>> SqliteStore::load(const Scope& scope) {
  return read({scope, std::nullopt});
}

Result<std::optional<AccountRecord>> SqliteStore::find(const AccountKey& key) {
  auto records = read({key.scope, key.client_id});
  if (!records) return fail(std::move(records.error()));
  if (records->empty()) return std::optional<AccountRecord>();
  return std::optional(std::move(records->front()));
}

// A disk that is full between the intent and the new secret leaves an outcome that nobody knows.
Result<void> SqliteStore::check_room() const {
  struct statvfs disk {};
  if (statvfs(path_.c_str(), &disk) != 0) return {};  // the commit tells
  const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free_bytes >= room_for_a_create_) return {};
  return fail(ErrorKind::io,
              fmt::format("only {} KiB are free on the disk of the state store {}, and {} KiB are "
                          "needed to record a create safely: make room, then run the command again",
                          free_bytes >> 10, path_, room_for_a_create_ >> 10));
}

Result<std::int64_t> SqliteStore::save(const AccountRecord& record, const Event& event) {
  const bool begins_create = record.attempt && record.attempt->phase == AttemptPhase::posting;
  if (begins_create) {
    if (auto room = check_room(); !room) return fail(std::move(room.error()));
  }
  auto saved = write([&](SQLite::Database&) -> Result<std::int64_t> {
    auto version = rows_->save(record);
    if (version) rows_->append(event);
    return version;
  });
  if (saved) forget_spilled(record);
  return saved;
}

// A sealed value must not outlive its chain, and a service may run for a year: once a record has
// all that was spilled of it, that is taken away.
void SqliteStore::forget_spilled(const AccountRecord& saved) {
  const std::lock_guard lock(spill_mutex_);
  const auto erased = std::erase_if(spilled_, [&](const auto& one) {
    return one.first == saved.key && saved.find(one.second) != nullptr;
  });
  if (erased > 0 && spilled_.empty()) spill_->empty();
}

Result<void> SqliteStore::spill(const AccountRecord& record) {
  const OwnedSecret* fresh = record.with_role(Role::fresh);
  CHECK(fresh != nullptr, "what is spilled is a new secret");
  if (spill_ == nullptr) {
    return fail(ErrorKind::refused, fmt::format("{} was opened for reading alone", path_));
  }
  const std::lock_guard lock(spill_mutex_);
  auto added = spill_->add({identity_.lineage, record.key, record.version, *fresh, record.escrow});
  if (added) spilled_.emplace_back(record.key, fresh->id);
  return added;
}

// Where it can't be saved yet, it stays for the next time; readers see it meanwhile.
void SqliteStore::absorb_spill() {
  const auto found = read_spill(path_, identity_.lineage);
  if (found.empty()) return;
  for (const Spilled& spilled : found) spilled_.emplace_back(spilled.key, spilled.secret.id);
  // With what was spilled, and of the version that is stored.
  const auto records = load();
  if (!records) return;
  std::vector<Spilled> left;
  for (const Spilled& spilled : found) {
    const auto record =
        std::find_if(records->begin(), records->end(),
                     [&](const AccountRecord& one) { return one.key == spilled.key; });
    const bool is_known = record != records->end() && record->find(spilled.secret.id) != nullptr;
    if (!is_known) left.push_back(spilled);
    if (!is_known || record->version != spilled.version) continue;
    Event event{spilled.secret.created_at, "the spill file", record->address,
                describe(record->key),     "secret_created", ""};
    event.why = spilled.secret.id.str() + ", recorded late: the store could not be written";
    if (!save(*record, event)) return;
  }
  if (!left.empty()) return set_spill_aside(left);
  spilled_.clear();
  spill_->empty();
}

// The store knows less than what was spilled: it is from a backup. What the file names is nobody's.
void SqliteStore::set_spill_aside(const std::vector<Spilled>& left) {
  if (!spill_->set_aside()) return;
  spill_ = std::make_unique<SpillFile>(path_);
  spilled_.clear();
  for (const Spilled& spilled : left) {
    Event event{spilled.secret.created_at, "the spill file",  Address(),
                describe(spilled.key),     "spill_unmatched", ""};
    event.why = spilled.secret.id.str() + " was made and is in no record: see " + path_ +
                ".spill.unmatched";
    if (!append(event)) return;
  }
}

Result<void> SqliteStore::erase(const AccountKey& key, std::int64_t version, const Event& event) {
  auto done = write([&](SQLite::Database&) -> Result<std::int64_t> {
    if (auto erased = rows_->erase(key, version); !erased) return fail(std::move(erased.error()));
    rows_->append(event);
    return std::int64_t{0};
  });
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<void> SqliteStore::append(const Event& event) {
  auto done = write([&](SQLite::Database&) -> Result<std::int64_t> {
    rows_->append(event);
    return std::int64_t{0};
  });
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<std::vector<Event>> SqliteStore::events(const EventQuery& query) {
  std::vector<Event> out;
  if (reader_ == nullptr) return out;
  auto done = reader_->read([&](SQLite::Database& database) -> Result<void> {
    out = read_events(database, query);
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return out;
}

Result<std::int64_t> SqliteStore::prune_events(Instant before) {
  return write(
      [&](SQLite::Database&) -> Result<std::int64_t> { return rows_->prune_events(before); });
}

CommitCounters SqliteStore::counters() const {
  return queue_ == nullptr ? CommitCounters() : queue_->counters();
}

}  // namespace keytide
