#include "core/plan/strangers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

// A renewal of "c1" was posted three hours ago, for 2100 hours, and its reply was lost.
struct LostReply : PlanWorld {
  LostReply() {
    open(AttemptPhase::unknown);
    record->attempt->atlas_time = kNow - span("3h");
    record->attempt->ids_before = {SecretId("c1")};
    desired->rotation_id = "2";
  }
  // What Atlas lists: made `ago`, for `hours`.
  ObservedSecret& made(const std::string& id, Seconds ago, int hours) {
    return list(id, ago, std::chrono::hours(hours) - ago);
  }
};

TEST(Strangers, WithoutANewSecretTheCreateIsMadeAgainAndItsTagStaysOpen) {
  LostReply world;
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "> settled; +/- c1 rotation_id_changed");
  EXPECT_EQ(why_first(plan),
            "the outcome of create 2 was never known: Atlas lists no secret that it made");
  EXPECT_EQ(plan.changes[0].listed, std::vector<SecretId>{SecretId("c1")});
  EXPECT_FALSE(plan.record->attempt);
  ASSERT_EQ(plan.record->open_tags.size(), 1U);
  EXPECT_EQ(plan.record->open_tags[0].number, 2);
  EXPECT_EQ(plan.record->ended.back().outcome, AttemptEnd::Outcome::lost);
}

TEST(Strangers, TheOneThatBearsTheTagIsDeletedAndTheCreateIsMadeAgain) {
  LostReply world;
  world.made("x9", span("3h"), 2100);
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "> settled; - x9 interrupted; +/- c1 rotation_id_changed frees x9");
  EXPECT_EQ(plan.record->find(SecretId("x9"))->role, Role::orphan);
}

TEST(Strangers, AnAttemptThatDiedWithItsProcessIsSettledInTheSameWay) {
  LostReply world;
  world.record->attempt->phase = AttemptPhase::posting;
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "> settled; +/- c1 rotation_id_changed");
  EXPECT_EQ(plan.record->ended.back().outcome, AttemptEnd::Outcome::died);
}

TEST(Strangers, OneOfAnotherLifeInTheWindowIsQuarantinedAndTheAccountGoesOn) {
  LostReply world;
  world.input.limits.slots = 3;
  world.made("x9", span("170m"), 2160);
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "> settled; +/- c1 rotation_id_changed");
  ASSERT_TRUE(plan.quarantined);
  EXPECT_THAT(plan.quarantined->why, HasSubstr("mdb_sa_sk_...x9 (x9) appeared while"));
  EXPECT_THAT(plan.quarantined->way_out, HasSubstr("keytide orphan delete billing"));
  EXPECT_EQ(plan.record->find(SecretId("x9"))->role, Role::quarantined);
}

TEST(Strangers, InBothSlotsAQuarantinedOneBlocksWithTheWayOut) {
  LostReply world;
  world.made("x9", span("170m"), 2160);
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "> settled; blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("x9 (x9), quarantined"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("keytide orphan adopt billing"));
}

TEST(Strangers, OneThatBearsTheTagAndWasUsedIsQuarantined) {
  LostReply world;
  world.made("x9", span("3h"), 2100).last_used_at = kNow - span("1h");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(plan.record->find(SecretId("x9"))->role, Role::quarantined);
  EXPECT_TRUE(plan.quarantined);
}

TEST(Strangers, OneThatWasThereBeforeOrCameLongAfterIsForeign) {
  LostReply world;
  world.input.limits.slots = 9;
  world.made("before", span("4h"), 2100);
  world.made("listed", span("3h"), 2100);
  world.record->attempt->ids_before.push_back(SecretId("listed"));
  world.made("after", span("10m"), 2160);
  const AccountPlan plan = world.plan();
  EXPECT_FALSE(plan.quarantined);
  EXPECT_EQ(plan.changes.back().cuts.size(), 3U);
}

// Atlas may commit a create long after the connection was given up.
TEST(Strangers, ALateOneThatBearsTheTagIsOursForThirtyDays) {
  PlanWorld world;
  world.record->open_tags = {
      {2, AttemptPhase::unknown, kNow - span("29d"), 2100, {SecretId("c1")}, "", true}};
  world.list("x9", span("2h"), span("2098h"));
  EXPECT_EQ(line_of(world.plan()), "- x9 interrupted");
  world.record->open_tags[0].atlas_time = kNow - span("31d");
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Strangers, OneThatIsTooYoungToTellHoldsACreateBackForItsTagWouldBeWiped) {
  PlanWorld world;
  world.input.limits.slots = 3;
  world.desired->rotation_id = "2";
  world.record->open_tags = {
      {2, AttemptPhase::unknown, kNow - span("2d"), 2100, {SecretId("c1")}, "", true}};
  world.list("x9", span("5m"), span("2100h") - span("5m"));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("too young to tell"));
}

TEST(Strangers, AnUntaggedLifeIsOursOnlyOnAnExclusiveAccount) {
  LostReply world;
  world.desired->lifetime = span("9h");
  world.record->attempt->asked_hours = 9;
  world.record->attempt->is_tagged = false;
  world.made("x9", span("3h"), 9);
  EXPECT_EQ(world.plan().record->find(SecretId("x9"))->role, Role::quarantined);
  world.desired->exclusive = true;
  EXPECT_EQ(world.plan().record->find(SecretId("x9"))->role, Role::orphan);
  world.made("x8", span("3h"), 9);  // two of them: the promise was not kept
  EXPECT_EQ(world.plan().record->find(SecretId("x9"))->role, Role::quarantined);
}

TEST(Strangers, AQuarantineLiftsByItselfWhenTheSecretIsGone) {
  PlanWorld world;
  world.own("x9", Role::quarantined, span("2h"), span("80d"));
  EXPECT_TRUE(world.plan().quarantined);
  world.unlist("x9");
  const AccountPlan plan = world.plan();
  EXPECT_FALSE(plan.quarantined);
  EXPECT_EQ(plan.record->find(SecretId("x9")), nullptr);
}

TEST(Strangers, AQuarantinedOneIsNotDeletedWhileItLivesAndGoesForItsSlotOnceItHasExpired) {
  PlanWorld world;
  world.desired->rotation_id = "2";
  world.own("x9", Role::quarantined, span("2h"), span("80d"));
  EXPECT_EQ(line_of(world.plan()), "blocked");
  world.record->find(SecretId("x9"))->expires_at = kNow - span("1s");
  world.listed("x9").expires_at = kNow - span("1s");
  EXPECT_EQ(line_of(world.plan()), "- x9 overlap_over; +/- c1 rotation_id_changed frees x9");
  world.desired->rotation_id = "";
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Strangers, ASuspendedEntryIsNotSettled) {
  LostReply world;
  world.desired->suspend = true;
  EXPECT_EQ(line_of(world.plan()), "");
  EXPECT_TRUE(world.plan().record->attempt);
}

TEST(Strangers, ARefreshOnlyPlanSettlesNothing) {
  LostReply world;
  world.input.options.refresh_only = true;
  EXPECT_TRUE(world.plan().record->attempt);
}

}  // namespace
}  // namespace keytide::test
