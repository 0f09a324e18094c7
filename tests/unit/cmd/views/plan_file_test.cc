#include "cmd/keytide/views/plan_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/keytide/views/plan_text.h"
#include "tests/unit/cmd/views/sample.h"

namespace keytide {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = PlanDifference::Kind;

Plan plan_with_a_cut() {
  Change change = sample::renewal();
  change.cuts = {sample::cut()};
  return sample::plan_of(change);
}

PlanInput input() {
  PlanInput input;
  input.lineage = "1f2e3d";
  input.options.targets = {Address("ci-deployer")};
  input.options.replace = {Address("billing")};
  input.approvals.large_change = true;
  return input;
}

PlanFile file_of(const Plan& plan) { return make_plan_file(plan, input(), "0.1.0", sample::now()); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string message_of(std::string_view text) {
  const auto parsed = parse_plan_file(text);
  return parsed ? "no error" : parsed.error().message;
}

TEST(PlanFile, EverythingSurvivesTheRoundTrip) {
  const Plan plan = plan_with_a_cut();
  const auto parsed = parse_plan_file(format_plan_file(file_of(plan)));
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->keytide_version, "0.1.0");
  EXPECT_EQ(parsed->created_at, sample::now());
  EXPECT_EQ(parsed->lineage, "1f2e3d");
  EXPECT_THAT(parsed->options.targets, ElementsAre(Address("ci-deployer")));
  EXPECT_THAT(parsed->options.replace, ElementsAre(Address("billing")));
  EXPECT_TRUE(parsed->options.refresh);
  EXPECT_FALSE(parsed->options.refresh_only);
  EXPECT_FALSE(parsed->approvals.foreign_cut);
  EXPECT_TRUE(parsed->approvals.large_change);
  EXPECT_FALSE(parsed->approvals.clock_skew);
  EXPECT_THAT(parsed->approvals.cuts, ElementsAre(SecretId("ffffffffffffffffffffffff")));
  ASSERT_EQ(parsed->entries.size(), 1U);
  EXPECT_EQ(parsed->entries[0].address, Address("ci-deployer"));
  EXPECT_EQ(parsed->entries[0].key, sample::key());
  EXPECT_EQ(parsed->entries[0].changes, "renew");
  EXPECT_EQ(parsed->entries[0].digest.size(), 32U);
  EXPECT_EQ(parsed->counts.add, 1);
  EXPECT_EQ(parsed->text, render_plan(plan, {}));
}

TEST(PlanFile, AnAccountOfAProjectSurvivesTheRoundTrip) {
  AccountPlan account = sample::account();
  account.key.scope = {Scope::Kind::project, "5f5f5f5f5f5f5f5f5f5f5f5f"};
  account.changes = {sample::renewal()};
  const auto parsed = parse_plan_file(format_plan_file(file_of(sample::plan_of(account))));
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->entries[0].key, account.key);
}

TEST(PlanFile, WhatIsNoPlanFileIsRefused) {
  constexpr auto* kMessage = "this is no plan file of keytide: ";
  EXPECT_THAT(message_of(""), HasSubstr(std::string(kMessage) + "it is not JSON"));
  EXPECT_THAT(message_of("keytide: 1\n"), HasSubstr("it is not JSON"));
  EXPECT_THAT(message_of("[]"), HasSubstr("it has no `keytide_plan`"));
  EXPECT_THAT(message_of("{\"a\": 1}"), HasSubstr("make one with `keytide plan -out=FILE`"));
  EXPECT_THAT(message_of(std::string(64 * 1024 * 1024 + 1, ' ')), HasSubstr("larger than 64 MiB"));
}

TEST(PlanFile, AFileThatWasCutOffIsSaidToBe) {
  const std::string text = format_plan_file(file_of(plan_with_a_cut()));
  EXPECT_EQ(message_of(text.substr(0, text.size() / 2)),
            "the plan file is damaged: it is cut off or was edited; make it anew with "
            "`keytide plan -out=FILE`");
}

TEST(PlanFile, EveryCutOfAFileIsRefused) {
  const std::string text = format_plan_file(file_of(plan_with_a_cut()));
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    EXPECT_FALSE(parse_plan_file(text.substr(0, size))) << size;
  }
}

TEST(PlanFile, ANewerFormatNamesTheKeytideThatWroteIt) {
  const std::string text = format_plan_file(file_of(plan_with_a_cut()));
  const auto parsed = parse_plan_file(replaced(text, "\"keytide_plan\":1", "\"keytide_plan\":2"));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(parsed.error().message,
            "the plan file has format 2, this keytide reads 1: apply it with the keytide that "
            "wrote it (0.1.0)");
}

TEST(PlanFile, AMemberOfTheWrongKindIsNamed) {
  const std::string text = format_plan_file(file_of(plan_with_a_cut()));
  EXPECT_THAT(message_of(replaced(text, "\"add\":1", "\"add\":-1")),
              HasSubstr("counts.add is not a count"));
  EXPECT_THAT(message_of(replaced(text, "\"address\":\"ci-deployer\"", "\"address\":7")),
              HasSubstr("entries[0].address is not a text"));
  EXPECT_THAT(message_of(replaced(text, "\"refresh\":true", "\"refresh\":1")),
              HasSubstr("options.refresh is not true or false"));
  EXPECT_THAT(message_of(replaced(text, "2026-11-23T12:00:00Z", "yesterday")),
              HasSubstr("created_at is not a time"));
  EXPECT_THAT(message_of(replaced(text, "\"entries\":[", "\"entries\":[3,")),
              HasSubstr("entries[0].address is not a text"));
}

TEST(PlanFile, TheSamePlanDiffersInNothing) {
  const auto differences = compare(file_of(plan_with_a_cut()), plan_with_a_cut(), "1f2e3d");
  EXPECT_THAT(differences, IsEmpty());
  EXPECT_FALSE(is_stale(differences));
}

TEST(PlanFile, AnotherStateIsRefusedAtOnce) {
  const auto differences = compare(file_of(plan_with_a_cut()), Plan{}, "000000");
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].kind, Kind::state);
  EXPECT_EQ(differences[0].why,
            "the plan was made for another state (lineage 1f2e3d, here 000000)");
  EXPECT_TRUE(is_stale(differences));
}

TEST(PlanFile, APlanMadeBeforeTheStateWasHoldsForTheStateThatIsMadeNext) {
  PlanFile file = file_of(plan_with_a_cut());
  file.lineage = "";
  EXPECT_THAT(compare(file, plan_with_a_cut(), "000000"), IsEmpty());
}

TEST(PlanFile, ARecordThatMovedOnMakesTheEntryChanged) {
  AccountPlan account = sample::account();
  account.changes = {sample::renewal()};
  const PlanFile file = file_of(sample::plan_of(account));
  account.record->version = 8;
  const auto differences = compare(file, sample::plan_of(account), "1f2e3d");
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].kind, Kind::changed);
  EXPECT_EQ(differences[0].why,
            "ci-deployer changed since the plan: its record, its settings or its secrets are not "
            "what they were");
}

TEST(PlanFile, AForeignSecretThatAppearedMakesTheEntryChanged) {
  const PlanFile file = file_of(sample::plan_of(sample::renewal()));
  EXPECT_TRUE(is_stale(compare(file, plan_with_a_cut(), "1f2e3d")));
}

TEST(PlanFile, AnotherActionIsNamed) {
  Change create = sample::renewal();
  create.action = Action::create;
  const auto differences =
      compare(file_of(sample::plan_of(sample::renewal())), sample::plan_of(create), "1f2e3d");
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].why,
            "ci-deployer changed since the plan: it was to renew, now it is to create");
}

TEST(PlanFile, AnEntryThatNeedsNothingAnyMoreMakesTheFileStale) {
  const auto differences = compare(file_of(sample::plan_of(sample::renewal())), Plan{}, "1f2e3d");
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].kind, Kind::gone);
  EXPECT_TRUE(is_stale(differences));
}

TEST(PlanFile, AnEntryThatBecameDueLaterIsNoReasonToRefuse) {
  const auto differences = compare(file_of(Plan{}), plan_with_a_cut(), "1f2e3d");
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].kind, Kind::extra);
  EXPECT_EQ(differences[0].why,
            "ci-deployer is not in the plan: it is to renew, after the next plan");
  EXPECT_FALSE(is_stale(differences));
}

}  // namespace
}  // namespace keytide
