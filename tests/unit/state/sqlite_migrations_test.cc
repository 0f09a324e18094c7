// Changes of the database's shape, tried with injected steps after the released ones.
#include "state/sqlite_migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "state/sqlite_store.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/state/sample.h"

namespace keytide {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SqliteMigrations : public testing::Test {
 protected:
  SqliteMigrations() {
    const auto store = SqliteStore::open(path_).value();
    record_.version = store->save(record_, event_at(1, "saved")).value();
  }

  static Migrations released_and(std::vector<std::string_view> more) {
    Migrations steps = migrations();
    steps.insert(steps.end(), more.begin(), more.end());
    return steps;
  }
  Result<std::unique_ptr<SqliteStore>> open(const Migrations& steps) {
    return SqliteStore::open(path_, {true, &steps});
  }

  const TempFolder folder_;
  const std::string path_ = folder_.file("keytide.db");
  AccountRecord record_ = full_record("mdb_sa_id_1");
};

constexpr std::string_view kRename = "UPDATE account SET owner = 'migrated'; CREATE TABLE new (a)";
constexpr std::string_view kBroken = "UPDATE account SET owner = 'half'; CREATE TABLE new (a";

TEST_F(SqliteMigrations, KeepACopyOfWhatWasThere) {
  const auto steps = released_and({kRename});
  {
    const auto migrated = open(steps);
    ASSERT_TRUE(migrated) << migrated.error().text();
    EXPECT_EQ((*migrated)->load().value().front().owner, "migrated");
  }
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch", "keytide.db.v1.bak"));
  const auto copy = SqliteStore::open_readonly(path_ + ".v1.bak").value();
  AccountRecord without_escrow = record_;
  without_escrow.escrow.reset();
  EXPECT_EQ(copy->load().value(), std::vector{without_escrow});
  struct stat status {};
  ASSERT_EQ(stat((path_ + ".v1.bak").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(SqliteMigrations, RunOnceEach) {
  const auto steps = released_and({"UPDATE account SET owner = owner || '+'"});
  open(steps).value();
  EXPECT_EQ(open(steps).value()->load().value().front().owner, "team-billing+");
}

TEST_F(SqliteMigrations, AreTakenOneAfterTheOtherWithACopyOfEach) {
  const auto steps = released_and(
      {"UPDATE account SET owner = 'two'", "UPDATE account SET owner = owner || ', three'"});
  EXPECT_EQ(open(steps).value()->load().value().front().owner, "two, three");
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch", "keytide.db.v1.bak",
                                           "keytide.db.v2.bak"));
}

TEST_F(SqliteMigrations, ThatFailLeaveTheOldShape) {
  const auto steps = released_and({kBroken});
  const auto failed = open(steps);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr(path_));
  EXPECT_EQ(SqliteStore::open(path_).value()->load().value(), std::vector{record_});
}

TEST_F(SqliteMigrations, AreDoneInMemoryForAReader) {
  const std::string bytes = folder_.read("keytide.db");
  const auto steps = released_and({kRename});
  const auto reader = SqliteStore::open_readonly(path_, {true, &steps}).value();
  EXPECT_EQ(reader->load().value().front().owner, "migrated");
  EXPECT_EQ(folder_.read("keytide.db"), bytes);
  EXPECT_THAT(folder_.names(), ElementsAre("keytide.db", "keytide.db.epoch"));
}

TEST_F(SqliteMigrations, OfANewerKeytideAreRefusedWithBothVersionsAndTheWayOut) {
  const auto steps = released_and({kRename, kRename.substr(0, 39)});
  open(steps).value();
  const std::string bytes = folder_.read("keytide.db");
  for (const bool readonly : {false, true}) {
    const auto refused = readonly ? SqliteStore::open_readonly(path_) : SqliteStore::open(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr("has schema 3"), HasSubstr("knows schema 1"),
                      HasSubstr("run the newer keytide"), HasSubstr("keytide.db.v1.bak")));
  }
  EXPECT_EQ(folder_.read("keytide.db"), bytes);
}

}  // namespace
}  // namespace keytide
