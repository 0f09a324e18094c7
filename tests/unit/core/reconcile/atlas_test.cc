// The chain with the real client, before the simulated Atlas, in one process and on one clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
