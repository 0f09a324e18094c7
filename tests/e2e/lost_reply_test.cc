// The reply to a create was lost: nobody knows whether Atlas made a secret, until it is late enough
// to tell. Nothing that is keytide's stays, and nothing that is not goes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// One fault for the create of billing.
void order(World& world, const std::string& what) {
  world.atlas.add_faults(
      fmt::format(R"([{{"method": "POST", "path": "{}/secrets", {}}}])", kBilling, what));
}

void expect_the_others_served(World& world) {
  world.expect_served(kDeployer, "deployer");
  world.expect_served(kBackup, "backup");
}

// The reply of a create was lost: blocked and said so, until it is late enough to tell what came of
// it; then the next apply deletes what nobody has the value of, and goes on.
void expect_settled(const std::string& fault, bool committed) {
  SCOPED_TRACE(fault);
  World world;
  world.three_entries();
  order(world, fault);
  const RunResult first = world.apply({"-parallelism=1"});
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_THAT(first.errors, StartsWith("error: billing: nobody knows whether Atlas made a secret"));
  EXPECT_EQ(first.errors.find("nobody knows"), first.errors.rfind("nobody knows"));
  expect_the_others_served(world);
  EXPECT_EQ(world.secrets(kBilling).size(), committed ? 1u : 0u);
  world.atlas.forget_requests();
  const RunResult again = world.apply();
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("# billing is blocked"));
  EXPECT_THAT(again.output, HasSubstr("way out: nothing is created meanwhile; an apply after 20"));
  for (const SimSecret& made : world.secrets(kBilling)) {
    EXPECT_THAT(again.output, HasSubstr(made.id));
  }
  EXPECT_EQ(world.plan().exit_code, 2);
  EXPECT_EQ(world.creates() + world.deletes(), 0);

  world.atlas.advance("2h");
  const RunResult settled = world.apply();
  EXPECT_EQ(settled.exit_code, 0) << settled.output << settled.errors;
  EXPECT_THAT(settled.output, HasSubstr("# billing will be finished (the outcome of create 1 was "
                                        "never known: "));
  EXPECT_EQ(world.deletes(), committed ? 1 : 0);
  EXPECT_EQ(world.creates(), 1);
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  world.expect_served(kBilling, "billing");
  world.settle();
}

TEST(LostReply, ATornConnectionAfterTheCommitIsSettled) {
  expect_settled(R"("close": "after_commit")", true);
}
TEST(LostReply, ATornConnectionBeforeTheCommitIsSettled) {
  expect_settled(R"("close": "before_commit")", false);
}
TEST(LostReply, HalfABodyIsSettled) { expect_settled(R"("close": "mid_body")", true); }
TEST(LostReply, AServerErrorIsSettled) { expect_settled(R"("status": 500)", false); }
TEST(LostReply, ATimeOutIsSettled) { expect_settled(R"("delay": "20s")", true); }

TEST(LostReply, OfARenewalTheShortenedLifeOfTheOldSecretIsKnownAndItServesUntilTheNextIsThere) {
  World world;
  world.three_entries();
  world.settle();
  world.atlas.advance("70d");
  const std::string old = world.folder.read("out/billing");
  const std::string old_id = world.secrets(kBilling)[0].id;
  order(world, R"("close": "after_commit")");
  EXPECT_EQ(world.apply().exit_code, 1);
  ASSERT_EQ(world.secrets(kBilling).size(), 2u);
  EXPECT_NEAR(world.secrets(kBilling)[0].days_left, 7.0, 0.1);
  EXPECT_THAT(world.status("billing"), HasSubstr(world.secrets(kBilling)[0].expires_at));
  EXPECT_TRUE(world.works(kBilling, old));
  world.atlas.advance("2h");
  EXPECT_EQ(world.apply().exit_code, 0);
  const auto now = world.secrets(kBilling);
  ASSERT_EQ(now.size(), 2u);
  EXPECT_EQ(now[0].id, old_id);  // in its overlap; the orphan is gone
  EXPECT_TRUE(world.works(kBilling, old));
  world.expect_served(kBilling, "billing");
}

TEST(LostReply, ASecretThatAPersonMadeMeanwhileIsNeverDeleted) {
  World world;
  world.three_entries();
  order(world, R"("close": "before_commit")");
  EXPECT_EQ(world.apply().exit_code, 1);
  world.create_in_atlas(kBilling, 2160);
  const std::string persons = world.secrets(kBilling)[0].id;
  world.atlas.advance("2h");
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("# billing has a secret in quarantine"));
  EXPECT_THAT(run.output, HasSubstr("`keytide orphan delete billing`"));
  EXPECT_EQ(world.deletes(), 0);
  const auto both = world.secrets(kBilling);
  ASSERT_EQ(both.size(), 2u);  // the account went on with the slot that it has
  EXPECT_EQ(both[0].id, persons);
  world.expect_served(kBilling, "billing");

  const RunResult list = world.folder.keytide({"orphan", "list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.output, HasSubstr("billing: quarantined mdb_sa_sk_..."));
  EXPECT_THAT(list.output, HasSubstr(persons));
  EXPECT_THAT(world.folder.keytide({"orphan", "list", "-json"}).output,
              HasSubstr("\"role\":\"quarantined\""));
  const RunResult adopted = world.folder.keytide({"orphan", "adopt", "billing"});
  EXPECT_EQ(adopted.exit_code, 0) << adopted.errors;
  world.settle();
  world.atlas.advance("3d");
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_EQ(world.secrets(kBilling).size(), 2u);
  world.atlas.advance("5d");  // it was cut to a week
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
}

TEST(LostReply, AQuarantinedSecretIsDeletedWhenAPersonSaysSo) {
  World world;
  world.three_entries();
  order(world, R"("close": "before_commit")");
  EXPECT_EQ(world.apply().exit_code, 1);
  world.create_in_atlas(kBilling, 2160);
  world.atlas.advance("2h");
  EXPECT_EQ(world.apply().exit_code, 1);
  const RunResult refused = world.folder.keytide({"orphan", "delete", "billing", "-input=false"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("-auto-approve"));
  EXPECT_EQ(world.folder.keytide({"orphan", "delete", "deployer"}).exit_code, 1);
  EXPECT_EQ(
      world.folder.keytide({"orphan", "delete", "billing", "65f0c0ffee00000000000003"}).exit_code,
      1);
  EXPECT_EQ(world.secrets(kBilling).size(), 2u);
  const RunResult deleted = world.folder.keytide({"orphan", "delete", "billing", "-auto-approve"});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.errors;
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  world.expect_served(kBilling, "billing");
  world.settle();
}

}  // namespace
}  // namespace keytide::testing
