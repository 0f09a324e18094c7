// What lies beside the database: its epoch, which tells a backup that was put back, and what was
// spilled when the store could not be written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/backup.h"
#include "state/sqlite_store.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/state/sample.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class BesideTheStore : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto store = SqliteStore::open(path_);
    EXPECT_TRUE(store) << store.error().text();
    return store ? std::move(*store) : nullptr;
  }
  // With one record in it, and closed.
  void make_store() { EXPECT_TRUE(open()->save(full_record("mdb_sa_id_1"), event_at(1, "saved"))); }
  mode_t mode_of(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }

  const TempFolder folder_;
  const std::string path_ = folder_.file("keytide.db");
};

TEST_F(BesideTheStore, ABackupThatIsPutBackIsBehindUntilItIsAccepted) {
  make_store();
  ASSERT_TRUE(backup_store(path_, folder_.file("copy.db")));
  ASSERT_TRUE(open()->append(event_at(2, "later")));
  ASSERT_EQ(rename(folder_.file("copy.db").c_str(), path_.c_str()), 0);
  const auto age = [&] { return SqliteStore::open_readonly(path_).value()->epoch().value(); };
  EXPECT_EQ(age().here, 1);
  EXPECT_EQ(age().seen, 2);
  // What is written meanwhile does not make up for it.
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(open()->append(event_at(3, "meanwhile")));
  EXPECT_TRUE(age().is_restored());
  ASSERT_TRUE(open()->accept_restored(event_at(4, "accepted")));
  EXPECT_FALSE(age().is_restored());
  EXPECT_GT(age().here, 2);
}

TEST_F(BesideTheStore, AnEpochOfAnotherStoreSaysNothing) {
  make_store();
  ASSERT_TRUE(open()->append(event_at(2, "later")));
  unlink(path_.c_str());
  make_store();
  EXPECT_FALSE(open()->epoch().value().is_restored());
}

TEST_F(BesideTheStore, ADamagedEpochFileSaysNothing) {
  make_store();
  for (const char* text : {"", "keytide epoch", "keytide epoch x", "keytide epoch x y\n", "\xff"}) {
    folder_.write("keytide.db.epoch", text);
    EXPECT_FALSE(open()->epoch().value().is_restored()) << text;
  }
}

// A record whose create was begun, and the same with what the create made.
struct SpillSample {
  AccountRecord begun = full_record("mdb_sa_id_1");
  AccountRecord made;

  explicit SpillSample(SqliteStore& store) {
    std::erase_if(begun.secrets, [](const OwnedSecret& one) { return one.role == Role::fresh; });
    begun.attempt->phase = AttemptPhase::posting;
    begun.escrow.reset();
    begun.version = store.save(begun, event_at(1, "attempt_opened")).value();
    made = begun;
    made.attempt->phase = AttemptPhase::created;
    OwnedSecret fresh;
    fresh.id = SecretId("65f0c0ffee00000000000009");
    fresh.role = Role::fresh;
    fresh.masked = "mdb_sa_sk_...wxyz";
    fresh.created_at = second(100);
    fresh.expires_at = second(7776100);
    fresh.generation = 9;
    fresh.asked_hours = 2150;
    fresh.fingerprint = Fingerprint(std::string(64, 'f'));
    made.secrets.push_back(fresh);
    made.escrow = Escrowed{fresh.id, "sealed"};
  }
};

TEST_F(BesideTheStore, WhatWasSpilledIsThereForReadersAndSavedByTheNextWriter) {
  auto store = open();
  SpillSample sample(*store);
  ASSERT_TRUE(store->spill(sample.made));
  store.reset();
  EXPECT_EQ(mode_of(path_ + ".spill"), 0600u);
  EXPECT_EQ(SqliteStore::open_readonly(path_).value()->find(sample.made.key).value(), sample.made);
  store = open();
  sample.made.version = 2;
  EXPECT_EQ(store->find(sample.made.key).value(), sample.made);
  EXPECT_THAT(store->events({}).value().back().why, HasSubstr("recorded late"));
  store.reset();
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch"));
}

TEST_F(BesideTheStore, WhatWasSpilledIsTakenAwayOnceItIsInItsRecord) {
  auto store = open();
  SpillSample sample(*store);
  ASSERT_TRUE(store->spill(sample.made));
  // There is room again, and the same process goes on.
  AccountRecord record = store->find(sample.made.key).value().value();
  ASSERT_EQ(record, sample.made);
  record.version = store->save(record, event_at(2, "secret_verified")).value();
  EXPECT_EQ(folder_.read("keytide.db.spill"), "") << "its sealed value does not outlive the chain";
  // Months later nothing of it is left in the record: that is no riddle for the next start.
  record.secrets.pop_back();
  record.escrow.reset();
  ASSERT_TRUE(store->save(record, event_at(3, "deleted")));
  store.reset();
  open().reset();
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch"));
}

TEST_F(BesideTheStore, TheRoomOfTheSpillFileIsSetAsideAgainOnceItWasEmptied) {
  const auto blocks = [&] {
    struct stat status {};
    return stat((path_ + ".spill").c_str(), &status) == 0 ? status.st_blocks : -1;
  };
  auto store = open();
  const auto at_first = blocks();
  SpillSample sample(*store);
  ASSERT_TRUE(store->spill(sample.made));
  store.reset();
  store = open();
  EXPECT_EQ(blocks(), at_first);
}

TEST_F(BesideTheStore, WhatWasSpilledOfARecordThatMovedOnIsSetAside) {
  auto store = open();
  SpillSample sample(*store);
  ASSERT_TRUE(store->spill(sample.made));
  sample.begun.version = store->save(sample.begun, event_at(2, "moved_on")).value();
  store.reset();
  EXPECT_EQ(open()->find(sample.begun.key).value(), sample.begun);
  EXPECT_THAT(folder_.names(),
              ElementsAre("keytide.db", "keytide.db.epoch", "keytide.db.spill.unmatched"));
}

TEST_F(BesideTheStore, WhatWasSpilledOfAStoreThatKnowsLessIsSetAside) {
  auto store = open();
  SpillSample sample(*store);
  ASSERT_TRUE(store->spill(sample.made));
  ASSERT_TRUE(store->erase(sample.begun.key, sample.begun.version, event_at(2, "gone")));
  store.reset();
  store = open();
  EXPECT_THAT(store->events({}).value().back().why, HasSubstr("65f0c0ffee00000000000009 was made"));
  store.reset();
  EXPECT_THAT(folder_.names(),
              ElementsAre("keytide.db", "keytide.db.epoch", "keytide.db.spill.unmatched"));
}

TEST_F(BesideTheStore, ALineOfTheSpillFileThatWasCutOffIsLeftOut) {
  auto store = open();
  SpillSample sample(*store);
  ASSERT_TRUE(store->spill(sample.made));
  store.reset();
  const std::string line = folder_.read("keytide.db.spill");
  folder_.write("keytide.db.spill", line + line.substr(0, line.size() / 2));
  sample.made.version = 2;
  EXPECT_EQ(open()->find(sample.made.key).value(), sample.made);
}

}  // namespace
}  // namespace keytide
