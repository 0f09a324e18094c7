// The service whose manifests lie in a repository: what it follows, what it refuses, and that
// nothing that happens to the repository keeps a secret from being renewed.
#include <gmock/gmock.h>

#include <chrono>

#include "tests/e2e/git_run.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunGit : public GitRun {
 protected:
  // The service with that many apps, all of them delivered. The commit.
  std::string start_with(int count) {
    const std::string commit = push_entries(apps(0, count));
    start();
    wait_until_served(0, count);
    return commit;
  }
};

TEST_F(RunGit, FollowsEntriesThatComeChangeAndGo) {
  const std::string first = start_with(2);
  EXPECT_THAT(log(), HasSubstr("manifests applied"));
  EXPECT_THAT(log(), HasSubstr("revision=" + first));
  const std::string second = push_entries(apps(0, 3));
  RunResult result = reload();
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.output, url() + "@main: revision " + second + ", 3 entries\n");
  wait_until_served(0, 3);
  EXPECT_EQ(world_.creates(), 3);

  push_entries(entry("app-0", account_of(0), "rotation_id: \"2\"") + apps(1, 3));
  EXPECT_EQ(reload().exit_code, 0);
  wait_until("app-0 is renewed", [&] { return world_.creates() == 4 && is_served(0); });

  const std::string gone = push_entries(entry("app-0", account_of(0), "rotation_id: \"2\""));
  result = reload();
  EXPECT_THAT(result.output, HasSubstr("revision " + gone + ", 1 entry"));
  wait_until("the others are nobody's", [&] {
    return page("/metrics").find(metric("keytide_source_entries", 1)) != std::string::npos &&
           keytide({"state", "list"}).output.find("unmanaged") != std::string::npos;
  });
  EXPECT_THAT(page("/metrics"), HasSubstr(metric("keytide_source_ready", 1)));
  EXPECT_TRUE(world_.works(account_of(1), world_.folder.read("out/app-1")));
  EXPECT_EQ(world_.creates(), 4);
}

TEST_F(RunGit, FetchesByItselfWhenItsIntervalIsOver) {
  std::string config = world_.folder.read("keytide.yaml");
  config.replace(config.find("interval: 1d"), 12, "interval: 10s");
  world_.folder.write("keytide.yaml", config);
  start_with(1);
  push_entries(apps(0, 2));
  wait_until_served(0, 2);
}

TEST_F(RunGit, TakesAChangeBelowTheLimitUnasked) {
  start_with(12);
  push_entries(apps(0, 9));
  const RunResult result = reload();
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr(", 9 entries"));
  EXPECT_EQ(world_.creates(), 12);
}

TEST_F(RunGit, RefusesALargeChangeUntilAPersonAllowsIt) {
  start_with(12);
  const std::string large = push_entries(apps(0, 8));
  const RunResult refused = reload();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("revision " + large + " is rejected"),
                    HasSubstr("4 of 12 entries were removed or respecified, more than 30 %"),
                    HasSubstr("-allow-large-change")));
  EXPECT_THAT(page("/readyz?verbose"),
              AllOf(HasSubstr("readyz check passed"), HasSubstr("4 of 12 entries were removed")));
  EXPECT_THAT(keytide({"state", "list"}).output, Not(HasSubstr("unmanaged")));
  expect_renewals(12);

  const RunResult unallowed = keytide({"apply", "-auto-approve"});
  EXPECT_EQ(unallowed.exit_code, 1);
  EXPECT_THAT(unallowed.errors + unallowed.output, HasSubstr("-allow-large-change"));
  const RunResult allowed = keytide({"apply", "-auto-approve", "-allow-large-change"});
  EXPECT_EQ(allowed.exit_code, 0) << allowed.errors << allowed.output;
  const RunResult after = reload();
  EXPECT_EQ(after.exit_code, 0) << after.errors;
  EXPECT_THAT(after.output, HasSubstr("revision " + large + ", 8 entries"));
}

TEST_F(RunGit, GoesOnWithTheLastGoodRevisionWhileTheNewestIsInvalid) {
  const std::string good = start_with(2);
  const std::string bad = push_entries("  app-0: {client_id: nonsense}\n");
  RunResult result = reload();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("revision " + bad + " is rejected"),
                                   HasSubstr("prod/all.yaml:4"), HasSubstr("keytide validate")));
  EXPECT_THAT(log(), AllOf(HasSubstr("manifests rejected, the last good ones go on"),
                           HasSubstr("applied=" + good)));
  EXPECT_THAT(page("/metrics"), AllOf(HasSubstr(metric("keytide_source_ready", 0)),
                                      HasSubstr(metric("keytide_source_entries", 2))));
  EXPECT_THAT(page("/readyz?verbose"),
              AllOf(HasSubstr("[+]sources ok"), HasSubstr("[!]source " + url() + "@main")));
  EXPECT_EQ(keytide({"status"}).exit_code, 0);
  EXPECT_THAT(keytide({"status"}).output, HasSubstr("app-1"));
  EXPECT_THAT(keytide({"validate"}).errors, HasSubstr("prod/all.yaml:4"));
  EXPECT_EQ(keytide({"plan"}).exit_code, 1);
  expect_renewals(2);

  kill_service();
  start();
  EXPECT_THAT(log(), AllOf(HasSubstr("manifests rejected, the last good ones go on"),
                           HasSubstr("revision=" + bad), HasSubstr("applied=" + good)));
  EXPECT_THAT(page("/metrics"), HasSubstr(metric("keytide_source_ready", 0)));
  expect_renewals(2);
  push_entries(apps(0, 3));
  result = reload();
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  wait_until_served(0, 3);
  EXPECT_THAT(page("/metrics"), HasSubstr(metric("keytide_source_ready", 1)));
}

TEST_F(RunGit, RefusesAnEmptiedRepositoryUntilAPersonAllowsIt) {
  start_with(2);
  std::filesystem::remove(at("work/prod/all.yaml"));
  commit();
  const RunResult refused = reload();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("the manifests name no secret at all"),
                                    HasSubstr("-allow-large-change")));
  expect_renewals(2);
  const RunResult allowed = keytide({"apply", "-auto-approve", "-allow-large-change"});
  EXPECT_EQ(allowed.exit_code, 0);
  EXPECT_THAT(allowed.output, HasSubstr("To forget: app-0, app-1.")) << allowed.errors;
  const RunResult after = reload();
  EXPECT_EQ(after.exit_code, 0) << after.errors;
  EXPECT_THAT(keytide({"state", "list"}).output, HasSubstr("unmanaged"));
}

TEST_F(RunGit, WaitsForARepositoryThatHoldsNothingYet) {
  git({"--git-dir=" + at("theirs.git"), "update-server-info"});
  start();
  EXPECT_THAT(log(), AllOf(HasSubstr("manifests rejected, and no others count yet"),
                           HasSubstr("the repository has no such branch, or is empty")));
  EXPECT_THAT(page("/readyz?verbose"),
              AllOf(HasSubstr("[-]sources failed"), HasSubstr("readyz check failed")));
  EXPECT_EQ(reload().exit_code, 1);
  push_entries(apps(0, 1));
  EXPECT_EQ(reload().exit_code, 0);
  wait_until_served(0, 1);
  EXPECT_THAT(page("/readyz"), HasSubstr("ok"));
}

TEST_F(RunGit, RenewsWhileTheRepositoryIsGoneAndAfterARestartWithoutIt) {
  const std::string good = start_with(2);
  server_->stop();
  const RunResult result = reload();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr(url()));
  EXPECT_THAT(page("/metrics"), HasSubstr(metric("keytide_source_ready", 0)));
  expect_renewals(2);

  kill_service();
  start();
  EXPECT_THAT(log(), HasSubstr("applied=" + good));
  EXPECT_THAT(page("/readyz"), HasSubstr("ok"));
  expect_renewals(2);
  EXPECT_THAT(keytide({"status"}).output, HasSubstr("app-1"));
  const RunResult applied = keytide({"apply", "-auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.errors;
  EXPECT_THAT(applied.errors, HasSubstr("could not be asked for what is new"));
}

// A fetch from it is given up after half a minute at the earliest.
TEST_F(RunGit, RenewsRightAfterACommandThoughTheRepositoryDoesNotAnswer) {
  start_with(2);
  const int wanted = world_.creates() + 2;
  hangs_ = true;
  world_.atlas.advance("80d");
  const auto begun = std::chrono::steady_clock::now();
  const RunResult moved = keytide({"state", "mv", "app-1", "other"});
  EXPECT_EQ(moved.exit_code, 0) << moved.errors;
  wait_until("what is due is renewed", [&] { return world_.creates() >= wanted; });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  wait_until_served(0, 2);
}

TEST_F(RunGit, GoesByWhatACommandAcceptedThoughTheRepositoryDoesNotAnswerAnyMore) {
  start_with(2);
  push_entries(apps(0, 3));
  EXPECT_EQ(world_.plan({"-out=p"}).exit_code, 2);
  const RunResult applied = keytide({"apply", "p"});
  EXPECT_EQ(applied.exit_code, 0) << applied.errors;
  hangs_ = true;
  const int wanted = world_.creates() + 3;
  world_.atlas.advance("80d");
  EXPECT_EQ(keytide({"state", "mv", "app-1", "other"}).exit_code, 0);
  wait_until("the new one is renewed too", [&] { return world_.creates() >= wanted; });
  wait_until_served(0, 3);
}

TEST_F(RunGit, BeginsNothingWhereTheRepositoryWasNeverSeen) {
  server_->stop();
  start();
  EXPECT_THAT(page("/readyz?verbose"), HasSubstr("[-]sources failed"));
  for (const char* command : {"plan", "apply", "validate"}) {
    const RunResult result = keytide({command});
    EXPECT_EQ(result.exit_code, 1) << command;
    EXPECT_THAT(result.errors, HasSubstr("can't be read")) << command;
  }
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(RunGit, SaysThatABranchWasSetBackAndTakesItByTheSameRules) {
  const std::string first = push_entries(apps(0, 11));
  push_entries(apps(0, 12));
  start();
  wait_until_served(0, 12);
  push("HEAD~1");
  const RunResult back = reload();
  EXPECT_EQ(back.exit_code, 0) << back.errors;
  EXPECT_THAT(back.output, HasSubstr("revision " + first + ", 11 entries"));
  wait_for_log("was set back or rewritten");
  EXPECT_TRUE(world_.works(account_of(11), world_.folder.read("out/app-11")));

  git({"checkout", "--quiet", "--orphan", "other"});
  push_entries(apps(0, 2));
  const RunResult rewritten = reload();
  EXPECT_EQ(rewritten.exit_code, 1);
  EXPECT_THAT(rewritten.errors, HasSubstr("9 of 11 entries were removed"));
  const RunResult plan = keytide({"plan"});
  EXPECT_THAT(plan.errors, HasSubstr("was set back or rewritten"));
  expect_renewals(11);
}

TEST_F(RunGit, IsAskedByValidatePlanAndApplyWithoutAService) {
  push_entries(apps(0, 2));
  EXPECT_EQ(keytide({"validate"}).output, "Success! 2 entries in 1 file.\n");
  EXPECT_THAT(world_.plan().output, HasSubstr("Plan: 2 to add, 0 to change, 0 to destroy."));
  world_.settle();
  EXPECT_TRUE(is_served(0) && is_served(1));
  push_entries(apps(0, 3));
  EXPECT_THAT(keytide({"status"}).output, Not(HasSubstr("app-2"))) << "shows what counts";
  EXPECT_EQ(world_.plan({"-out=p"}).exit_code, 2);
  EXPECT_EQ(keytide({"apply", "p"}).exit_code, 0);
  EXPECT_TRUE(is_served(2));
  EXPECT_THAT(keytide({"status"}).output, HasSubstr("app-2"));
  push_entries(apps(0, 4));
  EXPECT_EQ(keytide({"run", "-once"}).exit_code, 0);
  EXPECT_TRUE(is_served(3));
}

}  // namespace
}  // namespace keytide::testing
