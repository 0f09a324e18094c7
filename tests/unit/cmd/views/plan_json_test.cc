#include "cmd/keytide/views/plan_json.h"

#include <gtest/gtest.h>

#include "cmd/keytide/views/json_line.h"
#include "tests/unit/cmd/views/lines.h"
#include "tests/unit/cmd/views/sample.h"

namespace keytide {
namespace {

using nlohmann::json;

std::vector<json> lines_of_plan(const Plan& plan) {
  return lines_of(json_plan(plan, sample::now()));
}

TEST(JsonLine, TheVersionLineIsWrittenAsItStands) {
  EXPECT_EQ(json_version("0.1.0", sample::now()),
            R"({"@level":"info","@message":"keytide 0.1.0","@module":"keytide.ui",)"
            R"("@timestamp":"2026-11-23T12:00:00Z","type":"version","keytide":"0.1.0",)"
            R"("ui":"1.0"})"
            "\n");
}

TEST(JsonLine, ADiagnosticCarriesItsPlaceItsLineAndTheWayOut) {
  const Diagnostic diagnostic{Diagnostic::Severity::error,
                              {"secrets/a.yaml", 7, 15},
                              "lifetime 5h is out of range",
                              "write 8h to 365d",
                              "    lifetime: 5h"};
  const json line = lines_of(json_diagnostic(diagnostic, sample::now())).at(0);
  EXPECT_EQ(line["@level"], "error");
  EXPECT_EQ(line["@message"], "Error: lifetime 5h is out of range");
  EXPECT_EQ(line["type"], "diagnostic");
  EXPECT_EQ(line["diagnostic"], json::parse(R"json({
    "severity": "error", "summary": "lifetime 5h is out of range", "detail": "write 8h to 365d",
    "range": {"filename": "secrets/a.yaml", "start": {"line": 7, "column": 15},
              "end": {"line": 7, "column": 15}},
    "snippet": {"code": "    lifetime: 5h", "start_line": 7}})json"));
}

TEST(JsonLine, AnErrorOfAnEntryNamesTheEntryAndItsKind) {
  const Error error{ErrorKind::rate_limited, "Atlas answered 429", {"create"}};
  const json line = lines_of(json_error(error, Address("billing"), sample::now())).at(0);
  EXPECT_EQ(line["diagnostic"], json::parse(R"json({
    "severity": "error", "summary": "Atlas answered 429 (create)", "detail": "",
    "kind": "rate_limited", "address": "billing"
})json"));
}

TEST(JsonLine, TextThatIsNotUtf8StaysValidJson) {
  const json line = lines_of(json_warning("bad \xff byte\n", sample::now())).at(0);
  EXPECT_EQ(line["diagnostic"]["summary"], "bad \xef\xbf\xbd byte\n");
}

TEST(PlanJson, AnEmptyPlanIsOneSummaryOfNothing) {
  const auto lines = lines_of_plan(Plan{});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["type"], "change_summary");
  EXPECT_EQ(lines[0]["@message"], "Plan: 0 to add, 0 to change, 0 to destroy.");
  EXPECT_EQ(lines[0]["changes"], json::parse(R"json({
    "add": 0, "change": 0, "import": 0, "remove": 0, "forget": 0, "finish": 0, "blocked": 0,
    "quarantined": 0, "unchanged": 0, "operation": "plan"})json"));
}

TEST(PlanJson, ARenewalIsAPlannedChangeWithItsReasonAndTheOldSecret) {
  const auto lines = lines_of_plan(sample::plan_of(sample::renewal()));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["type"], "planned_change");
  EXPECT_EQ(lines[0]["@message"], "ci-deployer: Plan to renew (expires in 6d, renew_before 14d)");
  EXPECT_EQ(lines[0]["change"], json::parse(R"json({
    "resource": {"addr": "ci-deployer", "module": "", "resource": "ci-deployer",
      "implied_provider": "mongodbatlas", "resource_type": "service_account_secret",
      "resource_name": "ci-deployer", "resource_key": null,
      "scope": "org 32b6e34b3d91647abb20e7b8", "client_id": "mdb_sa_id_cccccccccccccccccccccccc"},
    "action": "renew", "reason": "renewing", "why": "expires in 6d, renew_before 14d",
    "secret": {"id": "aaaaaaaaaaaaaaaaaaaaaaaa", "role": "current",
      "masked": "mdb_sa_sk_...aaaa", "created_at": "2026-08-31T12:00:00Z",
      "expires_at": "2026-11-29T12:00:00Z", "last_used_at": null}})json"));
  EXPECT_EQ(lines[1]["changes"]["add"], 1);
}

TEST(PlanJson, EveryActionHasItsWord) {
  const auto action_of = [](Action action) {
    Change change;
    change.action = action;
    return lines_of_plan(sample::plan_of(change)).at(0)["change"]["action"];
  };
  EXPECT_EQ(action_of(Action::create), "create");
  EXPECT_EQ(action_of(Action::renew), "renew");
  EXPECT_EQ(action_of(Action::update), "update");
  EXPECT_EQ(action_of(Action::destroy), "delete");
  EXPECT_EQ(action_of(Action::forget), "forget");
  EXPECT_EQ(action_of(Action::finish), "finish");
}

TEST(PlanJson, ACutNamesTheForeignSecretAndWhetherItIsApproved) {
  Change change = sample::renewal();
  change.cuts = {sample::cut()};
  change.frees = SecretId("bbbbbbbbbbbbbbbbbbbbbbbb");
  const json body = lines_of_plan(sample::plan_of(change)).at(0)["change"];
  EXPECT_EQ(body["frees"], "bbbbbbbbbbbbbbbbbbbbbbbb");
  EXPECT_EQ(body["foreign_cuts"], json::parse(R"json([
    {"id": "ffffffffffffffffffffffff", "masked": "mdb_sa_sk_...wxyz",
     "last_used_at": "2026-11-20T12:00:00Z", "expires_at": "2027-02-01T12:00:00Z",
     "cut_to": "2026-11-30T12:00:00Z", "approved": false}])json"));
}

TEST(PlanJson, AMoveNamesTheOldAddressAndTheSinks) {
  Change change;
  change.action = Action::update;
  change.reason = Reason::moved;
  change.moved_from = Address("ci");
  change.sinks = {{SinkChange::Kind::dropped, SinkName("file:/old"), "its copy is left"}};
  const json body = lines_of_plan(sample::plan_of(change)).at(0)["change"];
  EXPECT_EQ(body["previous_resource"]["addr"], "ci");
  EXPECT_EQ(body["sinks"], json::parse(R"json([
    {"name": "file:/old", "change": "dropped", "why": "its copy is left"}])json"));
}

TEST(PlanJson, DriftBlockedNotesAndWarningsHaveTheirOwnLines) {
  AccountPlan account = sample::account();
  account.drift = {"mdb_sa_sk_...aaaa (current) was deleted in Atlas"};
  account.blocked = Blocked{"no slot is free", "delete one in Atlas"};
  account.notes = {"the old secret was used"};
  Plan plan = sample::plan_of(account);
  plan.warnings = {"the clocks are 2m apart"};
  const auto lines = lines_of_plan(plan);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0]["type"], "resource_drift");
  EXPECT_EQ(lines[0]["change"]["drift"][0], "mdb_sa_sk_...aaaa (current) was deleted in Atlas");
  EXPECT_EQ(lines[1]["type"], "entry_blocked");
  EXPECT_EQ(lines[1]["@level"], "warn");
  EXPECT_EQ(lines[1]["entry"]["why"], "no slot is free");
  EXPECT_EQ(lines[1]["entry"]["way_out"], "delete one in Atlas");
  EXPECT_EQ(lines[2]["type"], "entry_note");
  EXPECT_EQ(lines[2]["entry"]["note"], "the old secret was used");
  EXPECT_EQ(lines[3]["type"], "diagnostic");
  EXPECT_EQ(lines[3]["diagnostic"]["severity"], "warning");
  EXPECT_EQ(lines[4]["changes"]["blocked"], 1);
}

TEST(PlanJson, ValidatesInOneObjectAsTerraformDoes) {
  EXPECT_EQ(json_validation({}),
            R"({"format_version":"1.0","valid":true,"error_count":0,"warning_count":0,)"
            R"("diagnostics":[]})"
            "\n");
  const Diagnostic problem{
      Diagnostic::Severity::error, {"a.yaml", 3, 5}, "lifetime 5h is out of range", "write 8h", ""};
  EXPECT_EQ(json_validation({problem}),
            R"({"format_version":"1.0","valid":false,"error_count":1,"warning_count":0,)"
            R"("diagnostics":[{"severity":"error","summary":"lifetime 5h is out of range",)"
            R"("detail":"write 8h","range":{"filename":"a.yaml","start":{"line":3,"column":5},)"
            R"("end":{"line":3,"column":5}}}]})"
            "\n");
}

}  // namespace
}  // namespace keytide
