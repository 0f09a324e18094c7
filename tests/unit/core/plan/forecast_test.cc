#include "core/plan/forecast.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Of four calls, due now.
Renewal renewal(const char* address, const char* expires_in) {
  return {address, kNow, kNow + span(expires_in), Urgency::due, 4};
}

// 20 calls a minute, of 40.
LearnedBudget with_left(int left) { return {{40, 20}, left}; }

std::vector<std::string> late_of(const std::optional<Shortfall>& shortfall) {
  std::vector<std::string> names;
  if (!shortfall) return names;
  for (const Address& address : shortfall->late) names.push_back(address.str());
  return names;
}

TEST(Forecast, IsSilentWhereAllAreServedInTime) {
  EXPECT_FALSE(find_shortfall(with_left(8), kNow, {renewal("a", "1s"), renewal("b", "2s")}));
  EXPECT_FALSE(find_shortfall(with_left(0), kNow, {renewal("a", "12s"), renewal("b", "24s")}));
  EXPECT_FALSE(find_shortfall(with_left(0), kNow, {}));
}

TEST(Forecast, NamesThoseThatCannotBeServedTheLatestFirst) {
  const auto shortfall = find_shortfall(
      with_left(4), kNow, {renewal("c", "13s"), renewal("a", "10s"), renewal("b", "11s")});
  EXPECT_THAT(late_of(shortfall), ElementsAre("c", "b"));
  EXPECT_EQ(shortfall->calls, 12);
}

TEST(Forecast, ServesTheEarliestDeadlineFirst) {
  EXPECT_FALSE(find_shortfall(with_left(4), kNow, {renewal("b", "20s"), renewal("a", "5s")}));
}

TEST(Forecast, WhatHasExpiredTakesCallsAndIsNotLateAnyMore) {
  const auto shortfall =
      find_shortfall(with_left(4), kNow, {renewal("dead", "0s"), renewal("a", "10s")});
  EXPECT_THAT(late_of(shortfall), ElementsAre("a"));
  EXPECT_EQ(shortfall->calls, 8);
}

TEST(Forecast, MissingSecretsComeBeforeThoseThatAreDueAndAfterEmergencies) {
  Renewal missing = renewal("new", "0s");
  missing.expires_at.reset();
  missing.urgency = Urgency::missing;
  EXPECT_THAT(late_of(find_shortfall(with_left(4), kNow, {missing, renewal("a", "10s")})),
              ElementsAre("a"));
  Renewal emergency = renewal("a", "10s");
  emergency.urgency = Urgency::emergency;
  EXPECT_FALSE(find_shortfall(with_left(4), kNow, {missing, emergency}));
}

TEST(Forecast, SeesRenewalsThatComeTogetherLater) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back(fmt::format("e{:02}", i));
  std::vector<Renewal> renewals;
  for (const std::string& name : names) {
    renewals.push_back(renewal(name.c_str(), "26h"));
    renewals.back().due_at = kNow + span("26h") - Seconds(60);
  }
  // A full bucket of 40 and 20 more in that minute are 15 chains.
  EXPECT_EQ(late_of(find_shortfall(with_left(0), kNow, renewals)).size(), 25U);
  renewals.resize(15);
  EXPECT_FALSE(find_shortfall(with_left(0), kNow, renewals));
}

TEST(Forecast, SaysHowManyWhyWhichAndTheWayOut) {
  const Shortfall shortfall{{Address("a"), Address("b"), Address("c"), Address("d"), Address("e")},
                            1194};
  EXPECT_EQ(describe(shortfall, kKey.scope, {{500, 250}, 20}),
            "5 entries can't be renewed before they expire: the rate limit of org "
            "32b6e34b3d91647abb20e7b8 allows 250 calls a minute and 20 now, and the chains until "
            "then need 1194 (a, b, c and 2 more); renew them earlier, with a longer renew_before "
            "or `keytide rotate`, or spread the entries over more organizations or projects");
  EXPECT_THAT(describe({{Address("a")}, 8}, kKey.scope, {{500, 250}, 20}),
              testing::StartsWith("1 entry can't be renewed before it expires: "));
}

// Of the whole plan.
std::vector<std::string> warnings_with(std::optional<LearnedBudget> budget, const char* left) {
  PlanWorld world;
  world.record->secrets[0].expires_at = world.listed("c1").expires_at = kNow + span(left);
  PlanInput input = world.gathered();
  input.scopes[0].budget = budget;
  return make_plan(input).warnings;
}

TEST(Forecast, IsAWarningOfThePlanWhereTheRateLimitWasLearned) {
  EXPECT_THAT(warnings_with(LearnedBudget{{500, 1}, 1}, "1m"),
              ElementsAre(HasSubstr("1 entry can't be renewed before it expires")));
  EXPECT_THAT(warnings_with(LearnedBudget{{500, 1}, 1}, "4m"), ElementsAre());
  EXPECT_THAT(warnings_with(LearnedBudget{{500, 1}, 4}, "1m"), ElementsAre());
  EXPECT_THAT(warnings_with(std::nullopt, "1m"), ElementsAre());
}

}  // namespace
}  // namespace keytide::test
