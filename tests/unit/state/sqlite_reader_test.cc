// Reading beside a writer, and without one: no trace, no lock, always a whole transaction.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>

#include "state/sqlite_store.h"
#include "tests/support/forked.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/state/sample.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SqliteReading : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open_reader() {
    auto store = SqliteStore::open_readonly(path_);
    EXPECT_TRUE(store) << store.error().text();
    return store ? std::move(*store) : nullptr;
  }
  void make_store() {
    const auto store = SqliteStore::open(path_).value();
    ASSERT_TRUE(store->save(full_record("mdb_sa_id_1"), event_at(1, "saved")));
  }

  const TempFolder folder_;
  const std::string path_ = folder_.file("keytide.db");
};

TEST_F(SqliteReading, AStoreThatIsNotThereYetIsEmptyAndIsNotMade) {
  const auto reader = open_reader();
  EXPECT_TRUE(reader->load().value().empty());
  EXPECT_TRUE(reader->events({}).value().empty());
  EXPECT_EQ(reader->identity().lineage, "");
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(SqliteReading, AnEmptyFileIsAnEmptyStoreToo) {
  folder_.write("keytide.db", "");
  EXPECT_TRUE(open_reader()->load().value().empty());
  EXPECT_EQ(folder_.read("keytide.db"), "");
}

TEST_F(SqliteReading, LeavesNoTrace) {
  make_store();
  const std::string bytes = folder_.read("keytide.db");
  {
    const auto reader = open_reader();
    EXPECT_EQ(reader->load().value().size(), 1u);
  }
  EXPECT_EQ(folder_.read("keytide.db"), bytes);
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch"));
}

TEST_F(SqliteReading, RefusesToWrite) {
  make_store();
  const auto reader = open_reader();
  AccountRecord record = reader->load().value().front();
  const auto refused = reader->save(record, event_at(2, "saved"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_THAT(refused.error().message, HasSubstr("opened for reading alone"));
  EXPECT_FALSE(reader->append(event_at(2, "saved")));
  EXPECT_FALSE(reader->prune_events(second(9)));
  EXPECT_FALSE(reader->erase(record.key, 1, event_at(2, "erased")));
}

TEST_F(SqliteReading, SeesWhatAWriterCommitsMeanwhile) {
  const auto writer = SqliteStore::open(path_).value();
  ASSERT_TRUE(writer->save(full_record("mdb_sa_id_1"), event_at(1, "saved")));
  const auto reader = open_reader();
  EXPECT_EQ(reader->load().value().size(), 1u);
  ASSERT_TRUE(writer->save(full_record("mdb_sa_id_2"), event_at(2, "saved")));
  EXPECT_EQ(reader->load().value().size(), 2u);
}

TEST_F(SqliteReading, NoticesAWriterThatCameLater) {
  make_store();
  const auto reader = open_reader();
  EXPECT_EQ(reader->load().value().size(), 1u);
  {
    const auto writer = SqliteStore::open(path_).value();
    ASSERT_TRUE(writer->save(full_record("mdb_sa_id_2"), event_at(2, "saved")));
    EXPECT_EQ(reader->load().value().size(), 2u) << "while it is there";
    ASSERT_TRUE(writer->save(full_record("mdb_sa_id_3"), event_at(3, "saved")));
  }
  EXPECT_EQ(reader->load().value().size(), 3u) << "after it is gone";
}

TEST_F(SqliteReading, NoticesAWriterThatCameAndWent) {
  make_store();
  const auto reader = open_reader();
  EXPECT_EQ(reader->load().value().size(), 1u);
  ASSERT_TRUE(
      SqliteStore::open(path_).value()->save(full_record("mdb_sa_id_2"), event_at(2, "saved")));
  EXPECT_EQ(reader->load().value().size(), 2u);
}

TEST_F(SqliteReading, ReadsWhatAKilledWriterCommittedAndLeavesItsLogAlone) {
  make_store();
  const Forked dead = in_child([&]() -> std::string {
    auto store = SqliteStore::open(path_);
    if (!(*store)->save(full_record("mdb_sa_id_2"), event_at(2, "saved"))) return "not saved";
    kill(getpid(), SIGKILL);
    return "still alive";
  });
  ASSERT_EQ(dead.signal, SIGKILL) << dead.text;
  const std::string log = folder_.read("keytide.db-wal");
  ASSERT_FALSE(log.empty());
  EXPECT_EQ(open_reader()->load().value().size(), 2u);
  EXPECT_EQ(folder_.read("keytide.db-wal"), log) << "its reader closed, and wrote no checkpoint";
  EXPECT_EQ(SqliteStore::open(path_).value()->load().value().size(), 2u);
}

}  // namespace
}  // namespace keytide
