// The chain with the real client, before the simulated Atlas, in one process and on one clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plan/calls.h"
#include "providers/atlas/client.h"
#include "providers/atlas/issuer.h"
#include "providers/atlas/simulator/atlas.h"
#include "providers/atlas/simulator/in_process_transport.h"
#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

simulator::World one_account() {
  simulator::World world;
  simulator::Site& org = world.add_org(kKey.scope.id, "acme");
  org.api_keys.push_back({"abcdefgh", "the-private-key", {"ORG_OWNER"}});
  world.add_account(org, kKey.client_id.str()).name = "billing";
  return world;
}

Credentials by_api_key() {
  Credentials credentials;
  credentials.by_default = ApiKeyCredential{"abcdefgh", SecretValue("the-private-key")};
  return credentials;
}

struct AtlasHouse : House {
  simulator::SimulatedAtlas simulated;
  simulator::InProcessTransport transport{simulated, clock};
  AtlasClient client{transport, clock, log, AtlasOptions{}, by_api_key()};
  AtlasIssuer real{client};

  explicit AtlasHouse(simulator::Settings settings = {})
      : simulated(one_account(), std::move(settings), 7) {
    issuer = &real;
  }
  // Of the bucket for service accounts.
  int calls() {
    int all = 0;
    for (const auto& [operation, count] : real.requests().by_operation) {
      const bool is_of_another = operation == "token" || operation == "revoke";
      if (!is_of_another) all += static_cast<int>(count);
    }
    return all;
  }
  std::vector<ObservedSecret> listed() { return real.get(kKey).value().secrets; }
};

TEST(WithAtlas, MakesRenewsAndRetiresASecret) {
  AtlasHouse house;
  ASSERT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.apply().plan, "");
  house.clock.advance(span("10d"));
  house.entry().rotation_id = "2";
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.listed().size(), 2U);
  EXPECT_EQ(house.listed()[0].expires_at, house.record().with_role(Role::previous)->expires_at);
  house.clock.advance(span("25h"));
  EXPECT_THAT(house.apply().plan, HasSubstr("overlap_over"));
  EXPECT_EQ(house.apply().plan, "");
  ASSERT_EQ(house.listed().size(), 1U);
  EXPECT_EQ(house.listed()[0].id, house.disk.files[SinkName("a")].id);
}

// What the planner counts is what the reconciler makes: of the bucket for service accounts, without
// the listing that came before.
TEST(WithAtlas, AChainMakesTheCallsThatThePlannerCounts) {
  AtlasHouse house;
  const auto expect_counted = [&](int expected) {
    const PlanInput input = house.gather();
    const Plan plan = make_plan(input);
    ASSERT_EQ(plan.accounts.size(), 1U);
    EXPECT_EQ(least_calls_of(plan.accounts[0]), expected);
    const int before = house.calls();
    EXPECT_EQ(house.carry_out(input, plan).errors, "");
    EXPECT_EQ(house.calls() - before, expected);
  };
  expect_counted(4);  // created
  house.clock.advance(span("10d"));
  house.entry().rotation_id = "2";
  expect_counted(4);  // renewed
  house.clock.advance(span("25h"));
  expect_counted(3);  // the old one is deleted
  house.entry().overlap = Seconds(0);
  house.entry().rotation_id = "3";
  expect_counted(6);  // renewed, and the old one is deleted in the same run
}

TEST(WithAtlas, ThePlanKnowsTheRateLimitThatTheListingTold) {
  AtlasHouse house;
  const auto budget = house.gather().scopes[0].budget;
  ASSERT_TRUE(budget.has_value());
  EXPECT_EQ(budget->size.capacity, 500);
  EXPECT_EQ(budget->size.refill_per_minute, 250);
  EXPECT_EQ(budget->left, 499);
  simulator::Settings silent;
  silent.rate_limit_headers = false;
  EXPECT_FALSE(AtlasHouse(silent).gather().scopes[0].budget.has_value());
}

TEST(WithAtlas, TheShortestLifeIsNotRenewedAgainAtOnce) {
  AtlasHouse house;
  house.entry().lifetime = span("8h");
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(house.apply().errors, "");
    EXPECT_EQ(house.apply().plan, "") << "after " << i << " half hours";
    house.clock.advance(span("30m"));
  }
  EXPECT_GE(house.record().generation, 6);
}

TEST(WithAtlas, WaitsUntilTheNewSecretIsKnownEverywhere) {
  simulator::Settings settings;
  settings.secret_propagation = Seconds(40);
  AtlasHouse house(settings);
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_GE(house.clock.since_boot(), std::chrono::seconds(40));
  EXPECT_EQ(house.apply().plan, "");
}

TEST(WithAtlas, AnOldSecretStillInUseAfterTheSwitchIsKept) {
  AtlasHouse house;
  ASSERT_EQ(house.apply().errors, "");
  const SecretValue old = house.disk.files[SinkName("a")].value->clone();
  house.clock.advance(span("10d"));
  house.entry().rotation_id = "2";
  ASSERT_EQ(house.apply().errors, "");
  house.clock.advance(span("5h"));
  ASSERT_EQ(house.real.verify(kKey, old).verdict, Verification::Verdict::works);
  house.clock.advance(span("24h"));
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.listed().size(), 2U);
}

}  // namespace
}  // namespace keytide::test
