#include "core/plan/next_moment.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/plan/digest.h"
#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

std::string moment_of(const PlanWorld& world) {
  const auto at = world.plan().next_moment;
  return at ? format_instant(*at) : "never";
}

TEST(NextMoment, OfASecretInGoodOrderIsItsRenewal) {
  const PlanWorld world;
  EXPECT_EQ(moment_of(world), format_instant(*world.plan().renew_at));
}

TEST(NextMoment, OfAPreviousSecretIsTheEndOfItsOverlap) {
  PlanWorld world;
  world.record->switched_at = kNow - span("5h");
  world.own("p1", Role::previous, span("80d"), span("6d"));
  EXPECT_EQ(moment_of(world), "2026-11-24T07:00:00Z");
}

TEST(NextMoment, OfADueEntryThatCantBeServedIsInTenMinutes) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow + span("20d");
  world.listed("c1").expires_at = kNow + span("20d");
  world.list("f1", span("1d"), span("5d"));
  EXPECT_EQ(moment_of(world), "2026-11-23T12:10:00Z");
}

TEST(NextMoment, OfOneThatExpiresSoonIsInAMinute) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow + span("1h");
  world.listed("c1").expires_at = kNow + span("1h");
  world.list("f1", span("1d"), span("5d"));
  EXPECT_EQ(moment_of(world), "2026-11-23T12:01:00Z");
}

TEST(NextMoment, OfAnUnknownCreateIsWhenItIsSettled) {
  PlanWorld world;
  world.open(AttemptPhase::unknown);
  world.record->attempt->atlas_time = kNow - span("5m");
  // An hour after the last moment at which the create was on its way, which is 25 s after W1; it is
  // looked at before, as every entry that can't be served.
  EXPECT_EQ(moment_of(world), "2026-11-23T12:10:00Z");
  world.record->attempt->atlas_time = kNow - span("59m");
  EXPECT_EQ(moment_of(world), "2026-11-23T12:01:25Z");
}

TEST(NextMoment, OfAnEntryThatWaitsIsItsNextTry) {
  PlanWorld world;
  world.record->secrets[0].expires_at = kNow + span("20d");
  world.listed("c1").expires_at = kNow + span("20d");
  world.record->failures =
      Failures{3, kNow - span("2m"), "sink a: no space", spec_digest(&*world.desired)};
  world.input.options.unattended = true;
  EXPECT_EQ(moment_of(world), "2026-11-23T12:03:00Z");
}

TEST(NextMoment, OfASuspendedEntryAndOfOneThatWasNeverSeenIsNever) {
  PlanWorld suspended;
  suspended.desired->suspend = true;
  EXPECT_EQ(moment_of(suspended), "never");
  PlanWorld fresh;
  fresh.record.reset();
  fresh.observed.secrets.clear();
  EXPECT_EQ(moment_of(fresh), "never");
}

TEST(NextMoment, OfARemovedEntryIsTheEndOfItsOverlapWhereItIsRetired) {
  PlanWorld world;
  world.desired.reset();
  world.record->managed = false;
  world.record->on_remove = OnRemove::retire;
  world.record->removed_at = kNow - span("1h");
  EXPECT_EQ(moment_of(world), "2026-11-24T11:00:00Z");
}

// What makes the moment worth its name: until then nothing of the plan changes.
TEST(NextMoment, OfARemovedEntryWithoutACurrentSecretIsTheEndOfWhatIsLeft) {
  PlanWorld world;
  world.desired.reset();
  world.record->managed = false;
  world.record->secrets.clear();
  world.unlist("c1");
  world.own("p1", Role::previous, span("80d"), span("6d")).is_adopted = true;
  world.record->switched_at = kNow - span("5h");
  EXPECT_EQ(moment_of(world), "2026-11-24T07:00:00Z");
}

TEST(NextMoment, NothingChangesBeforeIt) {
  const std::vector<std::function<void(PlanWorld&)>> worlds{
      [](PlanWorld&) {},
      [](PlanWorld& world) {
        world.record->switched_at = kNow - span("5h");
        world.own("p1", Role::previous, span("80d"), span("6d"));
      },
      [](PlanWorld& world) { world.own("o1", Role::quarantined, span("1d"), span("2d")); },
      [](PlanWorld& world) {
        world.open(AttemptPhase::unknown);
        world.record->attempt->atlas_time = kNow - span("5m");
      },
      [](PlanWorld& world) { world.open(AttemptPhase::verified); },
      [](PlanWorld& world) {
        world.desired.reset();
        world.record->managed = false;
        world.record->on_remove = OnRemove::retire;
        world.record->removed_at = kNow - span("1h");
      },
  };
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    PlanWorld world;
    worlds[i](world);
    for (int turn = 0; turn < 40; ++turn) {
      const AccountPlan now = world.plan();
      if (!now.next_moment) break;
      const Seconds pause = *now.next_moment - world.input.now;
      for (const int percent : {1, 50, 99}) {
        PlanWorld later = world;
        later.input.now += pause * percent / 100;
        later.input.host_now = later.input.now;
        ASSERT_EQ(line_of(later.plan()), line_of(now))
            << "world " << i << " at " << format_instant(later.input.now);
      }
      world.input.now = *now.next_moment;
      world.input.host_now = world.input.now;
    }
  }
}

}  // namespace
}  // namespace keytide::test
