#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

struct Kept : House {
  Kept() {
    apply();
    clock.advance(span("10d"));
    journal.lines.clear();
  }
};

TEST(Upkeep, ASecondApplyWritesNothing) {
  Kept house;
  const std::size_t events = house.store.log.size();
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.store.log.size(), events);
  EXPECT_TRUE(house.journal.lines.empty());
}

TEST(Upkeep, SettingsOfTheEntryAreTakenOverOnceAndSilently) {
  Kept house;
  house.entry().owner = "team-billing";
  house.entry().on_remove = OnRemove::retire;
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.record().owner, "team-billing");
  EXPECT_EQ(house.record().on_remove, OnRemove::retire);
  const std::size_t events = house.store.log.size();
  house.apply();
  EXPECT_EQ(house.store.log.size(), events);
}

TEST(Upkeep, SettingsThatComeWithADeletionAreTakenOverToo) {
  Kept house;
  house.entry().rotation_id = "2";
  house.apply();
  house.clock.advance(span("24h"));
  house.entry().owner = "team-billing";
  EXPECT_EQ(house.apply().plan, "- s1 overlap_over");
  EXPECT_EQ(house.record().owner, "team-billing");
}

TEST(Upkeep, AMovedAddressAndARemovalAndItsReturnMakeNoSecret) {
  Kept house;
  house.entry().address = Address("invoices");
  EXPECT_EQ(house.apply().plan, "~ moved");
  EXPECT_EQ(house.record().address.str(), "invoices");
  EXPECT_EQ(house.apply().plan, "");
  const DesiredState kept = house.desired;
  house.desired.secrets.clear();
  EXPECT_EQ(house.apply().plan, ". removed");
  EXPECT_FALSE(house.record().managed);
  EXPECT_EQ(house.apply().plan, "");
  house.desired = kept;
  EXPECT_EQ(house.apply().plan, "~ moved");
  EXPECT_TRUE(house.record().managed);
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Upkeep, ARetiredEntryLeavesNothingBehind) {
  Kept house;
  house.entry().on_remove = OnRemove::retire;
  house.apply();
  house.desired.secrets.clear();
  EXPECT_EQ(house.apply().plan, ". removed");
  house.clock.advance(span("23h"));
  EXPECT_EQ(house.apply().plan, "");
  house.clock.advance(span("1h"));
  EXPECT_EQ(house.apply().plan, "- s1 removed");
  EXPECT_TRUE(house.atlas.account.secrets.empty());
  house.apply();
  EXPECT_TRUE(house.store.records.empty());
}

TEST(Upkeep, ThePreviousSecretServesAgainWhenTheCurrentOneWasDeleted) {
  Kept house;
  house.entry().rotation_id = "2";
  house.apply();
  house.atlas.forget(SecretId("s2"));
  EXPECT_EQ(house.apply().plan, "+/- s1 gone_from_atlas");
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s1")));
  EXPECT_EQ(house.record().generation, 3);
}

TEST(Upkeep, APreviousSecretIsNotDeletedWhenTheCurrentOneVanishesInBetween) {
  Kept house;
  house.entry().rotation_id = "2";
  house.apply();
  house.clock.advance(span("24h"));
  const PlanInput input = house.gather();
  const Plan plan = make_plan(input);
  house.atlas.forget(SecretId("s2"));
  EXPECT_NE(house.carry_out(input, plan).errors, "");
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s1")));
}

TEST(Upkeep, AFailingDeleteIsBroughtToItsEndLater) {
  Kept house;
  house.entry().rotation_id = "2";
  house.apply();
  house.clock.advance(span("24h"));
  house.atlas.failing_removes = 1;
  EXPECT_THAT(house.apply().errors, HasSubstr("while deleting"));
  EXPECT_EQ(house.apply().plan, "- s1 interrupted");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Upkeep, ABegunDeleteDoesNotKeepADeadEntryFromItsNewSecret) {
  Kept house;
  house.entry().lifetime = span("8h");
  house.apply();
  house.clock.advance(span("3h"));
  house.atlas.failing_removes = 1;
  EXPECT_THAT(house.apply().errors, HasSubstr("while deleting"));
  house.clock.advance(span("10h"));
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.dead_files(), "");
}

TEST(Upkeep, DriftIsRecordedOnce) {
  Kept house;
  house.atlas.account.secrets[0].expires_at += span("1h");
  EXPECT_EQ(house.apply().plan, "");
  const std::size_t events = house.store.log.size();
  EXPECT_THAT(house.store.log.back().why, HasSubstr("expires"));
  house.apply();
  EXPECT_EQ(house.store.log.size(), events);
}

}  // namespace
}  // namespace keytide::test
