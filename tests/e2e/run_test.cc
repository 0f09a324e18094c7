// The service, as its users see it: `keytide run` in the background, and their commands beside it.
#include <gmock/gmock.h>

#include "tests/e2e/service_run.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Run : public ServiceRun {};

TEST_F(Run, OnceDoesWhatIsDueAndEnds) {
  const RunResult first = keytide({"run", "-once"});
  EXPECT_EQ(first.exit_code, 0) << first.errors;
  for (const auto& [account, name] :
       {std::pair(kBilling, "billing"), std::pair(kDeployer, "deployer"),
        std::pair(kBackup, "backup")}) {
    world_.expect_served(account, name);
  }
  EXPECT_EQ(world_.creates(), 3);
  EXPECT_EQ(keytide({"run", "-once"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 3);
  EXPECT_THAT(world_.plan().output, HasSubstr(kNoChanges));
}

TEST_F(Run, OnceSaysInItsExitCodeThatSomethingIsBlocked) {
  world_.create_in_atlas(kBilling, 100);
  world_.create_in_atlas(kBilling, 100);
  const RunResult result = keytide({"run", "-once"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("entry is not ready"), HasSubstr("address=billing"),
                                   HasSubstr("reason=Blocked")));
  world_.expect_served(kDeployer, "deployer");
}

TEST_F(Run, DeliversStopsOnTermAndLeavesNothingHalfDone) {
  auto service = start();
  for (const char* name : {"billing", "deployer", "backup"}) wait_for_delivery(name);
  service->send(SIGTERM);
  EXPECT_EQ(service->wait().exit_code, 0) << log();
  EXPECT_THAT(log(), HasSubstr("msg=stopped"));
  EXPECT_THAT(world_.plan().output, HasSubstr(kNoChanges));
}

TEST_F(Run, RenewsWhenTheTimeHasCome) {
  auto service = start();
  wait_for_delivery("billing");
  world_.atlas.advance("80d");
  // The service learns of Atlas's clock by its next call.
  service->send(SIGHUP);
  wait_until("all three are renewed", [&] { return world_.creates() == 6; });
}

TEST_F(Run, ReadsItsManifestsAgainOnReloadAndSaysWhatCameOfIt) {
  auto service = start();
  wait_for_delivery("billing");
  world_.manifest(entry("billing", kBilling, "owner: team-a"));
  const RunResult good = keytide({"reload"});
  // Two of three entries are gone: below ten entries that is no large change.
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_THAT(good.output, HasSubstr("1 entry"));
  world_.manifest("  billing: {client_id: nonsense}\n");
  const RunResult bad = keytide({"reload"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.errors, AllOf(HasSubstr("is rejected"), HasSubstr("all.yaml")));
  EXPECT_THAT(log(), HasSubstr("manifests rejected, the last good ones go on"));
}

TEST_F(Run, StatusShowsWhatIsRecordedWhereNoManifestsCount) {
  auto service = start();
  wait_for_delivery("billing");
  world_.folder.remove("keytide.db.manifests");
  world_.manifest("  billing: {client_id: nonsense}\n");
  const RunResult status = keytide({"status"});
  EXPECT_EQ(status.exit_code, 1);
  EXPECT_THAT(status.errors, HasSubstr("all.yaml"));
  EXPECT_THAT(status.output, AllOf(HasSubstr("As recorded, without the manifests"),
                                   HasSubstr("billing "), HasSubstr("active")));
}

TEST_F(Run, NoticesAChangedManifestByItself) {
  world_.manifest(entry("billing", kBilling, ""));
  auto service = start();
  wait_for_delivery("billing");
  world_.three_entries();
  wait_for_delivery("backup");
}

TEST_F(Run, CarriesOutPeoplesCommandsWhileItRuns) {
  auto service = start();
  wait_for_delivery("billing");
  wait_for_delivery("backup");
  wait_for_delivery("deployer");
  const RunResult unasked = keytide({"rotate", "billing"});
  EXPECT_EQ(unasked.exit_code, 1);
  EXPECT_THAT(unasked.errors, HasSubstr("nobody can be asked here"));
  EXPECT_EQ(world_.creates(), 3);
  const RunResult rotated = keytide({"rotate", "billing", "-auto-approve"});
  EXPECT_EQ(rotated.exit_code, 0) << rotated.errors;
  EXPECT_THAT(rotated.output, HasSubstr("Apply complete! Secrets: 1 added"));
  world_.expect_served(kBilling, "billing");
  EXPECT_EQ(world_.plan({"-out=p", "-replace=deployer"}).exit_code, 2);
  const RunResult applied = keytide({"apply", "p"});
  EXPECT_EQ(applied.exit_code, 0) << applied.errors;
  world_.expect_served(kDeployer, "deployer");
  EXPECT_EQ(keytide({"state", "mv", "backup", "backups"}).exit_code, 0);
  const RunResult unknown = keytide({"rotate", "biling", "-auto-approve"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("did you mean billing?"));
  EXPECT_THAT(keytide({"events", "billing"}).output, HasSubstr("rotate by"));
}

TEST_F(Run, RefusesManifestsOfTheCommandLineWhileItRuns) {
  std::string config = world_.folder.read("keytide.yaml");
  const std::string sources = "sources: [{path: secrets}]\n";
  config.erase(config.find(sources), sources.size());
  world_.folder.write("keytide.yaml", config);
  auto service = start({"-manifest=secrets"});
  const RunResult result = keytide({"apply", "-auto-approve", "-manifest=other.yaml"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("leave -manifest out"));
}

TEST_F(Run, ASecondOneOnTheSameStoreSaysWhoHoldsIt) {
  auto service = start();
  const RunResult second = keytide({"run"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.errors,
              AllOf(HasSubstr("is locked by"), HasSubstr("for run"), HasSubstr("-lock-timeout")));
}

TEST_F(Run, ReloadSaysThatNoServiceIsThere) {
  const RunResult result = keytide({"reload"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("start one with `keytide run`"));
}

TEST_F(Run, BeginsAnewWithAnotherConfigurationAndKeepsTheOldOneWhereThatIsBad) {
  auto service = start();
  wait_for_delivery("billing");
  std::string config = world_.folder.read("keytide.yaml");
  world_.folder.write("keytide.yaml", config + "nonsense: 1\n");
  const RunResult bad = keytide({"reload"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.errors, HasSubstr("nonsense"));
  service->send(SIGHUP);
  wait_until("the old one goes on",
             [&] { return log().find("goes on with the old one") != std::string::npos; });
  config.replace(config.find("127.0.0.1:0"), 11, "none");
  world_.folder.write("keytide.yaml", config);
  const RunResult good = keytide({"reload"});
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_THAT(good.output, HasSubstr("begins anew"));
  wait_until("it runs again", [&] {
    const std::string text = log();
    const std::string begun = "msg=\"keytide runs\"";
    return text.find(begun) != text.rfind(begun);
  });
  wait_until("it takes commands", [&] { return keytide({"reload"}).exit_code == 0; });
  service->send(SIGTERM);
  EXPECT_EQ(service->wait().exit_code, 0) << log();
}

TEST_F(Run, SurvivesBeingKilledAndGoesOn) {
  auto service = start();
  wait_for_delivery("billing");
  service->send(SIGKILL);
  EXPECT_EQ(service->wait().exit_code, 128 + SIGKILL);
  world_.folder.remove("background.stderr");
  auto again = start();
  wait_until("nothing is left to do",
             [&] { return world_.plan().output.find(kNoChanges) != std::string::npos; });
  for (const auto& [account, name] :
       {std::pair(kBilling, "billing"), std::pair(kDeployer, "deployer"),
        std::pair(kBackup, "backup")}) {
    world_.expect_served(account, name);
  }
}

TEST_F(Run, EmptiedManifestsAreRefusedUntilAPersonAllowsThem) {
  auto service = start();
  wait_for_delivery("billing");
  wait_for_delivery("backup");
  wait_for_delivery("deployer");
  world_.folder.write("secrets/all.yaml", "keytide: 1\n");
  const RunResult refused = keytide({"reload"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("-allow-large-change"));
  EXPECT_THAT(keytide({"state", "list"}).output, Not(HasSubstr("unmanaged")));
  const RunResult allowed = keytide({"apply", "-auto-approve", "-allow-large-change"});
  EXPECT_EQ(allowed.exit_code, 0) << allowed.errors;
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
}

}  // namespace
}  // namespace keytide::testing
