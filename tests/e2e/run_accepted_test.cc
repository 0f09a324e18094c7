// The service whose manifests were broken: it goes on by those that it accepted last, through
// restarts too, and people's commands show that.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/e2e/service_run.h"

namespace keytide::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RunAccepted : public ServiceRun {
 protected:
  // The service, once it has looked at its manifests.
  void start() {
    service_.reset();
    world_.folder.remove("background.stderr");
    service_ = ServiceRun::start();
    wait_until("the manifests were looked at",
               [&] { return says("manifests applied") || says("manifests rejected"); });
  }
  // All three entries delivered by a service that ran on good manifests, and stopped.
  void run_once_well() {
    start();
    wait_for_deliveries();
    stop();
  }
  void stop() {
    service_->send(SIGTERM);
    EXPECT_EQ(service_->wait().exit_code, 0) << log();
    service_.reset();
  }
  bool says(const std::string& text) const { return log().find(text) != std::string::npos; }
  // 80 days pass in Atlas, and that many entries are renewed.
  void expect_renewals(int count) {
    const int wanted = world_.creates() + count;
    world_.atlas.advance("80d");
    service_->send(SIGHUP);
    wait_until("what is due is renewed", [&] { return world_.creates() >= wanted; });
    EXPECT_EQ(world_.creates(), wanted);
  }
  void break_manifests() { world_.manifest("  billing: {client_id: nonsense}\n"); }
  std::string at(const std::string& name) const { return world_.folder.path() + "/" + name; }

  std::unique_ptr<BackgroundRun> service_;
};

TEST_F(RunAccepted, RenewsAfterARestartWithBrokenManifestsAndTakesTheRepairedOnes) {
  run_once_well();
  break_manifests();
  start();
  EXPECT_THAT(log(), AllOf(HasSubstr("manifests rejected, the last good ones go on"),
                           HasSubstr("all.yaml:4")));
  expect_renewals(3);
  const RunResult bad = keytide({"reload"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.errors, AllOf(HasSubstr("is rejected"), HasSubstr("all.yaml:4")));
  world_.manifest(entry("billing", kBilling) + entry("deployer", kDeployer));
  const RunResult good = keytide({"reload"});
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_THAT(good.output, HasSubstr("2 entries"));
}

// As when a volume is not mounted after a machine has started.
TEST_F(RunAccepted, RenewsAfterARestartWithoutTheFolder) {
  run_once_well();
  fs::remove_all(at("secrets"));
  start();
  expect_renewals(3);
}

TEST_F(RunAccepted, RenewsAfterARestartWithEmptiedManifests) {
  run_once_well();
  world_.folder.write("secrets/all.yaml", "keytide: 1\n");
  start();
  EXPECT_THAT(log(), HasSubstr("-allow-large-change"));
  expect_renewals(3);
}

TEST_F(RunAccepted, GoesOnByWhatAnApplyAccepted) {
  world_.settle();
  break_manifests();
  start();
  expect_renewals(3);
}

TEST_F(RunAccepted, BeginsNothingByWhatOthersMayHaveWritten) {
  run_once_well();
  break_manifests();
  fs::permissions(at("keytide.db.manifests"), fs::perms::others_write, fs::perm_options::add);
  start();
  EXPECT_THAT(log(), HasSubstr("manifests rejected, and no others count yet"));
}

TEST_F(RunAccepted, BeginsAnewWithAnotherConfigurationWhileTheManifestsAreRejected) {
  run_once_well();
  start();
  break_manifests();
  EXPECT_EQ(keytide({"reload"}).exit_code, 1);
  std::string config = world_.folder.read("keytide.yaml");
  config.replace(config.find("127.0.0.1:0"), 11, "none");
  world_.folder.write("keytide.yaml", config);
  const RunResult reload = keytide({"reload"});
  EXPECT_EQ(reload.exit_code, 0) << reload.errors;
  EXPECT_THAT(reload.output, HasSubstr("begins anew"));
  wait_until("it runs again",
             [&] { return log().find("keytide runs") != log().rfind("keytide runs"); });
  wait_until("it takes commands",
             [&] { return keytide({"reload"}).errors.find("is rejected") != std::string::npos; });
  expect_renewals(3);
}

// Nothing that was accepted is of the new folder, and nothing there can be used.
TEST_F(RunAccepted, DoesNotBeginAnewWhereNothingWouldCount) {
  run_once_well();
  start();
  break_manifests();
  EXPECT_EQ(keytide({"reload"}).exit_code, 1);
  fs::rename(at("secrets"), at("moved"));
  std::string config = world_.folder.read("keytide.yaml");
  config.replace(config.find("path: secrets"), 13, "path: moved");
  world_.folder.write("keytide.yaml", config);
  const RunResult reload = keytide({"reload"});
  EXPECT_EQ(reload.exit_code, 1);
  EXPECT_THAT(reload.errors, AllOf(HasSubstr("goes on with the old one"), HasSubstr("repair")));
  expect_renewals(3);
}

TEST_F(RunAccepted, StatusAndShowGoByWhatCountsWhileTheManifestsHaveErrors) {
  run_once_well();
  start();
  break_manifests();
  const auto aside = AllOf(HasSubstr("all.yaml:4"),
                           HasSubstr("warning: the manifests as they stand are left aside"),
                           HasSubstr("shown is how things are by those that were accepted last"));
  for (const bool is_running : {true, false}) {
    if (!is_running) stop();
    const RunResult status = keytide({"status"});
    EXPECT_EQ(status.exit_code, 1);
    EXPECT_THAT(status.errors, aside);
    EXPECT_THAT(status.output, AllOf(HasSubstr("billing "), HasSubstr("active"),
                                     Not(HasSubstr("unmanaged")), Not(HasSubstr("As recorded"))));
    const RunResult show = keytide({"show", "backup"});
    EXPECT_EQ(show.exit_code, 1);
    EXPECT_THAT(show.errors, aside);
    EXPECT_THAT(show.output, AllOf(HasSubstr("backup"), HasSubstr("out/backup")));
  }
  const RunResult json = keytide({"status", "-json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.errors, aside);
  EXPECT_THAT(json.output, AllOf(StartsWith("["), EndsWith("]\n"), HasSubstr("\"backup\""),
                                 Not(HasSubstr("diagnostic"))));
  // Who asks what would be done is told of the newest alone.
  for (const char* command : {"plan", "validate"}) {
    const RunResult newest = keytide({command});
    EXPECT_EQ(newest.exit_code, 1) << command;
    EXPECT_THAT(newest.errors, AllOf(HasSubstr("all.yaml:4"), Not(HasSubstr("left aside"))));
  }
}

TEST_F(RunAccepted, StatusAndShowGoByWhatCountsWhileAnEmptyingIsRefused) {
  world_.settle();
  world_.folder.write("secrets/all.yaml", "keytide: 1\n");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"status"}, {"show", "billing"}, {"status", "-json"}}) {
    const RunResult result = keytide(words);
    EXPECT_EQ(result.exit_code, 0) << words.back();
    EXPECT_THAT(result.errors, AllOf(HasSubstr("left aside: the manifests name no secret at all"),
                                     HasSubstr("-allow-large-change")));
    EXPECT_THAT(result.output, AllOf(HasSubstr("billing"), Not(HasSubstr("unmanaged"))));
  }
  EXPECT_THAT(keytide({"plan"}).output, HasSubstr("To forget: backup, billing, deployer."));
  EXPECT_EQ(keytide({"apply", "-auto-approve", "-allow-large-change"}).exit_code, 0);
  const RunResult after = keytide({"status"});
  EXPECT_THAT(after.output, HasSubstr("unmanaged"));
  EXPECT_THAT(after.errors, Not(HasSubstr("left aside")));
}

TEST_F(RunAccepted, StatusGoesByTheNewestWhereAServiceWouldTakeThem) {
  world_.settle();
  world_.manifest(entry("billing", kBilling) + entry("deployer", kDeployer));
  const RunResult status = keytide({"status"});
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_THAT(status.output, HasSubstr("unmanaged"));
  EXPECT_EQ(status.errors, "");
}

TEST_F(RunAccepted, TakesAFileThatWasEmptiedForAMistake) {
  world_.manifest(entry("billing", kBilling) + entry("deployer", kDeployer));
  const std::string before = "keytide: 1\ndefaults: {org: " + std::string(kOrg) +
                             ", lifetime: 90d}\nsecrets:\n" + entry("backup", kBackup);
  world_.folder.write("secrets/more.yaml", before);
  run_once_well();
  start();
  for (const char* text : {"", "secrets: {}\n", "# keytide: 1\n"}) {
    world_.folder.write("secrets/more.yaml", text);
    const RunResult bad = keytide({"reload"});
    EXPECT_EQ(bad.exit_code, 1) << text;
    EXPECT_THAT(bad.errors,
                AllOf(HasSubstr("more.yaml"),
                      HasSubstr("held 1 entry and is no manifest any more: delete the file if "
                                "that is to go, or begin it with `keytide: 1`")));
    const RunResult status = keytide({"status"});
    EXPECT_EQ(status.exit_code, 1) << text;
    EXPECT_THAT(status.output, Not(HasSubstr("unmanaged")));
    const RunResult plan = keytide({"plan"});
    EXPECT_EQ(plan.exit_code, 0);
    EXPECT_THAT(plan.output, HasSubstr("To forget: backup."));
    EXPECT_THAT(plan.errors, AllOf(HasSubstr("warning: "), HasSubstr("is no manifest any more")));
  }
  expect_renewals(3);
  world_.folder.write("secrets/more.yaml", before);
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  fs::remove(at("secrets/more.yaml"));
  const RunResult gone = keytide({"reload"});
  EXPECT_EQ(gone.exit_code, 0) << gone.errors;
  EXPECT_THAT(gone.output, HasSubstr("2 entries"));
}

TEST_F(RunAccepted, ForgetsWhatAnEmptiedFileHeldWhereAPersonSaysSo) {
  world_.manifest(entry("billing", kBilling) + entry("deployer", kDeployer));
  world_.folder.write("secrets/more.yaml", "keytide: 1\ndefaults: {org: " + std::string(kOrg) +
                                               ", lifetime: 90d}\nsecrets:\n" +
                                               entry("backup", kBackup));
  run_once_well();
  start();
  world_.folder.write("secrets/more.yaml", "");
  EXPECT_EQ(keytide({"reload"}).exit_code, 1);
  const RunResult applied = keytide({"apply", "-auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.errors;
  EXPECT_THAT(applied.errors, HasSubstr("is no manifest any more"));
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
}

}  // namespace
}  // namespace keytide::testing
