// What every StateStore has to do, run over each of them.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "state/memory_store.h"
#include "state/sqlite_store.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/state/sample.h"

namespace keytide {
namespace {

struct Kind {
  const char* name;
  std::function<std::unique_ptr<StateStore>(const TempFolder&)> make;
};

class StateStoreConformance : public testing::TestWithParam<Kind> {
 protected:
  std::int64_t save(const AccountRecord& record, const std::string& kind = "saved") {
    const auto version = store_->save(record, event_at(1, kind, record.address.str()));
    EXPECT_TRUE(version) << version.error().text();
    return version.value_or(-1);
  }

  std::vector<AccountRecord> all() { return store_->load().value(); }
  std::vector<Event> events() { return store_->events({}).value(); }

  const TempFolder folder_;
  const std::unique_ptr<StateStore> store_ = GetParam().make(folder_);
};

TEST_P(StateStoreConformance, IsBornEmptyWithAnIdentity) {
  EXPECT_EQ(store_->identity().lineage.size(), 32u);
  EXPECT_EQ(store_->identity().fingerprint_key.str().size(), 64u);
  EXPECT_EQ(store_->load().value(), std::vector<AccountRecord>());
  EXPECT_EQ(store_->events({}).value(), std::vector<Event>());
  EXPECT_EQ(store_->find(account_key("x")).value(), std::nullopt);
}

TEST_P(StateStoreConformance, CountsItsEpochUpAndKnowsWhenItWasWritten) {
  EXPECT_FALSE(store_->epoch().value().written_at);
  const std::int64_t born = store_->epoch().value().here;
  save(full_record("mdb_sa_id_1"));
  ASSERT_TRUE(store_->append(event_at(7, "later")));
  const StoreEpoch epoch = store_->epoch().value();
  EXPECT_EQ(epoch.here, born + 2);
  EXPECT_FALSE(epoch.is_restored());
  EXPECT_EQ(epoch.written_at, event_at(7, "later").atlas_at);
}

TEST_P(StateStoreConformance, GivesBackEveryFieldAsItWasSaved) {
  AccountRecord record = full_record("mdb_sa_id_1");
  EXPECT_EQ(save(record), 1);
  record.version = 1;
  EXPECT_EQ(store_->find(record.key).value(), record);
  EXPECT_EQ(store_->load().value(), std::vector{record});
}

TEST_P(StateStoreConformance, ReplacesTheWholeRecordAndCountsItsVersionUp) {
  AccountRecord record = full_record("mdb_sa_id_1");
  record.version = save(record);
  record.secrets.pop_back();
  record.deliveries.clear();
  record.attempt.reset();
  record.ended.clear();
  record.switched_at.reset();
  record.removed_at.reset();
  record.address = Address("renamed");
  record.version = save(record);
  EXPECT_EQ(record.version, 2);
  EXPECT_EQ(store_->load().value(), std::vector{record});
}

TEST_P(StateStoreConformance, RefusesASaveOverAVersionThatItHasNotSeen) {
  AccountRecord record = full_record("mdb_sa_id_1");
  save(record);
  record.owner = "somebody else";
  for (const std::int64_t version : {0, 2}) {
    record.version = version;
    const auto refused = store_->save(record, event_at(2, "lost"));
    ASSERT_FALSE(refused) << version;
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_NE(refused.error().message.find("mdb_sa_id_1"), std::string::npos);
  }
  EXPECT_EQ(store_->find(record.key).value()->owner, "team-billing");
  EXPECT_EQ(store_->events({}).value().size(), 1u) << "a refused save leaves no event";
}

TEST_P(StateStoreConformance, RefusesToUpdateARecordThatIsGone) {
  AccountRecord record = full_record("mdb_sa_id_1");
  record.version = 3;
  const auto refused = store_->save(record, event_at(2, "lost"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(store_->load().value().empty());
}

TEST_P(StateStoreConformance, ErasesTheRecordOfThatVersionAlone) {
  AccountRecord record = full_record("mdb_sa_id_1");
  save(record);
  const auto refused = store_->erase(record.key, 2, event_at(2, "lost"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  ASSERT_TRUE(store_->erase(record.key, 1, event_at(2, "erased")));
  EXPECT_TRUE(store_->load().value().empty());
  const auto again = store_->erase(record.key, 1, event_at(3, "lost"));
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  const auto events = store_->events({}).value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].kind, "erased");
}

TEST_P(StateStoreConformance, StartsAnErasedRecordAnew) {
  AccountRecord record = full_record("mdb_sa_id_1");
  save(record);
  ASSERT_TRUE(store_->erase(record.key, 1, event_at(2, "erased")));
  EXPECT_EQ(save(plain_record("mdb_sa_id_1", "again")), 1);
  EXPECT_TRUE(store_->load().value().front().secrets.empty());
}

TEST_P(StateStoreConformance, ListsRecordsByKey) {
  AccountRecord project = plain_record("mdb_sa_id_1", "p");
  project.key.scope = {Scope::Kind::project, "00000000000000000000000a"};
  AccountRecord other_org = plain_record("mdb_sa_id_9", "o");
  other_org.key.scope.id = "100000000000000000000000";
  save(project);
  save(plain_record("mdb_sa_id_2", "b"));
  save(plain_record("mdb_sa_id_1", "c"));
  save(other_org);
  std::vector<std::string> addresses;
  for (const auto& record : all()) addresses.push_back(record.address.str());
  EXPECT_EQ(addresses, (std::vector<std::string>{"o", "c", "b", "p"}));
}

TEST_P(StateStoreConformance, TellsAccountsOfTwoScopesApart) {
  AccountRecord in_project = plain_record("mdb_sa_id_1", "project's");
  in_project.key.scope.kind = Scope::Kind::project;
  save(plain_record("mdb_sa_id_1", "org's"));
  save(in_project);
  EXPECT_EQ(store_->find(account_key("mdb_sa_id_1")).value()->address, Address("org's"));
  EXPECT_EQ(store_->find(in_project.key).value()->address, Address("project's"));
}

TEST_P(StateStoreConformance, KeepsEventsInTheirOrderWhateverTheirTimes) {
  ASSERT_TRUE(store_->append(event_at(50, "first")));
  save(plain_record("mdb_sa_id_1", "a"), "second");
  ASSERT_TRUE(store_->append(event_at(20, "third")));
  std::vector<std::string> kinds;
  for (const auto& event : events()) kinds.push_back(event.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(store_->events({}).value().front(), event_at(50, "first"));
}

TEST_P(StateStoreConformance, ChoosesEventsByAddressAndTheNewestOfThem) {
  for (const char* kind : {"1", "2", "3"}) {
    ASSERT_TRUE(store_->append(event_at(1, kind, "a")));
    ASSERT_TRUE(store_->append(event_at(1, kind, "b")));
  }
  const auto chosen = store_->events({Address("a"), 2}).value();
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0], event_at(1, "2", "a"));
  EXPECT_EQ(chosen[1], event_at(1, "3", "a"));
  EXPECT_EQ(store_->events({std::nullopt, 4}).value().size(), 4u);
  EXPECT_TRUE(store_->events({Address("c"), 0}).value().empty());
}

TEST_P(StateStoreConformance, PrunesOnlyEventsThatAreOlder) {
  for (const int at : {10, 20, 30}) ASSERT_TRUE(store_->append(event_at(at, std::to_string(at))));
  EXPECT_EQ(store_->prune_events(second(20)).value(), 1);
  EXPECT_EQ(store_->events({}).value().front().kind, "20");
  EXPECT_EQ(store_->prune_events(second(20)).value(), 0);
}

TEST_P(StateStoreConformance, LetsOneOfTwoRacingSavesWin) {
  AccountRecord record = plain_record("mdb_sa_id_1", "a");
  record.version = save(record);
  std::atomic<int> won{0};
  std::vector<std::thread> racers;
  for (int i = 0; i < 8; ++i) {
    racers.emplace_back([&] {
      if (store_->save(record, event_at(1, "raced"))) ++won;
    });
  }
  for (auto& racer : racers) racer.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(store_->find(record.key).value()->version, 2);
  EXPECT_EQ(store_->events({}).value().size(), 2u);
}

TEST_P(StateStoreConformance, SavesOfSeveralThreadsAllArrive) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      AccountRecord record = full_record("mdb_sa_id_" + std::to_string(i));
      for (int n = 0; n < 25; ++n) {
        record.generation = n;
        record.version = store_->save(record, event_at(n, "saved")).value();
      }
    });
  }
  for (auto& writer : writers) writer.join();
  const auto all = store_->load().value();
  ASSERT_EQ(all.size(), 8u);
  for (const auto& record : all) {
    EXPECT_EQ(record.version, 25);
    EXPECT_EQ(record.generation, 24);
  }
  EXPECT_EQ(store_->events({}).value().size(), 200u);
}

INSTANTIATE_TEST_SUITE_P(
    Of, StateStoreConformance,
    testing::Values(Kind{"Memory",
                         [](const TempFolder&) { return std::make_unique<MemoryStore>(); }},
                    Kind{"Sqlite",
                         [](const TempFolder& folder) {
                           return SqliteStore::open(folder.file("keytide.db")).value();
                         }},
                    Kind{"SqliteWithoutSync",
                         [](const TempFolder& folder) {
                           SqliteOptions options;
                           options.synchronous = false;
                           return SqliteStore::open(folder.file("keytide.db"), options).value();
                         }}),
    [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace keytide
