#include "cmd/keytide/state_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmd/keytide/events_command.h"
#include "state/memory_store.h"
#include "state/sqlite_store.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/state/sample.h"

namespace keytide {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kBilling = "mdb_sa_id_00000000000000000000000a";
constexpr const char* kCi = "mdb_sa_id_00000000000000000000000b";

class StateCommands : public testing::Test {
 protected:
  StateCommands() {
    AccountRecord billing = full_record(kBilling);
    billing.managed = true;
    billing.attempt.reset();
    add(billing);
    add(plain_record(kCi, "ci-deployer"));
  }

  void add(const AccountRecord& record) {
    ASSERT_TRUE(store_.save(record, event_at(1764000000, "secret_created", record.address.str())));
  }
  std::vector<std::string> addresses() {
    std::vector<std::string> out;
    const auto all = store_.load().value();
    for (const AccountRecord& record : all) out.push_back(record.address.str());
    return out;
  }
  Event last_event() { return store_.events({std::nullopt, 1}).value().front(); }

  MemoryStore store_;
  std::string text_;
  const Output out_ = [this](std::string_view piece) { text_ += piece; };
  const StateView view_{second(1764000000), false, {}, {}};
  const Writer writer_{"state rm by root@host", second(1764000500)};
};

TEST_F(StateCommands, ListShowsEachRecordOnALine) {
  ASSERT_TRUE(state_list(store_, view_, out_));
  EXPECT_THAT(text_,
              AllOf(HasSubstr("ADDRESS"), HasSubstr("billing-exporter"), HasSubstr("ci-deployer")));
}

TEST_F(StateCommands, ListOfAnEmptyStateSaysSo) {
  MemoryStore empty;
  ASSERT_TRUE(state_list(empty, view_, out_));
  EXPECT_EQ(text_, "The state is empty: `keytide apply` records what it makes.\n");
}

TEST_F(StateCommands, ListAsJsonHasTheMembersOfTheContract) {
  StateView view = view_;
  view.json = true;
  view.renew_at = [](const AccountRecord& record) -> std::optional<Instant> {
    if (record.secrets.empty()) return std::nullopt;
    return second(1767000000);
  };
  ASSERT_TRUE(state_list(store_, view, out_));
  const auto rows = nlohmann::json::parse(text_);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["address"], "billing-exporter");
  EXPECT_EQ(rows[0]["client_id"], kBilling);
  EXPECT_EQ(rows[0]["renew_at"], "2025-12-29T09:20:00Z");
  EXPECT_EQ(rows[0]["secrets"][0]["role"], "current");
  EXPECT_EQ(rows[0]["sinks"][0]["name"], "file:/run/b/atlas.env");
  EXPECT_TRUE(rows[1]["renew_at"].is_null());
  for (const char* member : {"scope", "phase", "reason", "secrets", "sinks"}) {
    EXPECT_TRUE(rows[1].contains(member)) << member;
  }
}

TEST_F(StateCommands, ListOfAnEmptyStateAsJsonIsAnEmptyArray) {
  MemoryStore empty;
  StateView view = view_;
  view.json = true;
  ASSERT_TRUE(state_list(empty, view, out_));
  EXPECT_EQ(nlohmann::json::parse(text_), nlohmann::json::array());
}

TEST_F(StateCommands, ShowFindsARecordByAddressAndByClientId) {
  ASSERT_TRUE(state_show(store_, "billing-exporter", view_, out_));
  const std::string by_address = text_;
  text_.clear();
  ASSERT_TRUE(state_show(store_, kBilling, view_, out_));
  EXPECT_EQ(text_, by_address);
  EXPECT_THAT(text_, AllOf(HasSubstr("mdb_sa_sk_...abcd"), HasSubstr(kBilling)));
}

TEST_F(StateCommands, AnUnknownAddressSuggestsTheNearest) {
  const auto unknown = state_show(store_, "biling-exporter", view_, out_);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
  EXPECT_EQ(unknown.error().message,
            "the state has no record of biling-exporter (did you mean billing-exporter?); "
            "`keytide state list` lists all records");
}

TEST_F(StateCommands, TwoRecordsOfOneAddressAreToldApartByClientId) {
  const char* third = "mdb_sa_id_00000000000000000000000c";
  add(plain_record(third, "ci-deployer"));
  const auto unclear = state_show(store_, "ci-deployer", view_, out_);
  ASSERT_FALSE(unclear);
  EXPECT_EQ(unclear.error().kind, ErrorKind::invalid);
  EXPECT_THAT(unclear.error().message, AllOf(HasSubstr(kCi), HasSubstr(third)));
  EXPECT_TRUE(state_show(store_, third, view_, out_));
}

TEST_F(StateCommands, TheRecordThatAManifestNamesWinsOverAForgottenOne) {
  AccountRecord forgotten = plain_record("mdb_sa_id_00000000000000000000000c", "ci-deployer");
  forgotten.managed = false;
  add(forgotten);
  ASSERT_TRUE(state_show(store_, "ci-deployer", view_, out_));
  EXPECT_THAT(text_, HasSubstr(kCi));
}

TEST_F(StateCommands, MvGivesARecordAnotherAddressAndNothingElse) {
  AccountRecord expected = store_.find(account_key(kBilling)).value().value();
  ASSERT_TRUE(state_mv(store_, "billing-exporter", "billing", writer_, out_));
  expected.address = Address("billing");
  expected.version = 2;
  EXPECT_EQ(store_.find(account_key(kBilling)).value(), expected);
  EXPECT_EQ(last_event(), (Event{second(1764000500), "state rm by root@host", Address("billing"),
                                 describe(expected.key), "state_moved", "from billing-exporter"}));
  EXPECT_THAT(text_, AllOf(HasSubstr("Moved billing-exporter to billing"),
                           HasSubstr("Write billing in the manifest too")));
}

TEST_F(StateCommands, MvRefusesAnAddressThatIsTaken) {
  const auto refused = state_mv(store_, "billing-exporter", "ci-deployer", writer_, out_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_THAT(refused.error().message, HasSubstr(kCi));
  EXPECT_THAT(addresses(), testing::ElementsAre("billing-exporter", "ci-deployer"));
}

TEST_F(StateCommands, MvRefusesWhatIsNoAddress) {
  for (const char* bad : {"", "a b", "-a", "../a", "a/b"}) {
    const auto refused = state_mv(store_, "ci-deployer", bad, writer_, out_);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid) << bad;
  }
}

TEST_F(StateCommands, RmForgetsTheRecordAndSaysThatItsSecretsStayInAtlas) {
  ASSERT_TRUE(state_rm(store_, {"billing-exporter"}, writer_, out_));
  EXPECT_THAT(addresses(), testing::ElementsAre("ci-deployer"));
  EXPECT_THAT(text_, AllOf(HasSubstr("Removed billing-exporter"),
                           HasSubstr("stays in Atlas: secret 65f00000000000000000000a (current, "
                                     "mdb_sa_sk_...abcd)"),
                           HasSubstr("keeps its copy: file:/run/b/atlas.env"),
                           HasSubstr("The secrets stay in Atlas"), Not(HasSubstr("warning"))));
  EXPECT_EQ(last_event().kind, "state_removed");
  EXPECT_EQ(last_event().actor, "state rm by root@host");
  EXPECT_EQ(last_event().why, "forgotten by hand; 2 secrets stay in Atlas");
}

TEST_F(StateCommands, RmWarnsOfACreateThatWasNotFinished) {
  AccountRecord open = full_record("mdb_sa_id_00000000000000000000000c");
  open.address = Address("half-way");
  add(open);
  ASSERT_TRUE(state_rm(store_, {"half-way"}, writer_, out_));
  EXPECT_THAT(text_, HasSubstr("warning: create number 12 was not finished (unknown)"));
}

TEST_F(StateCommands, RmNamesAllUnknownAddressesAndRemovesNothing) {
  const auto refused =
      state_rm(store_, {"billing-exporter", "nobody", "ci-deploer"}, writer_, out_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("no record of nobody"), HasSubstr("did you mean ci-deployer?")));
  EXPECT_EQ(addresses().size(), 2u);
  EXPECT_EQ(text_, "");
}

TEST_F(StateCommands, RmTakesARecordThatIsNamedTwiceOnce) {
  ASSERT_TRUE(state_rm(store_, {"ci-deployer", kCi, "ci-deployer"}, writer_, out_));
  EXPECT_THAT(addresses(), testing::ElementsAre("billing-exporter"));
}

TEST_F(StateCommands, BackupSaysWhereTheCopyIs) {
  const TempFolder folder;
  const std::string path = folder.file("keytide.db");
  ASSERT_TRUE(SqliteStore::open(path).value()->append(event_at(1, "saved")));
  ASSERT_TRUE(state_backup(path, folder.file("copy.db"), out_));
  EXPECT_EQ(text_, "Copied " + path + " to " + folder.file("copy.db") + ".\n");
  EXPECT_EQ(SqliteStore::open_readonly(folder.file("copy.db")).value()->events({}).value().size(),
            1u);
}

TEST_F(StateCommands, ForceUnlockOfAnUnlockedStoreSaysSo) {
  const TempFolder folder;
  ASSERT_TRUE(force_unlock(folder.file("keytide.db"), out_));
  EXPECT_EQ(text_, "Nothing to clear: " + folder.file("keytide.db") + " is not locked.\n");
}

TEST_F(StateCommands, EventsAreATableOldestFirst) {
  ASSERT_TRUE(list_events(store_, {}, out_));
  EXPECT_EQ(text_,
            "TIME                  ADDRESS           EVENT           BY                  WHY\n"
            "2025-11-24T16:00:00Z  billing-exporter  secret_created  apply by root@host  why\n"
            "2025-11-24T16:00:00Z  ci-deployer       secret_created  apply by root@host  why\n");
}

TEST_F(StateCommands, EventsAreChosenByAddressAndNumber) {
  EventsView view;
  view.address = "ci-deployer";
  ASSERT_TRUE(list_events(store_, view, out_));
  EXPECT_THAT(text_, AllOf(HasSubstr("ci-deployer"), Not(HasSubstr("billing"))));
  text_.clear();
  view.address.reset();
  view.limit = 1;
  ASSERT_TRUE(list_events(store_, view, out_));
  EXPECT_THAT(text_, AllOf(HasSubstr("ci-deployer"), Not(HasSubstr("billing"))));
}

TEST_F(StateCommands, EventsAsJsonAreOneObjectALine) {
  ASSERT_TRUE(store_.append({second(1764000001), "me", Address(""), "", "odd", "a\n\"b\""}));
  EventsView view;
  view.json = true;
  view.limit = 1;
  ASSERT_TRUE(list_events(store_, view, out_));
  EXPECT_EQ(std::count(text_.begin(), text_.end(), '\n'), 1);
  EXPECT_EQ(nlohmann::json::parse(text_), (nlohmann::json{{"at", "2025-11-24T16:00:01Z"},
                                                          {"actor", "me"},
                                                          {"address", ""},
                                                          {"account", ""},
                                                          {"kind", "odd"},
                                                          {"why", "a\n\"b\""}}));
}

TEST_F(StateCommands, EventsOfAMistypedAddressAreAnErrorAndOfAQuietOneAreNot) {
  EventsView view;
  view.address = "ci-deploer";
  const auto unknown = list_events(store_, view, out_);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("did you mean ci-deployer?"));
  ASSERT_TRUE(store_.prune_events(second(1864000000)));
  view.address = "ci-deployer";
  ASSERT_TRUE(list_events(store_, view, out_));
  EXPECT_EQ(text_, "No events.\n");
}

TEST_F(StateCommands, NoTerminalIsSteeredByWhatWasRecorded) {
  ASSERT_TRUE(store_.append({second(1), "a", Address("x"), "", "k", "\x1b[2Jgone"}));
  ASSERT_TRUE(list_events(store_, {}, out_));
  EXPECT_THAT(text_, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace keytide
