#include "cmd/keytide/views/progress_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/unit/cmd/views/fake_clock.h"
#include "tests/unit/cmd/views/sample.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using Step = Progress::Step;

Progress step_of(Step step, std::string detail = "", Action action = Action::renew) {
  return {step, Address("ci-deployer"), sample::key(), action, std::move(detail)};
}

std::string line_of(Step step, std::string detail, Action action) {
  return render_progress(step_of(step, std::move(detail), action), milliseconds(2400), {});
}

struct Output {
  std::string text;
  std::function<void(std::string_view)> write() {
    return [this](std::string_view part) { text += part; };
  }
};

TEST(ProgressText, EveryStepOfARenewalIsALine) {
  FakeClock clock;
  Output out;
  ProgressText progress({}, clock, out.write());
  progress.on(step_of(Step::started, "expires in 6d, renew_before 14d"));
  progress.on(step_of(Step::created, "mdb_sa_sk_...bbbb"));
  progress.on(step_of(Step::waiting, "for Atlas to accept the new secret"));
  clock.sleep(milliseconds(65000));
  progress.on(step_of(Step::verified));
  progress.on(step_of(Step::delivered, "file:/run/ci/atlas.env"));
  progress.on(step_of(Step::switched, "expires 2027-02-20T16:00:00Z"));
  progress.on(step_of(Step::finished));
  EXPECT_EQ(out.text, R"(ci-deployer: Renewing... (expires in 6d, renew_before 14d)
ci-deployer: created mdb_sa_sk_...bbbb
ci-deployer: waiting for Atlas to accept the new secret
ci-deployer: verified
ci-deployer: delivered to file:/run/ci/atlas.env
ci-deployer: switched to the new secret (expires 2027-02-20T16:00:00Z)
ci-deployer: Renewal complete after 1m
)");
}

TEST(ProgressText, EachActionHasItsOwnWords) {
  const auto begins = [](Action action) { return line_of(Step::started, "", action); };
  const auto ends = [](Action action) { return line_of(Step::finished, "", action); };
  EXPECT_EQ(begins(Action::create), "ci-deployer: Creating...");
  EXPECT_EQ(begins(Action::renew), "ci-deployer: Renewing...");
  EXPECT_EQ(begins(Action::update), "ci-deployer: Updating...");
  EXPECT_EQ(begins(Action::destroy), "ci-deployer: Destroying...");
  EXPECT_EQ(begins(Action::forget), "ci-deployer: Forgetting...");
  EXPECT_EQ(begins(Action::finish), "ci-deployer: Finishing...");
  EXPECT_EQ(ends(Action::create), "ci-deployer: Creation complete after 2s");
  EXPECT_EQ(ends(Action::renew), "ci-deployer: Renewal complete after 2s");
  EXPECT_EQ(ends(Action::update), "ci-deployer: Update complete after 2s");
  EXPECT_EQ(ends(Action::destroy), "ci-deployer: Destruction complete after 2s");
  EXPECT_EQ(ends(Action::forget), "ci-deployer: Removal from the state complete after 2s");
  EXPECT_EQ(ends(Action::finish), "ci-deployer: Recovery complete after 2s");
}

TEST(ProgressText, AFailureSaysWhyAndAfterHowLong) {
  EXPECT_EQ(line_of(Step::failed, "Atlas answered 500", Action::create),
            "ci-deployer: Failed after 2s: Atlas answered 500");
}

TEST(ProgressText, ADeletionNamesTheMask) {
  EXPECT_EQ(line_of(Step::deleted, "mdb_sa_sk_...aaaa", Action::destroy),
            "ci-deployer: deleted mdb_sa_sk_...aaaa");
}

TEST(ProgressText, OnATerminalOneLineIsRewrittenAndTheEndStays) {
  FakeClock clock;
  Output out;
  ProgressText progress({{}, true, 3, 80}, clock, out.write());
  progress.on(step_of(Step::started));
  EXPECT_EQ(out.text, "[0/3] 1 in flight: ci-deployer (renewing, 0s)");
  out.text.clear();
  clock.sleep(milliseconds(2000));
  progress.on(step_of(Step::created, "mdb_sa_sk_...bbbb"));
  EXPECT_EQ(out.text, "\r\x1b[K[0/3] 1 in flight: ci-deployer (verifying, 2s)");
  out.text.clear();
  progress.on(step_of(Step::finished));
  EXPECT_EQ(out.text, "\r\x1b[Kci-deployer: Renewal complete after 2s\n");
}

TEST(ProgressText, TheRewrittenLineCountsFailuresAndTakesItselfAway) {
  FakeClock clock;
  Output out;
  ProgressText progress({{}, true, 3, 80}, clock, out.write());
  progress.on(step_of(Step::failed, "Atlas answered 500"));
  EXPECT_EQ(out.text, "ci-deployer: Failed after 0s: Atlas answered 500\n");
  out.text.clear();
  progress.on(step_of(Step::started));
  EXPECT_EQ(out.text, "[1/3] 1 failed, 1 in flight: ci-deployer (renewing, 0s)");
  out.text.clear();
  progress.clear();
  progress.clear();
  EXPECT_EQ(out.text, "\r\x1b[K");
}

TEST(ProgressText, ARedrawBringsTheTimesUpToDate) {
  FakeClock clock;
  Output out;
  ProgressText progress({{}, true, 1, 80}, clock, out.write());
  progress.on(step_of(Step::started));
  out.text.clear();
  clock.sleep(milliseconds(9000));
  progress.redraw();
  EXPECT_EQ(out.text, "\r\x1b[K[0/1] 1 in flight: ci-deployer (renewing, 9s)");
}

TEST(ProgressText, TheRewrittenLineStaysWithinTheTerminal) {
  FakeClock clock;
  Output out;
  ProgressText progress({{}, true, 3, 30}, clock, out.write());
  progress.on(step_of(Step::started));
  EXPECT_EQ(out.text, "[0/3] 1 in flight: ci-depl...");
}

TEST(ProgressText, SeveralThreadsNeverTearALine) {
  FakeClock clock;
  Output out;
  ProgressText progress({}, clock, out.write());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&progress] {
      for (int n = 0; n < 100; ++n) progress.on(step_of(Step::verified));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += "ci-deployer: verified\n";
  EXPECT_EQ(out.text, expected);
}

TEST(ApplySummary, SaysWhatWasDone) {
  ExecuteResult result;
  result.added = 2;
  result.changed = 1;
  result.destroyed = 3;
  EXPECT_EQ(render_failures(result), "");
  EXPECT_EQ(render_apply_summary(result, PlanCounts{}, {}),
            "Apply complete! Secrets: 2 added, 1 changed, 3 destroyed.\n");
}

TEST(ApplySummary, AFailureIsNamedWithWhatToDoNext) {
  ExecuteResult result;
  result.added = 1;
  result.not_started = 2;
  result.failures.push_back(
      {Address("ci-deployer"), Error{ErrorKind::unavailable, "Atlas answered 500", {"create"}}});
  result.warnings = {"billing: not verified"};
  EXPECT_EQ(render_failures(result), "error: ci-deployer: Atlas answered 500 (create)\n");
  EXPECT_EQ(render_apply_summary(result, PlanCounts{}, {}), R"(Warning: billing: not verified

Apply incomplete. Secrets: 1 added, 0 changed, 0 destroyed.
Not started: 2 entries.
What was begun is recorded: `keytide plan` shows what is left, `keytide apply` finishes or undoes it. `keytide events ADDR` says what was done so far.
)");
}

TEST(ApplySummary, ForgottenAndBlockedEntriesAreCountedApart) {
  ExecuteResult result;
  result.forgotten = 1;
  EXPECT_EQ(render_apply_summary(result, PlanCounts{.blocked = 2}, {}),
            "Apply incomplete. Secrets: 0 added, 0 changed, 0 destroyed.\n"
            "Forgotten: 1 entry.\n"
            "Blocked: 2 entries; the plan says the way out.\n");
}

TEST(ApplySummary, IsOfAWholeApplyOnlyWhereNothingIsLeft) {
  EXPECT_EQ(apply_line(ExecuteResult{}, PlanCounts{.quarantined = 1}),
            "Apply incomplete. Secrets: 0 added, 0 changed, 0 destroyed.");
  ExecuteResult unread;
  unread.added = 2;
  unread.unread_scopes = 1;
  EXPECT_EQ(render_apply_summary(unread, PlanCounts{}, {}),
            "Apply incomplete. Secrets: 2 added, 0 changed, 0 destroyed.\n"
            "Not looked at: 1 organization or project.\n");
}

TEST(ApplySummary, IsGreenOrRedWhereColorsAreOn) {
  ExecuteResult result;
  EXPECT_THAT(render_apply_summary(result, PlanCounts{}, {true}),
              HasSubstr("\x1b[32mApply complete!"));
  result.not_started = 1;
  EXPECT_THAT(render_apply_summary(result, PlanCounts{}, {true}),
              HasSubstr("\x1b[31mApply incomplete."));
}

}  // namespace
}  // namespace keytide
