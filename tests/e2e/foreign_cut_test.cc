// A live secret that keytide did not make: Atlas cuts it to 7 days with the next create, and so a
// person has to say yes first. It is never deleted.
#include <gmock/gmock.h>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kForeign = "mdb_sa_sk_FOREIGNFOREIGNFOREIGNFOREIGNFOREIGN0000";

// 80 days are left of it.
std::string foreign_of(const std::string& expires) {
  return std::string("[{id: aaaaaaaaaaaaaaaaaaaaaaaa, secret: ") + kForeign + ", createdAt: -10d" +
         ", expiresAt: " + expires + "}]";
}

double days_left(World& world) {
  for (const SimSecret& secret : world.secrets(kBilling)) {
    if (secret.secret == kForeign) return secret.days_left;
  }
  return -1;
}

void expect_it_lives_cut(World& world) {
  EXPECT_EQ(world.secrets(kBilling).size(), 2u);
  EXPECT_LE(days_left(world), 7);
  EXPECT_GT(days_left(world), 6.9);
  EXPECT_TRUE(world.works(kBilling, kForeign));
  world.expect_served(kBilling, "billing");
}

TEST(ForeignCut, IsShownByThePlanAndRefusedWithoutConsent) {
  World world(foreign_of("+80d"));
  world.three_entries();
  const RunResult plan = world.plan();
  EXPECT_EQ(plan.exit_code, 2);
  EXPECT_THAT(plan.output, HasSubstr("mdb_sa_sk_...0000"));
  EXPECT_THAT(plan.output, HasSubstr("Needs consent: 1 change"));
  EXPECT_THAT(world.status("billing"), HasSubstr("\"phase\":\"blocked\""));

  const RunResult refused = world.apply();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output + refused.errors, HasSubstr("-allow-foreign-cut"));
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  EXPECT_GT(days_left(world), 79);
  EXPECT_FALSE(world.folder.exists("out/billing"));
  world.expect_served(kDeployer, "deployer");  // the others go on
  world.expect_served(kBackup, "backup");
}

TEST(ForeignCut, IsDoneWithTheFlagAndNeverDeletesTheForeignSecret) {
  World world(foreign_of("+80d"));
  world.three_entries();
  EXPECT_EQ(world.apply({"-allow-foreign-cut"}).exit_code, 0);
  expect_it_lives_cut(world);
  const std::string ours = world.folder.read("out/billing");
  world.atlas.advance("10d");
  EXPECT_EQ(world.apply({"-allow-foreign-cut"}).exit_code, 0);
  EXPECT_TRUE(world.lists(kBilling, kForeign));  // expired, and still not ours to delete
  EXPECT_EQ(world.folder.read("out/billing"), ours);
  world.expect_served(kBilling, "billing");
  EXPECT_EQ(world.deletes(), 0);

  world.atlas.advance("65d");  // ours is due now, and both slots are taken
  const RunResult blocked = world.apply({"-allow-foreign-cut", "-target=billing"});
  EXPECT_EQ(blocked.exit_code, 1);
  EXPECT_THAT(blocked.output, HasSubstr("all 2 slots of the account are taken"));
  EXPECT_THAT(blocked.output,
              HasSubstr("Apply incomplete. Secrets: 0 added, 0 changed, 0 destroyed."));
  EXPECT_THAT(blocked.output, HasSubstr("way out: delete the expired one in Atlas"));
  EXPECT_TRUE(world.lists(kBilling, kForeign));
  world.expect_served(kBilling, "billing");
}

TEST(ForeignCut, IsDoneWhereTheManifestSaysSo) {
  World world(foreign_of("+80d"));
  world.manifest(entry("billing", kBilling, "foreign: cut"));
  EXPECT_EQ(world.apply().exit_code, 0);
  expect_it_lives_cut(world);
}

TEST(ForeignCut, IsApprovedByApplyingASavedPlanThatShowsIt) {
  World world(foreign_of("+80d"));
  world.three_entries();
  EXPECT_EQ(world.plan({"-out=p"}).exit_code, 2);
  const RunResult applied = world.folder.keytide({"apply", "p"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output << applied.errors;
  expect_it_lives_cut(world);
}

TEST(ForeignCut, OfASecretThatCameAfterThePlanNeedsConsentAnew) {
  World world;
  world.three_entries();
  EXPECT_EQ(world.plan({"-out=p"}).exit_code, 2);
  world.create_in_atlas(kBilling, 1000);
  const RunResult applied = world.folder.keytide({"apply", "p"});
  EXPECT_EQ(applied.exit_code, 1);
  ASSERT_EQ(world.secrets(kBilling).size(), 1u);
  EXPECT_GT(world.secrets(kBilling)[0].days_left, 40);
  EXPECT_FALSE(world.folder.exists("out/billing"));
}

TEST(ForeignCut, NeedsNoConsentWhereLessThanSevenDaysAreLeft) {
  World world(foreign_of("+6d"));
  world.three_entries();
  const RunResult plan = world.plan();
  EXPECT_THAT(plan.output, Not(HasSubstr("Needs consent")));
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_GT(days_left(world), 5.9);
  world.expect_served(kBilling, "billing");
}

}  // namespace
}  // namespace keytide::testing
