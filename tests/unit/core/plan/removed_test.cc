#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

PlanWorld forgotten_world() {
  PlanWorld world;
  world.desired.reset();
  world.record->managed = false;
  world.record->removed_at = kNow - span("2h");
  return world;
}

TEST(Removed, IsForgottenAndItsSecretStays) {
  PlanWorld world;
  world.desired.reset();
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), ". removed");
  EXPECT_THAT(why_first(plan), HasSubstr("stay in Atlas until they expire"));
}

TEST(Removed, StaysKnownUntilItsSecretsExpireAndIsDroppedThen) {
  PlanWorld world = forgotten_world();
  EXPECT_EQ(line_of(world.plan()), "");
  world.record->secrets[0].expires_at = kNow;
  world.unlist("c1");
  EXPECT_EQ(line_of(world.plan()), "dropped");
}

TEST(Removed, LeavesNoExpiredSecretInASlotForTheDayOnWhichItComesBack) {
  PlanWorld world = forgotten_world();
  world.record->secrets[0].expires_at = kNow;
  world.listed("c1").expires_at = kNow;
  EXPECT_EQ(line_of(world.plan()), "- c1 overlap_over");
  world.record->secrets.clear();
  world.unlist("c1");
  EXPECT_EQ(line_of(world.plan()), "dropped");
}

TEST(Removed, IsNotDroppedByAClockThatMayBeWrong) {
  PlanWorld world = forgotten_world();
  world.listed("c1").expires_at = kNow;
  world.input.host_now = kNow - span("10m");
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Removed, IsRetiredAfterTheOverlapWhenTheEntrySaidSo) {
  PlanWorld world;
  world.desired.reset();
  world.record->on_remove = OnRemove::retire;
  EXPECT_THAT(why_first(world.plan()), HasSubstr("are deleted in 1d"));
  world = forgotten_world();
  world.record->on_remove = OnRemove::retire;
  EXPECT_EQ(line_of(world.plan()), "");
  world.record->removed_at = kNow - span("24h");
  EXPECT_EQ(line_of(world.plan()), "- c1 removed");
}

TEST(Removed, IsManagedAgainWhenAManifestNamesItAgain) {
  PlanWorld world = forgotten_world();
  world.desired = billing_entry();
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ moved");
  EXPECT_EQ(why_first(plan), "managed again");
}

TEST(Removed, DeletesTheNewSecretThatNoSinkEverGot) {
  PlanWorld world;
  world.open(AttemptPhase::created);
  world.desired.reset();
  EXPECT_EQ(line_of(world.plan()), "- n1 interrupted; . removed");
}

TEST(Removed, LeavesANewSecretThatASinkMayHoldAlready) {
  PlanWorld world;
  world.add_second_sink();
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::delivered);
  world.desired.reset();
  EXPECT_EQ(line_of(world.plan()), ". removed");
}

TEST(Removed, StillDeletesAnOrphan) {
  PlanWorld world = forgotten_world();
  world.own("o1", Role::orphan, span("1h"), span("80d"));
  EXPECT_EQ(line_of(world.plan()), "- o1 interrupted");
}

TEST(Removed, IsNotDroppedWhileACreateOfUnknownOutcomeMayHaveLeftASecret) {
  PlanWorld world = forgotten_world();
  world.open(AttemptPhase::unknown);
  world.record->attempt->atlas_time = kNow - span("10m");
  world.record->secrets.clear();
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_THAT(notes_of(plan), HasSubstr("the outcome of the create begun at"));
}

TEST(Removed, IsKeptForAsLongAsATagOfItIsLookedFor) {
  PlanWorld world = forgotten_world();
  world.record->secrets.clear();
  world.observed.secrets.clear();
  world.record->open_tags = {{2, AttemptPhase::unknown, kNow - span("29d"), 2100, {}, "", true}};
  EXPECT_EQ(line_of(world.plan()), "");
  world.list("n1", span("2h"), span("2098h"));
  EXPECT_EQ(line_of(world.plan()), "- n1 interrupted");
  world.unlist("n1");
  world.record->open_tags[0].atlas_time = kNow - span("31d");
  EXPECT_EQ(line_of(world.plan()), "dropped");
}

TEST(Removed, IsDroppedWhenItsServiceAccountIsGone) {
  PlanWorld world = forgotten_world();
  world.record->on_remove = OnRemove::retire;
  world.input.scopes = {{kKey.scope, kNow, {}, {}, {}}};
  EXPECT_EQ(line_of(world.plan()), "dropped");
}

TEST(Moved, KeepsTheSecretAndSaysFromWhere) {
  PlanWorld world;
  world.desired->address = Address("invoices");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ moved");
  EXPECT_EQ(why_first(plan), "moved from billing");
  EXPECT_EQ(plan.changes[0].moved_from, Address("billing"));
}

TEST(Moved, ASuspendedEntryIsNotRewrittenAtEveryApply) {
  PlanWorld world;
  world.desired->address = Address("invoices");
  world.desired->owner = "team";
  world.desired->suspend = true;
  EXPECT_FALSE(world.plan().settings_changed);
}

}  // namespace
}  // namespace keytide::test
