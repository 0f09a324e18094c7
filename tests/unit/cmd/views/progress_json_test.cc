#include "cmd/keytide/views/progress_json.h"

#include <gtest/gtest.h>

#include "tests/unit/cmd/views/fake_clock.h"
#include "tests/unit/cmd/views/lines.h"
#include "tests/unit/cmd/views/sample.h"

namespace keytide {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using Step = Progress::Step;

Progress step_of(Step step, std::string detail = "") {
  return {step, Address("ci-deployer"), sample::key(), Action::renew, std::move(detail)};
}

json line_of(Step step, std::string detail = "") {
  return lines_of(
             json_progress(step_of(step, std::move(detail)), milliseconds(2400), sample::now()))
      .at(0);
}

TEST(ProgressJson, EveryStepHasItsTypeAndItsDetail) {
  EXPECT_EQ(line_of(Step::started, "expires in 6d")["type"], "apply_start");
  EXPECT_EQ(line_of(Step::started, "expires in 6d")["hook"]["why"], "expires in 6d");
  EXPECT_EQ(line_of(Step::created, "mdb_sa_sk_...bbbb")["type"], "secret_created");
  EXPECT_EQ(line_of(Step::created, "mdb_sa_sk_...bbbb")["hook"]["masked"], "mdb_sa_sk_...bbbb");
  EXPECT_EQ(line_of(Step::verified)["type"], "secret_verified");
  EXPECT_EQ(line_of(Step::delivered, "file:/a")["type"], "sink_delivered");
  EXPECT_EQ(line_of(Step::delivered, "file:/a")["hook"]["sink"], "file:/a");
  EXPECT_EQ(line_of(Step::switched, "expires 2027")["type"], "secret_switched");
  EXPECT_EQ(line_of(Step::deleted, "mdb_sa_sk_...aaaa")["type"], "secret_deleted");
  EXPECT_EQ(line_of(Step::waiting, "for Atlas")["type"], "apply_progress");
  EXPECT_EQ(line_of(Step::finished)["type"], "apply_complete");
  EXPECT_EQ(line_of(Step::failed, "Atlas answered 500")["type"], "apply_errored");
}

TEST(ProgressJson, AnEndCarriesTheResourceTheActionAndTheElapsedSeconds) {
  const json line = line_of(Step::finished);
  EXPECT_EQ(line["@message"], "ci-deployer: Renewal complete after 2s");
  EXPECT_EQ(line["hook"]["resource"]["addr"], "ci-deployer");
  EXPECT_EQ(line["hook"]["action"], "renew");
  EXPECT_EQ(line["hook"]["elapsed_seconds"], 2);
}

TEST(ProgressJson, AFailureIsAnErrorWithItsReason) {
  const json line = line_of(Step::failed, "Atlas answered 500");
  EXPECT_EQ(line["@level"], "error");
  EXPECT_EQ(line["hook"]["error"], "Atlas answered 500");
}

TEST(ProgressJson, TheListenerMeasuresFromTheStartOfTheChange) {
  FakeClock clock;
  std::string text;
  ProgressJson progress(clock, [&](std::string_view part) { text += part; });
  progress.on(step_of(Step::started));
  clock.sleep(milliseconds(3000));
  progress.on(step_of(Step::finished));
  progress.on(step_of(Step::started));
  clock.sleep(milliseconds(1000));
  progress.on(step_of(Step::failed, "no"));
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["@timestamp"], "2026-11-23T12:00:00Z");
  EXPECT_EQ(lines[1]["hook"]["elapsed_seconds"], 3);
  EXPECT_EQ(lines[3]["hook"]["elapsed_seconds"], 1);
}

TEST(ProgressJson, TheSummaryFollowsWarningsAndFailures) {
  ExecuteResult result;
  result.added = 1;
  result.not_started = 2;
  result.warnings = {"billing: not verified"};
  result.failures.push_back(
      {Address("ci-deployer"), Error{ErrorKind::unavailable, "Atlas answered 500", {}}});
  const auto lines = lines_of(json_apply_summary(result, PlanCounts{.blocked = 3}, sample::now()));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["diagnostic"]["severity"], "warning");
  EXPECT_EQ(lines[1]["diagnostic"]["address"], "ci-deployer");
  EXPECT_EQ(lines[2]["@message"], "Apply incomplete. Secrets: 1 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(lines[2]["changes"], json::parse(R"json({
    "add": 1, "change": 0, "import": 0, "remove": 0, "forget": 0, "blocked": 3, "quarantined": 0, "failed": 1,
    "not_started": 2, "unread_scopes": 0, "operation": "apply"})json"));
}

}  // namespace
}  // namespace keytide
