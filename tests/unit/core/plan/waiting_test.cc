#include "core/plan/waiting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plan/digest.h"
#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using ::testing::HasSubstr;

// Due since long, its last tries failed, the last one two minutes ago; and nobody is watching.
struct Waits : PlanWorld {
  explicit Waits(int failures) {
    record->secrets[0].expires_at = kNow + span("20d");
    listed("c1").expires_at = kNow + span("20d");
    record->failures =
        Failures{failures, kNow - span("2m"), "sink a: no space", spec_digest(&*desired)};
    input.options.unattended = true;
  }
  void leave(Seconds left) {
    record->secrets[0].expires_at = kNow + left;
    listed("c1").expires_at = kNow + left;
  }
};

TEST(Waiting, LeavesAnEntryAloneAndSaysUntilWhen) {
  const AccountPlan plan = Waits(3).plan();
  EXPECT_EQ(line_of(plan), "");
  ASSERT_TRUE(plan.waiting);
  EXPECT_TRUE(plan.waiting->holds);
  EXPECT_EQ(plan.waiting->next_try, kNow + span("3m"));
  EXPECT_THAT(notes_of(plan),
              HasSubstr("waiting: next try in 3m after 3 failures: sink a: no space"));
}

TEST(Waiting, IsNotCountedAsBlockedNorAsUnchanged) {
  const Plan plan = make_plan(Waits(3).gathered());
  EXPECT_EQ(plan.counts().blocked, 0);
  EXPECT_EQ(plan.counts().add, 0);
  EXPECT_EQ(plan.unchanged, 0);
  EXPECT_EQ(plan.accounts.size(), 1U);
}

TEST(Waiting, TriesWhenThePauseIsOver) {
  Waits world(2);
  EXPECT_EQ(line_of(world.plan()), "+/- c1 renewing");
  EXPECT_FALSE(world.plan().waiting->holds);
}

TEST(Waiting, APersonWhoAppliesIsNotKeptWaiting) {
  Waits world(3);
  world.input.options.unattended = false;
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+/- c1 renewing");
  EXPECT_THAT(notes_of(plan), HasSubstr("3 failures, the last 2m ago: sink a: no space; an apply "
                                        "tries again at once"));
}

TEST(Waiting, AnEditedEntryIsTriedAtOnce) {
  Waits world(3);
  world.desired->deliver = {file_sink("a", "/run/elsewhere")};
  world.forget_view("a");
  const AccountPlan plan = world.plan();
  EXPECT_FALSE(plan.waiting);
  EXPECT_FALSE(plan.changes.empty());
}

TEST(Waiting, ARequestIsTriedAtOnce) {
  Waits world(3);
  world.input.options.replace = {Address("billing")};
  EXPECT_EQ(line_of(world.plan()), "+/- c1 replace_requested");
  Waits again(3);
  again.desired->rotation_id = "2026-11";
  EXPECT_EQ(line_of(again.plan()), "+/- c1 rotation_id_changed");
}

TEST(Waiting, IsAMinuteWhenTheDeadlineIsNear) {
  Waits world(7);
  world.leave(span("9h"));
  EXPECT_EQ(world.plan().waiting->next_try, kNow + span("36m"));
  world.leave(span("8h"));
  EXPECT_EQ(line_of(world.plan()), "+/- c1 renewing");
  world.record->failures->last_at = kNow - Seconds(30);
  EXPECT_EQ(line_of(world.plan()), "");
  EXPECT_EQ(world.plan().waiting->next_try, kNow + Seconds(30));
}

TEST(Waiting, IsAMinuteForAnEntryThatLostItsLastSecret) {
  Waits world(7);
  world.unlist("c1");
  EXPECT_EQ(line_of(world.plan()), "+ gone_from_atlas");
}

TEST(Waiting, HoldsTheDeletesOfItsAccountToo) {
  Waits world(3);
  world.leave(span("80d"));
  world.own("c0", Role::previous, span("90d"), span("2d"));
  EXPECT_EQ(line_of(world.plan()), "");
  world.input.now = kNow + span("3m");
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over");
}

TEST(Waiting, AnUnknownCreateIsDecidedAboutAllTheSame) {
  Waits world(6);
  world.open(AttemptPhase::unknown);
  world.record->attempt->atlas_time = kNow - span("3h");
  world.leave(span("20d"));
  EXPECT_EQ(line_of(world.plan()), "> settled");
}

TEST(Waiting, FailuresAreForgottenWhenSomebodyElseRepairedIt) {
  Waits world(3);
  world.leave(span("80d"));
  const AccountPlan plan = world.plan();
  EXPECT_FALSE(plan.waiting);
  EXPECT_FALSE(plan.record->failures);
  EXPECT_TRUE(plan.settings_changed);
}

TEST(Waiting, AnEmergencyLiftsNeitherTheLoopGuardNorTheSlotRules) {
  Waits world(3);
  world.leave(span("1h"));
  for (int i = 1; i <= 3; ++i) {
    world.record->ended.push_back({i, AttemptEnd::Outcome::aborted, kNow - span("1h")});
  }
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("loop guard"));
  Waits full(3);
  full.leave(span("1h"));
  full.list("f1", span("20d"), span("40d"));
  EXPECT_THAT(why_blocked(full.plan()), HasSubstr("all 2 slots of the account are taken"));
}

}  // namespace
}  // namespace keytide::test
