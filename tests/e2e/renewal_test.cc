// Time passes: renewals, overlaps and the ends of old secrets.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Renewal, SaysWhyKeepsTheOldSecretThroughItsOverlapAndThenDeletesIt) {
  World world;
  world.three_entries();
  world.settle();
  const std::string old = world.folder.read("out/billing");
  world.atlas.advance("75d");
  const RunResult due = world.plan();
  EXPECT_EQ(due.exit_code, 2);
  EXPECT_THAT(due.output, ContainsRegex("# billing will be renewed \\(expires in [0-9]+d, "
                                        "renew_before [0-9]+d\\)\n"));
  EXPECT_THAT(due.output, HasSubstr("Plan: 3 to add, 0 to change, 0 to destroy."));

  const RunResult renewed = world.apply();
  EXPECT_EQ(renewed.exit_code, 0);
  EXPECT_THAT(renewed.output, HasSubstr("Secrets: 3 added, 0 changed, 0 destroyed."));
  EXPECT_NE(world.folder.read("out/billing"), old);
  EXPECT_TRUE(world.works(kBilling, old));
  const auto both = world.secrets(kBilling);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_LE(both[0].days_left, 7);  // Atlas cut it
  EXPECT_THAT(world.status("billing"), HasSubstr(both[0].expires_at));
  EXPECT_THAT(world.plan().output, HasSubstr(kNoChanges));  // the overlap is no change

  world.atlas.advance("25h");
  const RunResult over = world.plan({"-target=billing"});
  EXPECT_THAT(over.output, HasSubstr("# billing: previous secret will be destroyed"));
  EXPECT_THAT(over.output, HasSubstr("Plan: 0 to add, 0 to change, 1 to destroy."));
  EXPECT_THAT(world.apply({"-target=billing"}).output,
              HasSubstr("Secrets: 0 added, 0 changed, 1 destroyed."));
  EXPECT_FALSE(world.works(kBilling, old));
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  world.settle();
}

TEST(Renewal, RenewBeforeOfTheManifestIsShownAsItStandsThere) {
  World world;
  world.manifest(entry("billing", kBilling, "renew_before: 14d"));
  world.settle();
  // Before renew_at whatever the tag (up to 108 h) and the jitter (up to 3 d) are: 68.5 days.
  world.atlas.advance("68d");
  EXPECT_THAT(world.plan().output, HasSubstr(kNoChanges));
  world.atlas.advance("8d");
  const RunResult due = world.plan();
  EXPECT_THAT(
      due.output,
      ContainsRegex("# billing will be renewed \\(expires in [0-9]+d, renew_before 14d\\)"));
}

// `step`: longer than a renewal waits and shorter than a life.
void renew_ten_times(const std::string& lifetime, const std::string& step) {
  World world;
  world.three_entries(lifetime);
  world.settle();
  std::string before = world.folder.read("out/billing");
  for (int i = 1; i <= 10; ++i) {
    SCOPED_TRACE(fmt::format("renewal {} of {}", i, lifetime));
    world.atlas.advance(step);
    EXPECT_TRUE(world.works(kBilling, before));  // no gap
    const RunResult renewed = world.apply();
    EXPECT_EQ(renewed.exit_code, 0) << renewed.output << renewed.errors;
    EXPECT_THAT(renewed.output, HasSubstr("Secrets: 3 added"));
    EXPECT_TRUE(world.works(kBilling, before));  // its overlap
    world.expect_served(kBilling, "billing");
    world.expect_served(kDeployer, "deployer");
    world.expect_served(kBackup, "backup");
    EXPECT_NE(world.folder.read("out/billing"), before);
    before = world.folder.read("out/billing");
  }
  EXPECT_EQ(world.creates(), 33);
}

TEST(Renewal, TenInARowOfEightHours) { renew_ten_times("8h", "6h"); }
TEST(Renewal, TenInARowOfNinetyDays) { renew_ten_times("90d", "75d"); }

TEST(Renewal, OfAnExpiredSecretServesItsConsumerAgain) {
  World world;
  world.three_entries();
  world.settle();
  world.atlas.advance("100d");
  const RunResult due = world.plan();
  EXPECT_THAT(due.output, HasSubstr("# billing will be renewed (expired 1"));
  EXPECT_EQ(world.apply().exit_code, 0);
  world.expect_served(kBilling, "billing");
  world.settle();
}

TEST(Renewal, HoldsTheDeleteOfAnOldSecretThatIsStillUsed) {
  World world;
  world.three_entries();
  world.settle();
  const std::string old = world.folder.read("out/billing");
  world.atlas.advance("75d");
  EXPECT_EQ(world.apply().exit_code, 0);
  world.atlas.advance("12h");
  EXPECT_TRUE(world.works(kBilling, old));  // a consumer that did not take the new one
  world.atlas.advance("13h");
  const RunResult over = world.plan({"-target=billing"});
  EXPECT_THAT(over.output, Not(HasSubstr("will be destroyed")));
  EXPECT_THAT(over.output, HasSubstr("after the switch: it is kept until it expires at "));
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_TRUE(world.works(kBilling, old));
  world.atlas.advance("8d");  // until it has expired
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  world.expect_served(kBilling, "billing");
}

TEST(Renewal, OfASecretThatSomebodyDeletedInAtlasIsADrift) {
  World world;
  world.three_entries();
  world.settle();
  world.delete_in_atlas(kBilling, world.secrets(kBilling)[0].id);
  const RunResult plan = world.plan();
  EXPECT_THAT(plan.output, HasSubstr("was deleted in Atlas"));
  EXPECT_THAT(plan.output, HasSubstr("is gone from Atlas)"));
  world.settle();
  world.expect_served(kBilling, "billing");
}

}  // namespace
}  // namespace keytide::testing
