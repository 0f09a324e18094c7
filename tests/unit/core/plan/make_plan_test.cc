#include "core/plan/make_plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/plan/digest.h"
#include "core/plan/safety.h"
#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

// `count` entries as in PlanWorld, "e00", "e01", …, each with an account of its own.
PlanInput fleet(int count) {
  PlanInput input;
  for (int i = 0; i < count; ++i) {
    PlanWorld world;
    AccountKey key = kKey;
    key.client_id = ClientId(fmt::format("mdb_sa_id_{:024x}", i));
    const Address address(fmt::format("e{:02}", i));
    world.desired->account = world.record->key = world.observed.key = key;
    world.desired->address = world.record->address = address;
    const PlanInput one = world.gathered();
    if (i == 0) input = one;
    if (i > 0) {
      input.desired.secrets.push_back(one.desired.secrets[0]);
      input.records.push_back(one.records[0]);
      input.scopes[0].accounts.push_back(one.scopes[0].accounts[0]);
      input.sinks.push_back(one.sinks[0]);
    }
    input.sinks.back().key = key;
  }
  return input;
}

std::string text_of(const Plan& plan) {
  std::string text;
  for (const AccountPlan& account : plan.accounts) {
    text += account.address.str() + ": " + line_of(account) + " " + digest_of(account) + "\n";
    for (const Change& change : account.changes) text += "  " + change.why + "\n";
  }
  for (const std::string& warning : plan.warnings) text += warning + "\n";
  return text + fmt::format("{} unchanged", plan.unchanged);
}

TEST(MakePlan, CountsWhatItWouldDoNow) {
  PlanInput input = fleet(5);
  input.desired.secrets[0].rotation_id = "2";
  input.desired.secrets[1].deliver.push_back(file_sink("b", "/run/b"));
  input.desired.secrets[2].account_name = "wrong";
  input.desired.secrets[2].rotation_id = "2";
  input.desired.secrets.erase(input.desired.secrets.begin() + 3);
  const Plan plan = make_plan(input);
  const PlanCounts counts = plan.counts();
  EXPECT_EQ(counts.add, 1);
  EXPECT_EQ(counts.change, 1);
  EXPECT_EQ(counts.destroy, 0);
  EXPECT_EQ(counts.forget, 1);
  EXPECT_EQ(counts.blocked, 1);
  EXPECT_EQ(plan.unchanged, 1);
  EXPECT_FALSE(plan.empty());
  EXPECT_TRUE(make_plan(fleet(5)).empty());
}

TEST(MakePlan, IsTheSameTextForEntriesInAnyOrder) {
  PlanInput input = fleet(12);
  for (int i = 0; i < 12; i += 3)
    input.desired.secrets[static_cast<std::size_t>(i)].rotation_id = "2";
  input.desired.secrets.erase(input.desired.secrets.begin() + 4);
  const std::string expected = text_of(make_plan(input));
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(input.desired.secrets.begin(), input.desired.secrets.end(), random);
    EXPECT_EQ(text_of(make_plan(input)), expected) << "round " << round;
  }
}

TEST(MakePlan, TwoEntriesThatSwapTheirAddressesAreBothMoved) {
  PlanInput input = fleet(2);
  std::swap(input.desired.secrets[0].address, input.desired.secrets[1].address);
  const Plan plan = make_plan(input);
  ASSERT_EQ(plan.accounts.size(), 2U);
  EXPECT_EQ(plan.accounts[0].changes[0].why, "moved from e01");
  EXPECT_EQ(plan.accounts[1].changes[0].why, "moved from e00");
}

TEST(MakePlan, TargetsLeaveEverythingElseOut) {
  PlanInput input = fleet(3);
  for (DesiredSecret& entry : input.desired.secrets) entry.rotation_id = "2";
  input.options.targets = {Address("e01")};
  const Plan plan = make_plan(input);
  ASSERT_EQ(plan.accounts.size(), 1U);
  EXPECT_EQ(plan.accounts[0].address, Address("e01"));
}

TEST(MakePlan, AMovedEntryIsFoundByItsOldAddressToo) {
  PlanInput input = fleet(2);
  input.desired.secrets[1].address = Address("renamed");
  input.options.targets = {Address("e01")};
  const Plan plan = make_plan(input);
  ASSERT_EQ(plan.accounts.size(), 1U);
  EXPECT_EQ(line_of(plan.accounts[0]), "~ moved");
}

TEST(MakePlan, NamesAddressesThatNobodyKnows) {
  PlanInput input = fleet(2);
  input.options.targets = {Address("e00"), Address("nope")};
  input.options.replace = {Address("gone")};
  EXPECT_EQ(find_unknown_addresses(input), (std::vector{Address("gone"), Address("nope")}));
  input.desired.secrets.erase(input.desired.secrets.begin());
  input.options.replace = {Address("e00")};
  input.options.targets = {};
  EXPECT_EQ(find_unknown_addresses(input), std::vector{Address("e00")});
}

TEST(MakePlan, RefreshOnlyReportsDriftAndDoesNothing) {
  PlanWorld world;
  world.desired->rotation_id = "2";
  world.listed("c1").expires_at = kNow + span("7d");
  world.input.options.refresh_only = true;
  const Plan plan = make_plan(world.gathered());
  EXPECT_TRUE(plan.empty());
  ASSERT_TRUE(plan.has_drift());
  EXPECT_EQ(plan.accounts[0].drift[0],
            "mdb_sa_sk_...c1 (current) expires 2026-11-30T12:00:00Z instead of "
            "2027-02-11T12:00:00Z");
}

TEST(MakePlan, WithoutARefreshTheRecordsAreTakenForTrue) {
  PlanWorld world;
  world.unlist("c1");
  world.input.options.refresh = false;
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(MakePlan, WarnsOfClocksOverAMinuteApart) {
  PlanInput input = fleet(1);
  input.host_now = kNow + span("60s");
  EXPECT_TRUE(make_plan(input).warnings.empty());
  input.host_now = kNow - span("61s");
  ASSERT_EQ(make_plan(input).warnings.size(), 1U);
  EXPECT_THAT(make_plan(input).warnings[0], HasSubstr("are 1m apart"));
}

TEST(Safety, RefusesAnEmptySourceWhateverTheSize) {
  PlanInput input = fleet(2);
  input.desired.secrets.clear();
  const auto refusals = check_safety(input, make_plan(input));
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_THAT(refusals[0].why, HasSubstr("the manifests name no secret at all, but 2"));
  EXPECT_THAT(refusals[0].way_out, HasSubstr("-allow-large-change"));
  input.approvals.large_change = true;
  EXPECT_TRUE(check_safety(input, make_plan(input)).empty());
}

TEST(Safety, RefusesMoreThanThirtyPercentOfTenEntries) {
  PlanInput input = fleet(10);
  for (std::size_t i = 0; i < 3; ++i) input.desired.secrets[i].rotation_id = "2";
  EXPECT_TRUE(check_safety(input, make_plan(input)).empty());
  input.desired.secrets.pop_back();
  const auto refusals = check_safety(input, make_plan(input));
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_THAT(refusals[0].why, HasSubstr("4 of 10 entries"));
  EXPECT_THAT(refusals[0].way_out, HasSubstr("safety.max_removed_or_respecified"));
}

TEST(Safety, NeverCountsRenewalsByTimeAndSmallFleets) {
  PlanInput due = fleet(10);
  due.now = due.host_now = kNow + span("60d");
  const Plan plan = make_plan(due);
  EXPECT_EQ(plan.counts().add, 10);
  EXPECT_TRUE(check_safety(due, plan).empty());
  PlanInput small = fleet(9);
  for (DesiredSecret& entry : small.desired.secrets) entry.rotation_id = "2";
  EXPECT_TRUE(check_safety(small, make_plan(small)).empty());
}

TEST(Digest, StaysWhileTimePassesAndChangesWithWhatIsDone) {
  PlanWorld world;
  world.desired->rotation_id = "2";
  const std::string before = digest_of(world.plan());
  PlanWorld later = world;
  later.input.now = later.input.host_now = kNow + span("3h");
  EXPECT_EQ(digest_of(later.plan()), before);
  PlanWorld edited = world;
  edited.desired->deliver[0] = file_sink("a", "/run/a", FileFormat::raw, 0640);
  EXPECT_NE(digest_of(edited.plan()), before);
  PlanWorld recorded = world;
  recorded.record->version = 8;
  EXPECT_NE(digest_of(recorded.plan()), before);
  PlanWorld blocked = world;
  blocked.list("f1", span("5d"), span("3d"));
  EXPECT_NE(digest_of(blocked.plan()), before);
}

TEST(Digest, ChangesWithAForeignSecretThatWouldBeCut) {
  PlanWorld world;
  world.input.limits.slots = 3;
  world.desired->rotation_id = "2";
  world.list("f1", span("5d"), span("30d"));
  const std::string before = digest_of(world.plan());
  world.observed.secrets.back().id = SecretId("f2");
  EXPECT_NE(digest_of(world.plan()), before);
}

}  // namespace
}  // namespace keytide::test
