#include "core/plan/guards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

PlanWorld due_world() {
  PlanWorld world;
  world.desired->rotation_id = "2";
  return world;
}

void end_attempts(PlanWorld& world, int count, AttemptEnd::Outcome outcome, Seconds ago) {
  for (int i = 0; i < count; ++i) world.record->ended.push_back({i, outcome, kNow - ago});
}

TEST(Guards, AForeignSecretWithMoreThanAWeekLeftIsCutOnlyWithConsent) {
  PlanWorld world = due_world();
  world.list("f1", span("5d"), span("30d")).last_used_at = kNow - span("1h");
  // The foreign secret has the second slot, so the entry must be new to Atlas: one slot is free.
  world.unlist("c1");
  world.record.reset();
  world.views.clear();
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "+ missing");
  ASSERT_EQ(plan.changes[0].cuts.size(), 1U);
  EXPECT_EQ(plan.changes[0].cuts[0].id.str(), "f1");
  EXPECT_EQ(plan.changes[0].cuts[0].expires_at, kNow + span("30d"));
  EXPECT_EQ(plan.changes[0].cuts[0].last_used_at, kNow - span("1h"));
  EXPECT_FALSE(cuts_are_approved(plan));

  PlanWorld by_entry = world;
  by_entry.desired->foreign = ForeignPolicy::cut;
  EXPECT_TRUE(cuts_are_approved(by_entry.plan()));
  PlanWorld by_flag = world;
  by_flag.input.approvals.foreign_cut = true;
  EXPECT_TRUE(cuts_are_approved(by_flag.plan()));
  PlanWorld by_plan = world;
  by_plan.input.approvals.cuts = {SecretId("f1")};
  EXPECT_TRUE(cuts_are_approved(by_plan.plan()));
  by_plan.input.approvals.cuts = {SecretId("f2")};
  EXPECT_FALSE(cuts_are_approved(by_plan.plan()));
}

TEST(Guards, AForeignSecretWithAWeekOrLessLeftLosesNothing) {
  PlanWorld world;
  world.unlist("c1");
  world.record.reset();
  world.views.clear();
  world.list("f1", span("5d"), span("7d"));
  const AccountPlan plan = world.plan();
  EXPECT_TRUE(plan.changes[0].cuts.empty());
  EXPECT_TRUE(cuts_are_approved(plan));
}

TEST(Guards, TheWrongAccountNameBlocksTheCreate) {
  PlanWorld world = due_world();
  world.desired->account_name = "invoices";
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("account_name is \"invoices\""));
  EXPECT_THAT(way_out_of(plan), HasSubstr("client_id or account_name"));
}

TEST(Guards, ALifetimeOverTheCapBlocksTheCreateAndNamesTheSetting) {
  PlanWorld world = due_world();
  world.input.scopes = {{kKey.scope, kNow, {world.observed}, {}, 720}};
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("lifetime 90d is over"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("maxServiceAccountSecretValidityInHours"));
  world.input.scopes[0].max_validity_hours = 2160;
  EXPECT_EQ(line_of(world.plan()), "+/- c1 rotation_id_changed");
}

TEST(Guards, TwoTakenSlotsOfWhichNoneMayGoBlockTheCreate) {
  PlanWorld world = due_world();
  world.list("f1", span("5d"), span("3d"));
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("all 2 slots"));
  EXPECT_THAT(why_blocked(plan), HasSubstr("f1"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("delete a secret that nobody uses"));
}

TEST(Guards, ThreeFailedCreatesTripTheLoopGuardAndOtherEndsDoNot) {
  PlanWorld world = due_world();
  end_attempts(world, 2, AttemptEnd::Outcome::aborted, span("1h"));
  end_attempts(world, 5, AttemptEnd::Outcome::rejected, span("1h"));
  end_attempts(world, 5, AttemptEnd::Outcome::not_sent, span("1h"));
  end_attempts(world, 3, AttemptEnd::Outcome::aborted, span("24h"));
  EXPECT_EQ(line_of(world.plan()), "+/- c1 rotation_id_changed");
  end_attempts(world, 1, AttemptEnd::Outcome::aborted, span("23h"));
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("loop guard"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("safety.max_creates"));
  world.input.safety.max_creates = 4;
  EXPECT_EQ(line_of(world.plan()), "+/- c1 rotation_id_changed");
}

TEST(Guards, TheLoopGuardOfAShortLifeLooksBackAThirdOfIt) {
  PlanWorld world = due_world();
  world.desired->lifetime = span("9h");
  end_attempts(world, 3, AttemptEnd::Outcome::aborted, span("3h"));
  EXPECT_EQ(line_of(world.plan()), "+/- c1 rotation_id_changed");
  end_attempts(world, 3, AttemptEnd::Outcome::aborted, span("2h"));
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(Guards, ABlockedEntryStillHealsASinkFromAnother) {
  PlanWorld world = due_world();
  world.add_second_sink();
  world.view("b", "");
  world.list("f1", span("5d"), span("3d"));
  EXPECT_EQ(line_of(world.plan()), "~ sink_changed deliver:b; blocked");
}

TEST(Guards, AnEntryThatWaitsForConsentStillHealsASinkFromAnother) {
  PlanWorld world = due_world();
  world.input.limits.slots = 3;
  world.add_second_sink();
  world.view("b", "");
  world.list("f1", span("5d"), span("30d"));
  EXPECT_EQ(line_of(world.plan()), "~ sink_changed deliver:b; +/- c1 rotation_id_changed");
}

TEST(Guards, AnUnknownCreateBlocksTheAccountAndNamesWhatAppeared) {
  for (const AttemptPhase phase : {AttemptPhase::posting, AttemptPhase::unknown}) {
    PlanWorld world = due_world();
    world.open(phase);
    world.record->attempt->atlas_time = kNow - span("10m");
    AccountPlan plan = world.plan();
    ASSERT_EQ(line_of(plan), "blocked") << name_of(phase);
    EXPECT_THAT(why_blocked(plan), HasSubstr("is unknown: Atlas lists no new secret so far"));
    world.list("x9", span("1h"), span("80d"));
    plan = world.plan();
    ASSERT_EQ(line_of(plan), "blocked");
    EXPECT_THAT(why_blocked(plan), HasSubstr("it may have made mdb_sa_sk_...x9 (x9)"));
    EXPECT_THAT(way_out_of(plan), HasSubstr("an apply after 20"));
  }
}

TEST(Guards, AnUnreadableScopeAndAnUnlistedAccountBlockWithTheReason) {
  PlanWorld world;
  world.input.scopes = {{kKey.scope, kNow, {}, Error{ErrorKind::denied, "not signed in", {}}, {}}};
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("can't be read: not signed in"));
  world.input.scopes[0].error.reset();
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("Atlas lists no service account"));
}

TEST(Guards, ASuspendedEntryIsLeftAloneAndSaysSo) {
  PlanWorld world = due_world();
  world.desired->suspend = true;
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_THAT(notes_of(plan), HasSubstr("suspended"));
}

TEST(Guards, ASuspendedEntryStillReportsAnOpenAttempt) {
  PlanWorld world;
  world.desired->suspend = true;
  world.open(AttemptPhase::unknown);
  EXPECT_THAT(notes_of(world.plan()), HasSubstr("the outcome of the create begun at"));
}

TEST(Guards, AnEntrySuspendedInTheMiddleOfARenewalIsBlockedAndSaysWhenItsSecretEnds) {
  PlanWorld world;
  world.desired->suspend = true;
  world.open(AttemptPhase::verified);
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("suspended in the middle of a renewal: the old secret "
                                           "ends at 20"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("take `suspend: true` out of the manifest"));
}

TEST(ClockGuard, HoldsBackDeletesAndCreatesThatCanWait) {
  PlanWorld world = due_world();
  world.own("c0", Role::previous, span("80d"), span("2d"));
  world.input.host_now = kNow + span("10m");
  const AccountPlan plan = world.plan();
  ASSERT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan), HasSubstr("10m apart, more than 5m"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("-allow-clock-skew or safety.max_clock_skew"));
  world.input.approvals.clock_skew = true;
  EXPECT_FALSE(world.plan().blocked);
}

TEST(ClockGuard, LetsARenewalThroughWhoseDeadlineIsNearOnBothClocks) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow + span("1h");
  world.listed("c1").expires_at = kNow + span("1h");
  world.input.host_now = kNow + span("10m");
  EXPECT_EQ(line_of(world.plan()), "+/- c1 renewing");
  world.input.host_now = kNow - span("10d");
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(ClockGuard, NeverKeepsACreateWhoseSlotItDoesNotLetBeFreed) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow + span("1h");
  world.listed("c1").expires_at = kNow + span("1h");
  world.own("c0", Role::previous, span("80d"), span("30m"));
  world.input.host_now = kNow + span("10m");
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

}  // namespace
}  // namespace keytide::test
