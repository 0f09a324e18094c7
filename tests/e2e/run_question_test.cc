// Questions of people's commands while the service runs: it does not wait for their answers.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/service_run.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunQuestion : public ServiceRun {
 protected:
  RunQuestion() { mkfifo(keyboard().c_str(), 0600); }

  // A person's command, at whose question nobody has typed anything yet.
  std::unique_ptr<BackgroundRun> ask(const std::vector<std::string>& words) {
    std::unique_ptr<BackgroundRun> run(
        new BackgroundRun(world_.folder.start(words, {"person", keyboard()})));
    wait_until("the question stands there",
               [&] { return shown().find("Enter a value:") != std::string::npos; });
    return run;
  }
  void type(const std::string& line) {
    const int keys = open(keyboard().c_str(), O_WRONLY | O_NONBLOCK);
    ASSERT_GE(keys, 0);
    EXPECT_EQ(write(keys, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    close(keys);
  }
  std::string shown() const { return world_.folder.read("person.stdout"); }
  std::string keyboard() const { return world_.folder.path() + "/keyboard"; }
  void wait_for_all() {
    for (const char* name : {"billing", "deployer", "backup"}) wait_for_delivery(name);
    wait_until("nothing is left to do",
               [&] { return world_.plan().output.find(kNoChanges) != std::string::npos; });
  }
};

TEST_F(RunQuestion, RenewalsGoOnWhileAPersonThinks) {
  auto service = start();
  wait_for_all();
  auto rotate = ask({"rotate", "billing"});
  EXPECT_THAT(shown(), HasSubstr("billing will be renewed"));
  world_.atlas.advance("80d");
  service->send(SIGHUP);
  wait_until("all three are renewed by the service", [&] { return world_.creates() == 6; });
  type("no\n");
  const RunResult result = rotate->wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("Apply cancelled."));
}

TEST_F(RunQuestion, WhatWasApprovedIsDone) {
  auto service = start();
  wait_for_all();
  const std::string before = world_.folder.read("out/billing");
  auto rotate = ask({"rotate", "billing"});
  type("yes\n");
  const RunResult result = rotate->wait();
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Apply complete! Secrets: 1 added"));
  EXPECT_NE(world_.folder.read("out/billing"), before);
  world_.expect_served(kBilling, "billing");
}

TEST_F(RunQuestion, WhatHasChangedMeanwhileIsNotDone) {
  auto service = start();
  wait_for_all();
  auto rotate = ask({"rotate", "billing"});
  EXPECT_EQ(keytide({"rotate", "billing", "-auto-approve"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 4);
  type("yes\n");
  const RunResult result = rotate->wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("billing is left out"));
  EXPECT_EQ(world_.creates(), 4);
}

TEST_F(RunQuestion, WhatTheServiceDidMeanwhileIsNoReasonToLeaveTheRest) {
  world_.manifest(entry("billing", kBilling, ""));
  auto service = start();
  wait_for_delivery("billing");
  world_.create_in_atlas(kDeployer, 100);
  world_.manifest(entry("billing", kBilling, "") + entry("deployer", kDeployer, "") +
                  entry("backup", kBackup, ""));
  // Only a person's word cuts deployer's own secret; backup needs none.
  auto apply = ask({"apply"});
  EXPECT_THAT(shown(), HasSubstr("deployer will be created"));
  wait_for_delivery("backup");
  type("yes\n");
  const RunResult result = apply->wait();
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  world_.expect_served(kDeployer, "deployer");
  world_.expect_served(kBackup, "backup");
}

TEST_F(RunQuestion, ACommandAboutOneEntryAcceptsNothingForTheOthers) {
  world_.manifest(entry("billing", kBilling, "") + entry("deployer", kDeployer, ""));
  std::string more = world_.folder.read("secrets/all.yaml");
  more.erase(more.find("  billing:"));
  world_.folder.write("secrets/more.yaml", more + entry("backup", kBackup, ""));
  auto service = start();
  wait_for_all();
  world_.folder.write("secrets/more.yaml", "");
  EXPECT_EQ(keytide({"reload"}).exit_code, 1);
  const RunResult rotated = keytide({"rotate", "billing", "-auto-approve"});
  EXPECT_EQ(rotated.exit_code, 0) << rotated.errors;
  EXPECT_EQ(keytide({"reload"}).exit_code, 1);
  EXPECT_THAT(keytide({"state", "list"}).output,
              AllOf(HasSubstr("backup"), Not(HasSubstr("unmanaged"))));
}

TEST_F(RunQuestion, AnApplyInAQuietServiceAsksNothing) {
  auto service = start();
  wait_for_all();
  const RunResult result = keytide({"apply"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr(kNoChanges), HasSubstr("Apply complete!"), Not(HasSubstr("Enter"))));
}

TEST_F(RunQuestion, AServiceThatStopsWaitsForNobody) {
  auto service = start();
  wait_for_all();
  auto rotate = ask({"rotate", "billing"});
  service->send(SIGTERM);
  EXPECT_EQ(service->wait().exit_code, 0) << log();
  // The terminal still waits for the person; then it learns that nobody listens any more.
  type("yes\n");
  const RunResult result = rotate->wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(world_.creates(), 3);
}

TEST_F(RunQuestion, AnOrphanIsDeletedAfterAYesAndNotBefore) {
  world_.atlas.add_faults(R"([{"method": "POST", "path": ")" + std::string(kBilling) +
                          R"(/secrets", "close": "before_commit"}])");
  auto service = start();
  wait_for_delivery("backup");
  wait_for_delivery("deployer");
  world_.create_in_atlas(kBilling, 2160);
  world_.atlas.advance("2h");
  service->send(SIGHUP);
  wait_for_delivery("billing");
  auto remove = ask({"orphan", "delete", "billing"});
  EXPECT_EQ(world_.secrets(kBilling).size(), 2u);
  type("yes\n");
  const RunResult result = remove->wait();
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Deleted"));
  EXPECT_EQ(world_.secrets(kBilling).size(), 1u);
  world_.expect_served(kBilling, "billing");
}

TEST_F(RunQuestion, APersonWhoLeavesLeavesNothingBehind) {
  auto service = start();
  wait_for_all();
  auto rotate = ask({"rotate", "billing"});
  rotate->send(SIGINT);
  EXPECT_EQ(rotate->wait().exit_code, 128 + SIGINT);
  EXPECT_EQ(keytide({"rotate", "billing", "-auto-approve"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 4);
}

}  // namespace
}  // namespace keytide::testing
