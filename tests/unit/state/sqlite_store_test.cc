// What is SQLite's own: files, modes, damage, other processes, dying.
#include "state/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <thread>

#include "state/backup.h"
#include "tests/support/forked.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/state/sample.h"

namespace keytide {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Sqlite : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto store = SqliteStore::open(path_);
    EXPECT_TRUE(store) << store.error().text();
    return store ? std::move(*store) : nullptr;
  }
  // With one record in it, and closed.
  AccountRecord make_store() {
    AccountRecord record = full_record("mdb_sa_id_1");
    record.version = open()->save(record, event_at(1, "saved")).value();
    return record;
  }
  // Behind the store's back. "" when SQLite is content, else its words.
  std::string run_sql(const std::string& sql) {
    sqlite3* handle = nullptr;
    char* problem = nullptr;
    sqlite3_open(path_.c_str(), &handle);
    sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &problem);
    std::string words = problem == nullptr ? "" : problem;
    sqlite3_free(problem);
    sqlite3_close(handle);
    return words;
  }
  mode_t mode_of(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }

  const TempFolder folder_;
  const std::string path_ = folder_.file("keytide.db");
};

TEST_F(Sqlite, OnADiskThatIsAlmostFullNoCreateIsBegunButWhatWasBegunIsRecorded) {
  SqliteOptions options;
  options.room_for_a_create = ~std::uint64_t{0};
  auto store = SqliteStore::open(path_, options);
  ASSERT_TRUE(store);
  AccountRecord record = full_record("mdb_sa_id_1");
  record.attempt.emplace().phase = AttemptPhase::posting;
  const auto refused = (*store)->save(record, event_at(1, "attempt_opened"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::io);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("KiB are free on the disk"),
                                             HasSubstr(path_), HasSubstr("make room")));
  record.attempt->phase = AttemptPhase::created;
  EXPECT_TRUE((*store)->save(record, event_at(1, "secret_created")));
}

TEST_F(Sqlite, KeepsEverythingOverAReopen) {
  const AccountRecord record = make_store();
  const StoreIdentity identity = open()->identity();
  const auto again = open();
  EXPECT_EQ(again->load().value(), std::vector{record});
  EXPECT_EQ(again->events({}).value(), std::vector{event_at(1, "saved")});
  EXPECT_EQ(again->identity().lineage, identity.lineage);
  EXPECT_EQ(again->identity().fingerprint_key, identity.fingerprint_key);
}

TEST_F(Sqlite, LeavesOneFileAndItsEpochWhenItIsClosed) {
  make_store();
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch"));
}

TEST_F(Sqlite, ItsFilesAreTheOwnersAloneWhateverTheUmask) {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const TempFolder folder;
    const std::string path = folder.file("keytide.db");
    const mode_t before = umask(mask);
    const auto store = SqliteStore::open(path);
    const bool saved = store && (*store)->append(event_at(1, "saved"));
    umask(before);
    ASSERT_TRUE(saved);
    EXPECT_EQ(mode_of(path), 0600u) << mask;
    EXPECT_EQ(mode_of(path + "-wal"), 0600u) << mask;
    EXPECT_EQ(mode_of(path + "-shm"), 0600u) << mask;
  }
}

TEST_F(Sqlite, TakesARestoredFileAwayFromTheOthers) {
  make_store();
  chmod(path_.c_str(), 0644);
  open();
  EXPECT_EQ(mode_of(path_), 0600u);
}

TEST_F(Sqlite, KeepsWhatWasCommittedWhenItsProcessIsKilled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    auto store = SqliteStore::open(path_);
    AccountRecord record = full_record("mdb_sa_id_1");
    while (true) {
      record.version = (*store)->save(record, event_at(record.version, "saved")).value();
      [[maybe_unused]] const auto told = write(ends[1], "x", 1);
    }
  }
  close(ends[1]);
  std::array<char, 50> told{};
  std::size_t count = 0;
  while (count < told.size()) {
    const auto more = read(ends[0], told.data() + count, told.size() - count);
    if (more <= 0) break;
    count += static_cast<std::size_t>(more);
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  // What it still told before it died.
  for (char one = 0; read(ends[0], &one, 1) == 1;) ++count;
  close(ends[0]);
  const auto store = open();
  const auto record = store->find(account_key("mdb_sa_id_1")).value();
  ASSERT_TRUE(record);
  EXPECT_GE(record->version, static_cast<std::int64_t>(count)) << "each that save() returned";
  EXPECT_EQ(store->events({}).value().size(), static_cast<std::size_t>(record->version))
      << "a record and its event are there together";
  EXPECT_EQ(record->secrets, full_record("mdb_sa_id_1").secrets);
}

TEST_F(Sqlite, ReportsWhatIsNoDatabaseAndLeavesItAlone) {
  folder_.write("keytide.db", "this is a shopping list, not a database");
  for (const bool readonly : {false, true}) {
    const auto refused = readonly ? SqliteStore::open_readonly(path_) : SqliteStore::open(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(refused.error().message, HasSubstr("is no keytide state store"));
  }
  EXPECT_EQ(folder_.read("keytide.db"), "this is a shopping list, not a database");
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db"));
}

TEST_F(Sqlite, ReportsDamagedPagesAndLeavesThemAlone) {
  make_store();
  std::string bytes = folder_.read("keytide.db");
  ASSERT_GT(bytes.size(), 3u * 4096);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = '\x5a';
  folder_.write("keytide.db", bytes);
  for (const bool readonly : {false, true}) {
    const auto refused = readonly ? SqliteStore::open_readonly(path_) : SqliteStore::open(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(path_), HasSubstr("keytide state backup")));
  }
  EXPECT_EQ(folder_.read("keytide.db"), bytes);
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch"));
}

TEST_F(Sqlite, RefusesTheDatabaseOfAnotherProgram) {
  ASSERT_EQ(run_sql("CREATE TABLE holiday (place)"), "");
  const std::string bytes = folder_.read("keytide.db");
  const auto refused = SqliteStore::open(path_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("the SQLite database of another program"));
  EXPECT_EQ(folder_.read("keytide.db"), bytes);
}

TEST_F(Sqlite, RefusesAFolder) {
  const auto refused = SqliteStore::open(folder_.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("a folder"));
}

TEST_F(Sqlite, NamesTheFolderThatIsMissing) {
  const auto refused = SqliteStore::open(folder_.file("no/keytide.db"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_THAT(refused.error().message, HasSubstr("make the folder " + folder_.file("no")));
}

TEST_F(Sqlite, SaysWhoMayNotReadOrWriteIt) {
  make_store();
  chmod(folder_.path().c_str(), 0755);
  const auto unreadable = as_nobody([&] {
    const auto refused = SqliteStore::open_readonly(path_);
    return refused ? "opened" : std::string(name_of(refused.error().kind));
  });
  EXPECT_EQ(unreadable.text, "denied");
  chmod(path_.c_str(), 0644);
  const auto unwritable = as_nobody([&] {
    const auto refused = SqliteStore::open(path_);
    return refused ? "opened" : refused.error().message;
  });
  EXPECT_THAT(unwritable.text, HasSubstr("run keytide as a user who may"));
  const auto readable = as_nobody([&] {
    const auto store = SqliteStore::open_readonly(path_);
    return store ? std::to_string((*store)->load().value().size()) : store.error().text();
  });
  EXPECT_EQ(readable.text, "1") << "a reader needs no right to write beside the store";
}

TEST_F(Sqlite, EventsCantBeChangedOrDeletedByHand) {
  make_store();
  EXPECT_THAT(run_sql("UPDATE event SET why = 'nothing happened'"), HasSubstr("append-only"));
  EXPECT_THAT(run_sql("DELETE FROM event"), HasSubstr("append-only"));
  EXPECT_EQ(open()->events({}).value(), std::vector{event_at(1, "saved")});
}

TEST_F(Sqlite, AWordThatItDoesNotKnowIsReportedAndNotGuessed) {
  make_store();
  ASSERT_EQ(run_sql("UPDATE secret SET role = 'emperor' WHERE position = 0"), "");
  const auto refused = open()->load();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("the role \"emperor\""));
}

TEST_F(Sqlite, ALostIdentityIsNotReplaced) {
  make_store();
  ASSERT_EQ(run_sql("DELETE FROM meta"), "");
  const auto refused = SqliteStore::open(path_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("has lost its identity"));
}

TEST_F(Sqlite, CommitsWaitingSavesTogether) {
  const auto store = open();
  constexpr int kThreads = 8;
  constexpr int kSaves = 100;
  std::vector<std::thread> writers;
  for (int i = 0; i < kThreads; ++i) {
    writers.emplace_back([&, i] {
      AccountRecord record = plain_record("mdb_sa_id_" + std::to_string(i), "a");
      for (int n = 0; n < kSaves; ++n) {
        record.version = store->save(record, event_at(n, "saved")).value();
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(store->counters().saves, kThreads * kSaves);
  EXPECT_LT(store->counters().commits, kThreads * kSaves);
}

TEST_F(Sqlite, AFailingSaveHarmsNoOtherOfItsCommit) {
  const auto store = open();
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      AccountRecord record = plain_record("mdb_sa_id_" + std::to_string(i), "a");
      for (int n = 0; n < 50; ++n) {
        AccountRecord stale = record;
        stale.version += 5;
        EXPECT_FALSE(store->save(stale, event_at(n, "lost")));
        record.version = store->save(record, event_at(n, "saved")).value();
      }
    });
  }
  for (auto& writer : writers) writer.join();
  const auto events = store->events({}).value();
  EXPECT_EQ(events.size(), 400u);
  for (const Event& event : events) EXPECT_EQ(event.kind, "saved");
}

TEST_F(Sqlite, ASaveThatTheDatabaseRefusesLeavesNothing) {
  make_store();
  ASSERT_EQ(run_sql("CREATE TRIGGER no_orphans BEFORE INSERT ON delivery WHEN new.sink = 'bad' "
                    "BEGIN SELECT RAISE(ABORT, 'no such sink'); END"),
            "");
  const auto store = open();
  AccountRecord record = store->load().value().front();
  const AccountRecord before = record;
  record.owner = "changed";
  record.deliveries[1].sink = SinkName("bad");
  const auto refused = store->save(record, event_at(2, "lost"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::io);
  EXPECT_EQ(store->load().value().front(), before);
  EXPECT_EQ(store->events({}).value().size(), 1u);
  record.deliveries[1].sink = SinkName("good");
  EXPECT_TRUE(store->save(record, event_at(3, "saved"))) << "and the store goes on";
}

TEST_F(Sqlite, BacksUpWhileItIsInUseToANewPrivateFile) {
  const AccountRecord record = make_store();
  const auto store = open();
  ASSERT_TRUE(store->append(event_at(2, "in the log")));
  const std::string target = folder_.file("copy.db");
  const auto copied = backup_store(path_, target);
  ASSERT_TRUE(copied) << copied.error().text();
  EXPECT_EQ(mode_of(target), 0600u);
  const auto copy = SqliteStore::open_readonly(target).value();
  AccountRecord without_escrow = record;
  without_escrow.escrow.reset();
  EXPECT_EQ(copy->load().value(), std::vector{without_escrow});
  EXPECT_EQ(folder_.read("copy.db").find(record.escrow->sealed), std::string::npos);
  EXPECT_EQ(copy->events({}).value().size(), 2u);
  EXPECT_EQ(copy->identity().lineage, store->identity().lineage);
}

TEST_F(Sqlite, ABackupReplacesNothing) {
  make_store();
  folder_.write("copy.db", "precious");
  const auto refused = backup_store(path_, folder_.file("copy.db"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_EQ(folder_.read("copy.db"), "precious");
  EXPECT_THAT(folder_.names(), ElementsAre("copy.db", "keytide.db", "keytide.db.epoch"));
}

TEST_F(Sqlite, ThereIsNothingToBackUpBeforeTheFirstApply) {
  const auto refused = backup_store(path_, folder_.file("copy.db"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(folder_.names().empty());
}

}  // namespace
}  // namespace keytide
