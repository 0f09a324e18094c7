#include "core/plan/retire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

// Switched two hours ago: the overlap of 24 h goes on.
PlanWorld overlap_world() {
  PlanWorld world;
  world.own("c0", Role::previous, span("80d"), span("6d"));
  world.record->switched_at = kNow - span("2h");
  return world;
}

PlanWorld due_in_overlap() {
  PlanWorld world = overlap_world();
  world.desired->rotation_id = "2";
  return world;
}

void expire(PlanWorld& world, const std::string& id, Seconds left) {
  world.record->find(SecretId(id))->expires_at = kNow + left;
  world.listed(id).expires_at = kNow + left;
}

TEST(Retire, ThePreviousSecretStaysForTheOverlapAndGoesAfterIt) {
  PlanWorld world = overlap_world();
  EXPECT_EQ(line_of(world.plan()), "");
  world.record->switched_at = kNow - span("24h");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "- c0 overlap_over");
  EXPECT_EQ(why_first(plan), "overlap of 1d is over");
}

TEST(Retire, APreviousSecretThatWasUsedAfterTheSwitchIsKept) {
  PlanWorld world = overlap_world();
  world.record->switched_at = kNow - span("2d");
  world.listed("c0").last_used_at = kNow - span("1h");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_THAT(notes_of(plan), HasSubstr("was used at 2026-11-23T11:00:00Z, after the switch"));
  world.listed("c0").last_used_at = kNow - span("3d");
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over");
}

TEST(Retire, APreviousSecretThatASinkStillHoldsIsKeptUntilItExpires) {
  PlanWorld world = overlap_world();
  world.record->switched_at = kNow - span("2d");
  world.add_second_sink();
  world.record->deliveries[1].secret_id = SecretId("c0");
  world.unreadable("b");
  world.unreadable("a");
  const AccountPlan plan = world.plan();
  EXPECT_THAT(line_of(plan), testing::Not(HasSubstr("c0")));
  EXPECT_THAT(notes_of(plan), HasSubstr("a sink still holds it"));
  expire(world, "c0", span("0s"));
  EXPECT_THAT(line_of(world.plan()), HasSubstr("- c0 overlap_over"));
}

TEST(Retire, AnExpiredPreviousSecretGoesEvenWithinTheOverlap) {
  PlanWorld world = overlap_world();
  expire(world, "c0", Seconds(-60));
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over");
}

TEST(Retire, AnOrphanAndABegunDeletionAreBroughtToTheirEnd) {
  PlanWorld orphan;
  orphan.own("o1", Role::orphan, span("1h"), span("80d"));
  EXPECT_EQ(line_of(orphan.plan()), "- o1 interrupted");
  PlanWorld intent = overlap_world();
  intent.record->find(SecretId("c0"))->delete_intended = true;
  EXPECT_EQ(line_of(intent.plan()), "- c0 interrupted");
}

TEST(Retire, ABegunDeletionIsWithdrawnWhenTheCurrentSecretIsGoneOrDead) {
  PlanWorld gone = overlap_world();
  gone.record->find(SecretId("c0"))->delete_intended = true;
  gone.unlist("c1");
  EXPECT_EQ(line_of(gone.plan()), "+/- c0 gone_from_atlas");
  EXPECT_FALSE(gone.plan().record->find(SecretId("c0"))->delete_intended);
  PlanWorld dead = overlap_world();
  dead.record->find(SecretId("c0"))->delete_intended = true;
  expire(dead, "c1", Seconds(-60));
  EXPECT_EQ(line_of(dead.plan()), "- c1 overlap_over; +/- c1 expired frees c1");
}

TEST(Retire, ASlotIsFreedByAnExpiredSecretFirst) {
  PlanWorld world = due_in_overlap();
  expire(world, "c0", Seconds(-60));
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over; +/- c1 rotation_id_changed frees c0");
}

TEST(Retire, ASlotIsFreedByAnOrphan) {
  PlanWorld world;
  world.desired->rotation_id = "2";
  world.own("o1", Role::orphan, span("1h"), span("80d"));
  EXPECT_EQ(line_of(world.plan()), "- o1 interrupted; +/- c1 rotation_id_changed frees o1");
}

TEST(Retire, ASlotIsFreedByADeletionThatWasBegun) {
  PlanWorld world = due_in_overlap();
  world.record->find(SecretId("c0"))->delete_intended = true;
  EXPECT_EQ(line_of(world.plan()), "- c0 interrupted; +/- c1 rotation_id_changed frees c0");
}

TEST(Retire, ASlotIsFreedByAPreviousSecretPastItsOverlapThoughItWasUsed) {
  PlanWorld world = due_in_overlap();
  world.record->switched_at = kNow - span("2d");
  world.listed("c0").last_used_at = kNow - span("1h");
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over; +/- c1 rotation_id_changed frees c0");
}

TEST(Retire, APreviousSecretWithinItsOverlapGivesItsSlotOnlyNearTheDeadlineAndUnused) {
  PlanWorld world = due_in_overlap();
  EXPECT_EQ(line_of(world.plan()), "blocked");
  expire(world, "c1", span("1h"));
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over; +/- c1 rotation_id_changed frees c0");
  world.listed("c0").last_used_at = kNow - span("1h");
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(Retire, APreviousSecretThatASinkHoldsNeverGivesItsSlotWhileItLives) {
  PlanWorld world = due_in_overlap();
  world.record->switched_at = kNow - span("2d");
  world.record->deliveries[0].secret_id = SecretId("c0");
  EXPECT_EQ(line_of(world.plan()).find("- c0"), std::string::npos);
  EXPECT_TRUE(world.plan().blocked);
}

TEST(Retire, OurOwnExpiredSecretGivesItsSlotLast) {
  PlanWorld world;
  expire(world, "c1", Seconds(-60));
  world.list("f1", span("5d"), span("3d"));
  EXPECT_EQ(line_of(world.plan()), "- c1 overlap_over; +/- c1 expired frees c1");
}

// A lifetime that was shortened leaves a previous secret that outlives the current one.
TEST(Retire, APreviousSecretThatLivesIsNotDeletedWhileTheCurrentOneIsDead) {
  PlanWorld world = overlap_world();
  world.record->switched_at = kNow - span("2d");
  expire(world, "c1", Seconds(-60));
  EXPECT_EQ(line_of(world.plan()), "- c1 overlap_over; +/- c1 expired frees c1");
}

TEST(Retire, AnOverlapOfZeroDeletesTheOldSecretInTheSameRun) {
  PlanWorld world;
  world.desired->overlap = span("0s");
  world.desired->rotation_id = "2";
  EXPECT_EQ(line_of(world.plan()), "+/- c1 rotation_id_changed; - c1 overlap_over");
}

TEST(Retire, NothingForeignIsEverDeleted) {
  PlanWorld world;
  world.desired->rotation_id = "2";
  world.list("f1", span("400d"), span("0s"));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("f1), not made by keytide, expired"));
}

// The file came back with an old content, from a backup say.
TEST(Retire, APreviousSecretThatASinkWasSeenToHoldIsNotTakenAway) {
  PlanWorld world = overlap_world();
  world.record->switched_at = kNow - span("2d");
  world.view("a", "c0");
  EXPECT_EQ(line_of(world.plan()), "blocked");
  world.forget_view("a");
  world.view("a", "c1");
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over");
}

// Found by the simulation, seed 85: the process died between the intent and the delete.
TEST(Retire, ABegunDeletionIsTakenBackWhenASinkCameBackWithThatSecret) {
  PlanWorld world = overlap_world();
  world.record->switched_at = kNow - span("2d");
  world.record->find(SecretId("c0"))->delete_intended = true;
  EXPECT_EQ(line_of(world.plan()), "- c0 interrupted");
  world.forget_view("a");
  world.view("a", "c0");
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(Retire, AForeignSecretIsReclaimedForItsSlotOnlyWhereThatIsAllowed) {
  PlanWorld world;
  world.desired->rotation_id = "2";
  world.list("f1", span("90d"), span("3d")).last_used_at = kNow - span("40d");
  EXPECT_EQ(line_of(world.plan()), "blocked");
  world.input.safety.reclaim_unused_for = span("30d");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "- f1 overlap_over; +/- c1 rotation_id_changed frees f1");
  EXPECT_THAT(why_first(plan), HasSubstr("reclaim_foreign allows it"));
  world.listed("f1").last_used_at = kNow - span("29d");
  EXPECT_EQ(line_of(world.plan()), "blocked");
  world.listed("f1").expires_at = kNow - span("1s");
  EXPECT_EQ(line_of(world.plan()), "- f1 overlap_over; +/- c1 rotation_id_changed frees f1");
}

TEST(Retire, NothingMakesRoomForACreateThatWaitsForConsent) {
  PlanWorld world;
  world.input.limits.slots = 3;
  world.desired->rotation_id = "2";
  world.own("c0", Role::previous, span("80d"), span("5d"));
  world.record->switched_at = kNow - span("2h");
  world.record->secrets[0].expires_at = kNow - span("1h");
  world.listed("c1").expires_at = kNow - span("1h");
  world.list("f1", span("5d"), span("80d"));
  const AccountPlan plan = world.plan();
  EXPECT_FALSE(cuts_are_approved(plan));
  EXPECT_EQ(plan.changes.front().action, Action::renew);
}

}  // namespace
}  // namespace keytide::test
