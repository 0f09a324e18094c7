#include "core/plan/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

TEST(Chain, IsFinishedFromASinkThatHoldsTheNewValue) {
  PlanWorld world;
  world.add_second_sink();
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::begun);
  world.view("a", "n1");
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "> n1 interrupted");
  EXPECT_EQ(why_first(plan), "a renewal was interrupted: the value is still in a");
}

TEST(Chain, IsFinishedWithoutAValueWhenEverySinkHasIt) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::delivered);
  world.unreadable("a");
  EXPECT_EQ(line_of(world.plan()), "> n1 interrupted");
}

TEST(Chain, IsGivenUpWhenNoSinkHasTheValue) {
  for (const AttemptPhase phase : {AttemptPhase::created, AttemptPhase::verified}) {
    PlanWorld world;
    world.open(phase);
    const AccountPlan plan = world.plan();
    EXPECT_EQ(line_of(plan), "- n1 interrupted; +/- c1 interrupted frees n1") << name_of(phase);
  }
}

TEST(Chain, IsGivenUpWhenABegunSinkStillHoldsTheOldValue) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::begun);
  EXPECT_EQ(line_of(world.plan()), "- n1 interrupted; +/- c1 interrupted frees n1");
}

// As in a renewal that nobody interrupted: the next apply has nothing left to do.
TEST(Chain, WhoseOldSecretHasExpiredDeletesItToo) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.record->find(SecretId("c1"))->expires_at = kNow - span("1d");
  world.listed("c1").expires_at = kNow - span("1d");
  world.begin("a", DeliveryStatus::delivered);
  world.view("a", "n1");
  EXPECT_EQ(line_of(world.plan()), "> n1 interrupted; - c1 overlap_over");
  world.begin("a", DeliveryStatus::begun);
  world.view("a", "c1");
  EXPECT_EQ(line_of(world.plan()),
            "- n1 interrupted; +/- c1 interrupted frees n1; - c1 overlap_over");
}

TEST(Chain, IsUndecidedWhileABegunSinkCannotBeRead) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::begun);
  world.unreadable("a");
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_EQ(why_blocked(plan), "half delivered: a may hold the new secret and can't be read");
  EXPECT_EQ(way_out_of(plan),
            "make that sink readable, then apply again; or say who has it: `keytide orphan delete "
            "billing` if nobody, `keytide orphan adopt billing` if somebody");
}

// Whoever reads the old path may hold the new secret: it is not taken away from them.
TEST(Chain, IsUndecidedWhenABegunSinkWasEditedOutOfTheManifest) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::begun);
  world.record->deliveries.front().target_digest = "of the path before the edit";
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_EQ(why_blocked(plan),
            "half delivered: a was given the new secret at a path or in a format that the "
            "manifest does not name any more");
  EXPECT_THAT(way_out_of(plan),
              HasSubstr("put it back into the manifest, apply, then edit it again"));
}

// Whoever may hold the new secret is then the only one who is still served.
TEST(Chain, IsPromotedWhenItIsHalfDeliveredAndTheOldSecretIsDead) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::begun);
  world.unreadable("a");
  world.record->find(SecretId("c1"))->expires_at = kNow - span("1s");
  world.listed("c1").expires_at = kNow - span("1s");
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "> n1 half_delivered");
  EXPECT_THAT(why_first(plan), HasSubstr("the old secret is dead"));
}

TEST(Chain, IsFinishedFromTheEscrowWhenNoSinkHasTheValue) {
  PlanWorld world;
  world.add_second_sink();
  world.open(AttemptPhase::created);
  world.record->escrow = Escrowed{SecretId("n1"), "s1:0123456789abcdef:abcd"};
  world.input.escrow_key = "0123456789abcdef";
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "> n1 interrupted");
  EXPECT_EQ(why_first(plan), "a renewal was interrupted: its value is in escrow");
  world.input.escrow_key = "fedcba9876543210";  // another key: the value is lost
  EXPECT_EQ(line_of(world.plan()), "- n1 interrupted; +/- c1 interrupted frees n1");
}

TEST(Chain, StartsAnewWhenTheNewSecretVanished) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.unlist("n1");
  EXPECT_EQ(line_of(world.plan()), "+/- c1 interrupted");
}

TEST(Chain, AnExpiredNewSecretIsDeletedBeforeItIsMadeAgain) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.record->find(SecretId("n1"))->expires_at = kNow - span("1h");
  world.listed("n1").expires_at = kNow - span("1h");
  EXPECT_EQ(line_of(world.plan()), "- n1 interrupted; +/- c1 interrupted frees n1");
}

TEST(Chain, AForeignSecretThatAppearedAfterTheInterruptedCreateNeedsConsentAnew) {
  PlanWorld world;
  world.input.limits.slots = 3;
  world.open(AttemptPhase::created);
  world.list("f1", span("10m"), span("90d"));
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "- n1 interrupted; +/- c1 interrupted frees n1");
  EXPECT_FALSE(cuts_are_approved(plan));
}

TEST(Chain, AForeignSecretThatTheInterruptedCreateCutAlreadyNeedsNoConsent) {
  PlanWorld world;
  world.input.limits.slots = 3;
  world.open(AttemptPhase::created);
  world.record->attempt->ids_before.push_back(SecretId("f1"));
  world.list("f1", span("40d"), span("90d"));
  EXPECT_TRUE(cuts_are_approved(world.plan()));
}

TEST(Chain, IsNotRestartedIntoASlotThatSomebodyTook) {
  PlanWorld world;
  world.open(AttemptPhase::verified);
  world.unlist("n1");
  world.list("f1", span("10m"), span("3d"));
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("all 2 slots of the account are taken"));
}

TEST(Chain, DeadAttemptsOfACrashHaveTwiceTheLimitOfTheLoopGuard) {
  PlanWorld world;
  world.open(AttemptPhase::created);
  for (int i = 0; i < 4; ++i) {
    world.record->ended.push_back({i, AttemptEnd::Outcome::died, kNow - span("1h")});
  }
  EXPECT_EQ(line_of(world.plan()), "- n1 interrupted; +/- c1 interrupted frees n1");
  world.record->ended.push_back({5, AttemptEnd::Outcome::died, kNow - span("1h")});
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "- n1 interrupted; blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("loop guard"));
}

TEST(Chain, UnderClocksThatDisagreeIsNotRestartedBesideTheSecretThatMayNotBeDeleted) {
  PlanWorld world;
  world.open(AttemptPhase::created);
  world.record->find(SecretId("c1"))->expires_at = kNow + span("30m");
  world.listed("c1").expires_at = kNow + span("30m");
  world.input.host_now = kNow + span("10m");
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(Chain, RetiresNothingWhileItIsOpen) {
  PlanWorld world;
  world.input.limits.slots = 3;
  world.own("c0", Role::previous, span("80d"), span("3d"));
  world.open(AttemptPhase::verified);
  world.begin("a", DeliveryStatus::delivered);
  world.view("a", "n1");
  EXPECT_EQ(line_of(world.plan()), "> n1 interrupted");
}

}  // namespace
}  // namespace keytide::test
