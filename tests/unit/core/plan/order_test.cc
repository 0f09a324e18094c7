#include "core/plan/order.h"

#include <gtest/gtest.h>

#include "core/plan/calls.h"
#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

Urgency urgency(const PlanWorld& world) { return urgency_of(world.plan(), kNow); }

PlanWorld with_left(const char* left) {
  PlanWorld world;
  world.record->secrets[0].expires_at = world.listed("c1").expires_at = kNow + span(left);
  return world;
}

TEST(Order, WhatHoldsAPlaintextIsFirst) {
  for (const AttemptPhase phase : {AttemptPhase::created, AttemptPhase::verified}) {
    PlanWorld world;
    world.open(phase);
    world.begin("a", DeliveryStatus::begun);
    world.view("a", "n1");
    EXPECT_EQ(urgency(world), Urgency::holds_secret);
  }
}

TEST(Order, AnUnknownCreateThatIsSettledHoldsNone) {
  PlanWorld world;
  world.open(AttemptPhase::unknown);
  world.input.now = world.input.host_now = kNow + span("2h");
  EXPECT_EQ(line_of(world.plan()), "> settled");
  EXPECT_EQ(urgency(world), Urgency::rest);
}

TEST(Order, ARenewalIsAnEmergencyOnceTheDeadlineIsNear) {
  // 8.4 hours: a twentieth of a week.
  EXPECT_EQ(urgency(with_left("9h")), Urgency::due);
  EXPECT_EQ(urgency(with_left("8h")), Urgency::emergency);
  EXPECT_EQ(urgency(with_left("0s")), Urgency::emergency);
  EXPECT_EQ(urgency_of(with_left("9h").plan(), kNow + span("1h")), Urgency::emergency);
}

TEST(Order, AnEntryWithoutASecretIsMissing) {
  PlanWorld world;
  world.record.reset();
  world.observed.secrets.clear();
  EXPECT_EQ(urgency(world), Urgency::missing);
}

TEST(Order, ADeleteIsARetirementAndAnUpdateIsTheRest) {
  PlanWorld retiring;
  retiring.own("c0", Role::previous, span("90d"), span("5d"));
  EXPECT_EQ(line_of(retiring.plan()), "- c0 overlap_over");
  EXPECT_EQ(urgency(retiring), Urgency::retire);
  PlanWorld moved;
  moved.desired->address = Address("invoices");
  EXPECT_EQ(urgency(moved), Urgency::rest);
  EXPECT_EQ(urgency(PlanWorld()), Urgency::rest);
}

TEST(Order, GoesByUrgencyThenByTheEarliestDeadlineAndOurOwnAccountIsLast) {
  const AccountPlan in_ten_hours = with_left("10h").plan();
  const AccountPlan in_ten_days = with_left("10d").plan();
  const AccountPlan emergency = with_left("1h").plan();
  EXPECT_LT(queue_place(in_ten_hours, kNow, false), queue_place(in_ten_days, kNow, false));
  EXPECT_LT(queue_place(emergency, kNow, false), queue_place(in_ten_hours, kNow, false));
  EXPECT_LT(queue_place(in_ten_days, kNow, false), queue_place(emergency, kNow, true));
}

TEST(Order, OnlyTheFirstTwoMayUseTheShareThatIsKept) {
  EXPECT_TRUE(may_use_kept_share(Urgency::holds_secret));
  EXPECT_TRUE(may_use_kept_share(Urgency::emergency));
  EXPECT_FALSE(may_use_kept_share(Urgency::missing));
  EXPECT_FALSE(may_use_kept_share(Urgency::due));
}

TEST(Order, CountsTheCallsOfAChain) {
  EXPECT_EQ(least_calls_of(with_left("10d").plan()), 4);
  EXPECT_EQ(least_calls_of(PlanWorld().plan()), 0);
  PlanWorld retiring;
  retiring.own("c0", Role::previous, span("90d"), span("5d"));
  EXPECT_EQ(least_calls_of(retiring.plan()), 3);
  PlanWorld moved;
  moved.desired->address = Address("invoices");
  EXPECT_EQ(least_calls_of(moved.plan()), 0);
}

}  // namespace
}  // namespace keytide::test
