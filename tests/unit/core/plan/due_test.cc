#include "core/plan/due.h"

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

TEST(Due, NothingWhileTheSecretIsYoungAndEverySinkHoldsIt) {
  const AccountPlan plan = PlanWorld().plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_EQ(notes_of(plan), "");
  EXPECT_FALSE(plan.settings_changed);
}

TEST(Due, MakesTheFirstSecretOfAnEntryThatWasNeverSeen) {
  PlanWorld world;
  world.record.reset();
  world.unlist("c1");
  world.views.clear();
  EXPECT_EQ(line_of(world.plan()), "+ missing");
}

TEST(Due, RenewsWhenLessThanRenewBeforeIsLeftAndSaysBoth) {
  PlanWorld world;
  world.desired->renew_before = span("14d");
  world.record->secrets[0].expires_at = kNow + span("13d");
  world.listed("c1").expires_at = kNow + span("13d");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+/- c1 renewing");
  EXPECT_EQ(why_first(plan), "expires in 13d, renew_before 14d");
}

TEST(Due, TellsTheDefaultOfRenewBeforeRoundedDown) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow + span("13d");
  world.listed("c1").expires_at = kNow + span("13d");
  world.record->secrets[0].asked_hours = 2158;
  EXPECT_EQ(why_first(world.plan()), "expires in 13d, renew_before 29d");
}

TEST(Due, WaitsUntilTheVerySecondOfRenewAt) {
  PlanWorld world;
  const Instant due = world.plan().renew_at.value();
  world.input.now = world.input.host_now = due - Seconds(1);
  EXPECT_EQ(line_of(world.plan()), "");
  world.input.now = world.input.host_now = due;
  EXPECT_EQ(line_of(world.plan()), "+/- c1 renewing");
}

TEST(Due, ASecretDeletedBySomebodyIsMadeAgain) {
  PlanWorld world;
  world.unlist("c1");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+ gone_from_atlas");
  ASSERT_EQ(plan.drift.size(), 1U);
  EXPECT_EQ(plan.drift[0], "mdb_sa_sk_...c1 (current) was deleted in Atlas");
}

TEST(Due, APreviousSecretThatLivesServesAgainWhenTheCurrentOneIsGone) {
  PlanWorld world;
  world.own("c0", Role::previous, span("80d"), span("6d"));
  world.unlist("c1");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+/- c0 gone_from_atlas");
  EXPECT_EQ(plan.record->with_role(Role::current)->id.str(), "c0");
}

TEST(Due, TheLossOfTheCurrentSecretIsStillDueOnceItWasRecorded) {
  PlanWorld world;
  world.own("c0", Role::previous, span("80d"), span("6d"));
  world.unlist("c1");
  world.record = world.plan().record;
  EXPECT_EQ(line_of(world.plan()), "+/- c0 sink_lost");
}

TEST(Due, AnEntryWhoseOnlySecretIsGoneIsNotToldThatItNeverHadOne) {
  PlanWorld world;
  world.unlist("c1");
  world.record = world.plan().record;
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+ missing");
  EXPECT_EQ(why_first(plan), "it has no secret in Atlas any more");
}

TEST(Due, AnExpiredSecretIsReplacedAndDeletedInTheSameRun) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow - span("2d");
  world.listed("c1").expires_at = kNow - span("2d");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+/- c1 expired; - c1 overlap_over");
  EXPECT_EQ(why_first(plan), "expired 2d ago");
}

TEST(Due, RenewsWhenAskedToAndWhenTheRotationIdChanges) {
  PlanWorld asked;
  asked.input.options.replace = {Address("billing")};
  EXPECT_EQ(line_of(asked.plan()), "+/- c1 replace_requested");
  PlanWorld edited;
  edited.desired->rotation_id = "2026-11";
  const AccountPlan plan = edited.plan();
  EXPECT_EQ(line_of(plan), "+/- c1 rotation_id_changed");
  EXPECT_EQ(why_first(plan), "rotation_id \"\" -> \"2026-11\"");
}

TEST(Due, AShorterLifetimeRenewsOnlyWhereWhatIsLeftExceedsIt) {
  PlanWorld world;
  world.desired->lifetime = span("79d");
  EXPECT_EQ(line_of(world.plan()), "+/- c1 lifetime_shortened");
  world.desired->lifetime = span("80d");
  EXPECT_EQ(line_of(world.plan()), "");
  world.desired->lifetime = span("365d");
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Due, ASecretMadeThisSecondIsNotTooLongForItsOwnLifetime) {
  PlanWorld world;
  world.desired->lifetime = world.record->lifetime = span("8h");
  world.record->overlap = span("2h");
  world.record->secrets[0].asked_hours = 8;
  // Both clocks tell whole seconds: Atlas's may be one behind the 201's createdAt.
  world.record->secrets[0].expires_at = kNow + span("8h") + Seconds(1);
  world.listed("c1").expires_at = kNow + span("8h") + Seconds(1);
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Due, ANewSinkWithoutACopyToTakeNeedsANewSecret) {
  PlanWorld world;
  world.unreadable("a");
  world.desired->deliver.push_back(file_sink("b", "/run/b"));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+/- c1 new_sink");
  EXPECT_EQ(why_first(plan), "new sink needs the value: b: new sink");
}

TEST(Due, ALostSinkWithoutACopyToTakeNeedsANewSecretAndASecondLook) {
  PlanWorld world;
  world.view("a", "");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "+/- c1 sink_lost");
  EXPECT_EQ(why_first(plan), "sink lost: a: it is gone");
  EXPECT_EQ(plan.changes[0].lost, std::vector<SinkName>{SinkName("a")});
}

// Everything at once; one reason after the other is taken away.
TEST(Due, TheFirstReasonThatHoldsIsTheOnePeopleRead) {
  PlanWorld world;
  world.desired->lifetime = span("8d");
  world.desired->rotation_id = "2";
  world.input.options.replace = {Address("billing")};
  world.add_second_sink();
  world.desired->deliver[1] = file_sink("b", "/run/other");
  world.forget_view("b");
  world.view("a", "");
  world.own("c0", Role::previous, span("80d"), span("75d"));
  const auto reason = [&] { return last_reason(world.plan()); };
  PlanWorld gone = world;
  gone.unlist("c1");
  EXPECT_EQ(last_reason(gone.plan()), Reason::gone_from_atlas);
  EXPECT_EQ(reason(), Reason::replace_requested);
  world.input.options.replace.clear();
  EXPECT_EQ(reason(), Reason::rotation_id_changed);
  world.desired->rotation_id = "";
  EXPECT_EQ(reason(), Reason::lifetime_shortened);
  world.desired->lifetime = span("90d");
  EXPECT_EQ(reason(), Reason::new_sink);
  world.desired->deliver.pop_back();
  EXPECT_EQ(reason(), Reason::sink_lost);
  world.record->secrets[0].expires_at = kNow + span("20d");
  world.listed("c1").expires_at = kNow + span("20d");
  EXPECT_EQ(reason(), Reason::sink_lost);
  world.view("a", "c1");
  EXPECT_EQ(reason(), Reason::renewing);
}

}  // namespace
}  // namespace keytide::test
