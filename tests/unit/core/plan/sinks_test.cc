#include "core/plan/sinks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

TEST(Sinks, ANewOneIsFilledFromOneThatHoldsTheValue) {
  PlanWorld world;
  world.desired->deliver.push_back(file_sink("b", "/run/b"));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ sink_changed deliver:b");
  EXPECT_EQ(why_first(plan), "b: new sink");
}

TEST(Sinks, ANewPathAndANewFormatAreFilledFromAnother) {
  PlanWorld world;
  world.add_second_sink();
  world.forget_view("b");
  world.desired->deliver[1] = file_sink("b", "/run/other");
  world.view("b", "");
  EXPECT_EQ(why_first(world.plan()), "b: new path or format");
  world.desired->deliver[1] = file_sink("b", "/run/b", FileFormat::env);
  world.view("b", "");
  EXPECT_EQ(line_of(world.plan()), "~ sink_changed deliver:b");
}

TEST(Sinks, ALostOneIsHealedFromAnother) {
  PlanWorld world;
  world.add_second_sink();
  world.view("a", "");
  EXPECT_EQ(why_first(world.plan()), "a: it is gone");
  world.view("a", "somebody-elses");
  EXPECT_EQ(line_of(world.plan()), "~ sink_changed deliver:a");
  EXPECT_EQ(why_first(world.plan()), "a: it holds another value");
}

TEST(Sinks, OneThatCannotBeReadIsNotLostAndIsMentioned) {
  PlanWorld world;
  world.unreadable("a");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_THAT(notes_of(plan), HasSubstr("a can't be read: permission denied"));
}

// A renewal that was aborted had begun the sink: the record names a secret that is gone.
TEST(Sinks, OneThatCannotBeReadCausesNoCreateAfterAnAbortedRenewal) {
  PlanWorld world;
  world.record->deliveries[0].secret_id = SecretId("n0");
  world.record->deliveries[0].status = DeliveryStatus::begun;
  world.unreadable("a");
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Sinks, ABegunDeliveryIsBroughtToItsEnd) {
  PlanWorld world;
  world.record->deliveries[0].status = DeliveryStatus::begun;
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ sink_changed deliver:a");
  EXPECT_EQ(why_first(plan), "a: its delivery was interrupted");
}

TEST(Sinks, AHookThatFailedIsRunAgainAndOneThatIsNewIsNot) {
  PlanWorld world;
  world.desired->deliver.push_back(hook("reload", "/bin/reload"));
  EXPECT_EQ(line_of(world.plan()), "");
  world.record->deliveries.push_back(
      delivered(world.sink("reload"), world.record->secrets[0], DeliveryStatus::begun));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ sink_changed deliver:reload");
  EXPECT_EQ(why_first(plan), "reload: its last run did not succeed");
}

TEST(Sinks, AFailedHookAloneNeverCausesACreate) {
  PlanWorld world;
  world.desired->deliver = {hook("reload", "/bin/reload")};
  world.record->deliveries = {
      delivered(world.sink("reload"), world.record->secrets[0], DeliveryStatus::begun)};
  world.views.clear();
  EXPECT_EQ(line_of(world.plan()), "~ sink_changed deliver:reload");
}

TEST(Sinks, ModeOwnerAndGroupAreAdjustedInPlace) {
  PlanWorld world;
  world.desired->deliver[0] = file_sink("a", "/run/a", FileFormat::raw, 0640);
  EXPECT_EQ(line_of(world.plan()), "~ sink_changed adjust:a");
  EXPECT_EQ(why_first(world.plan()), "a: mode 0640");
  PlanWorld drifted;
  drifted.views[0].attributes_match = false;
  EXPECT_EQ(line_of(drifted.plan()), "~ sink_changed adjust:a");
}

TEST(Sinks, OneThatWasTakenOutIsForgottenAndItsCopyLeft) {
  PlanWorld world;
  world.add_second_sink();
  world.desired->deliver.pop_back();
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ sink_changed drop:b");
  EXPECT_THAT(why_first(plan), HasSubstr("its copy is left"));
}

TEST(Sinks, ARenewalWritesThemAllAndNeedsNoUpdate) {
  PlanWorld world;
  world.add_second_sink();
  world.view("b", "");
  world.desired->deliver[0] = file_sink("a", "/run/a", FileFormat::raw, 0640);
  world.desired->rotation_id = "2";
  EXPECT_EQ(line_of(world.plan()), "+/- c1 rotation_id_changed");
}

TEST(Sinks, SeveralChangesAreOneUpdateThatCountsThem) {
  PlanWorld world;
  world.desired->deliver.push_back(file_sink("b", "/run/b"));
  world.desired->deliver.push_back(file_sink("c", "/run/c"));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "~ sink_changed deliver:b deliver:c");
  EXPECT_EQ(why_first(plan), "b: new sink and 1 more");
}

}  // namespace
}  // namespace keytide::test
