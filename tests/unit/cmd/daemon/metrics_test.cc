#include "cmd/keytide/daemon/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cmd/keytide/daemon/metric_list.h"
#include "tests/unit/cmd/daemon/sample_snapshot.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

Metrics make_metrics(std::size_t entries_max = 1000) {
  return Metrics({"0.1.0", {kReasons, entries_max}});
}

// The value of one sample, as the text has it; "" where there is none.
std::string value_of(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  }
  return "";
}

std::set<std::string> families_of(const std::string& text) {
  std::set<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    const std::string name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_TRUE(out.insert(name).second) << name << " is there twice";
  }
  return out;
}

const std::string kBilling =
    R"({address="billing",org="32b6e34b3d91647abb20e7b8",owner="team-billing"})";

TEST(Metrics, TellsOfEachEntryWithItsOrganizationAndOwner) {
  Metrics metrics = make_metrics();
  const std::string text = metrics.render(facts_of(sample_snapshot()));
  EXPECT_EQ(value_of(text, "keytide_entry_ready" + kBilling), "0");
  EXPECT_EQ(value_of(text, "keytide_entry_expiry_timestamp_seconds" + kBilling), "1802664000");
  EXPECT_EQ(value_of(text, "keytide_entry_renew_timestamp_seconds" + kBilling), "1795453200");
  EXPECT_EQ(value_of(text, "keytide_entry_last_success_timestamp_seconds" + kBilling),
            "1795460400");
  EXPECT_EQ(value_of(text, "keytide_entry_failed_tries" + kBilling), "4");
  EXPECT_EQ(value_of(text, "keytide_entry_sinks_behind" + kBilling), "1");
  EXPECT_EQ(
      value_of(text, R"(keytide_entry_ready{address="new",project="32b6e34b3d91647abb20e7b9"})"),
      "0");
  EXPECT_THAT(text, HasSubstr(R"(owner="team-billing",reason="Blocked"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(keytide_entry_expiry_timestamp_seconds{address="new")")))
      << "it never had a secret";
  EXPECT_THAT(text, Not(HasSubstr("two foreign secrets")));
}

TEST(Metrics, TellsOfAllEntriesTogether) {
  Metrics metrics = make_metrics();
  const std::string text = metrics.render(facts_of(sample_snapshot()));
  EXPECT_EQ(value_of(text, R"(keytide_entries{phase="active"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_entries{phase="overlap"})"), "0");
  EXPECT_EQ(value_of(text, R"(keytide_entries_not_ready{reason="Blocked"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_entries_not_ready{reason="SinkBehind"})"), "0");
  EXPECT_THAT(text, Not(HasSubstr(R"(reason="Ready")")));
  EXPECT_EQ(value_of(text, "keytide_slots_taken"), "3");
  EXPECT_EQ(value_of(text, "keytide_orphans"), "1");
  EXPECT_EQ(value_of(text, "keytide_earliest_expiry_timestamp_seconds"), "1802664000");
  EXPECT_EQ(value_of(text, "keytide_clock_skew_seconds"), "2");
}

TEST(Metrics, TheOldestDueGrowsByAtlasClockBetweenSnapshots) {
  Metrics metrics = make_metrics();
  ScrapeFacts facts = facts_of(sample_snapshot());
  EXPECT_EQ(value_of(metrics.render(facts), "keytide_oldest_due_seconds"), "10802");
  facts.now += Seconds(60);
  EXPECT_EQ(value_of(metrics.render(facts), "keytide_oldest_due_seconds"), "10862");
  EXPECT_EQ(value_of(metrics.render(facts), "keytide_entries_overdue"), "1");
  Snapshot calm = sample_snapshot();
  calm.entries[0].phase = Phase::suspended;
  EXPECT_EQ(value_of(metrics.render(facts_of(calm)), "keytide_oldest_due_seconds"), "0");
}

TEST(Metrics, NobodyIsAlarmedOfASuspendedEntrysRenewalNorOfAForgottenOnesExpiry) {
  Metrics metrics = make_metrics();
  Snapshot snapshot = sample_snapshot();
  snapshot.entries[0].phase = Phase::suspended;
  std::string text = metrics.render(facts_of(snapshot));
  EXPECT_EQ(value_of(text, "keytide_entry_renew_timestamp_seconds" + kBilling), "");
  EXPECT_EQ(value_of(text, "keytide_entry_expiry_timestamp_seconds" + kBilling), "1802664000");
  snapshot.entries.resize(1);
  snapshot.entries[0].phase = Phase::unmanaged;
  text = metrics.render(facts_of(snapshot));
  EXPECT_EQ(value_of(text, "keytide_entry_expiry_timestamp_seconds" + kBilling), "");
  EXPECT_EQ(value_of(text, "keytide_earliest_expiry_timestamp_seconds"), "");
}

TEST(Metrics, TellsOfScopesAndSources) {
  Metrics metrics = make_metrics();
  const std::string text = metrics.render(facts_of(sample_snapshot()));
  EXPECT_EQ(value_of(text, R"(keytide_scope_failed_scans{project="32b6e34b3d91647abb20e7b9"})"),
            "3");
  EXPECT_EQ(
      value_of(text, R"(keytide_scope_rate_limit_calls_left{org="32b6e34b3d91647abb20e7b8"})"),
      "412");
  EXPECT_EQ(value_of(text, R"(keytide_source_ready{source="/etc/keytide/secrets"})"), "1");
  Snapshot rejected = sample_snapshot();
  rejected.sources[0].error = "no signature";
  EXPECT_EQ(value_of(metrics.render(facts_of(rejected)),
                     R"(keytide_source_ready{source="/etc/keytide/secrets"})"),
            "0");
}

TEST(Metrics, WhatIsCountedIsThereAtZeroBeforeAnySnapshot) {
  Metrics metrics = make_metrics();
  const std::string text = metrics.render({});
  EXPECT_EQ(value_of(text, R"(keytide_creates_total{outcome="unknown"})"), "0");
  EXPECT_EQ(value_of(text, R"(keytide_deletes_total{result="failed"})"), "0");
  EXPECT_EQ(value_of(text, R"(keytide_deliveries_total{result="failed",sink="notify"})"), "0");
  EXPECT_EQ(value_of(text, R"(keytide_passes_total{result="succeeded"})"), "0");
  EXPECT_EQ(value_of(text, R"(keytide_reloads_total{result="failed"})"), "0");
  EXPECT_EQ(
      value_of(
          text,
          R"(keytide_atlas_requests_total{code="201",operation="createOrgServiceAccountSecret"})"),
      "0");
  EXPECT_EQ(value_of(text, R"(keytide_atlas_request_duration_seconds_count{operation="token"})"),
            "0");
  EXPECT_EQ(value_of(text, "keytide_ready"), "0");
  EXPECT_THAT(text, Not(HasSubstr("keytide_entry")));
}

TEST(Metrics, CountsWhatItIsTold) {
  Metrics metrics = make_metrics();
  metrics.on_create("unknown");
  metrics.on_delete(false);
  metrics.on_delivery("file", true);
  metrics.on_delivery("file", true);
  metrics.on_pass(true, milliseconds(700));
  metrics.on_reload(false);
  metrics.on_request("token", 200, milliseconds(120));
  metrics.on_request("token", 0, milliseconds(15000));
  metrics.on_request("token", 77777, milliseconds(1));
  const std::string text = metrics.render({});
  EXPECT_EQ(value_of(text, R"(keytide_creates_total{outcome="unknown"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_deletes_total{result="failed"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_deliveries_total{result="succeeded",sink="file"})"), "2");
  EXPECT_EQ(value_of(text, R"(keytide_pass_duration_seconds_bucket{le="1"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_pass_duration_seconds_bucket{le="0.5"})"), "0");
  EXPECT_EQ(value_of(text, R"(keytide_reloads_total{result="failed"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_atlas_requests_total{code="200",operation="token"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_atlas_requests_total{code="none",operation="token"})"), "1");
  EXPECT_EQ(value_of(text, R"(keytide_atlas_requests_total{code="other",operation="token"})"), "1");
  EXPECT_EQ(
      value_of(text,
               R"(keytide_atlas_request_duration_seconds_bucket{operation="token",le="0.25"})"),
      "2");
}

TEST(Metrics, TheSeriesOfAnEntryGoWithIt) {
  Metrics metrics = make_metrics();
  EXPECT_THAT(metrics.render(facts_of(sample_snapshot())), HasSubstr("billing"));
  Snapshot without = sample_snapshot();
  without.entries.clear();
  EXPECT_THAT(metrics.render(facts_of(without)), Not(HasSubstr("address=")));
}

TEST(Metrics, OfABigFleetThoseThatNeedAnEyeKeepSeriesOfTheirOwn) {
  Metrics metrics = make_metrics(1);
  const std::string text = metrics.render(facts_of(sample_snapshot()));
  EXPECT_THAT(text, HasSubstr(R"(keytide_entry_ready{address="billing")"))
      << "it is blocked, and expires before the other that is not ready";
  EXPECT_THAT(text, Not(HasSubstr(R"(address="exporter")")));
  EXPECT_EQ(value_of(text, "keytide_entries_without_series"), "2");
  EXPECT_EQ(value_of(text, "keytide_slots_taken"), "3") << "all are counted";

  Snapshot calm = big_snapshot(50, 1);
  for (EntryHealth& entry : calm.entries) entry.ready = true;
  calm.entries[30].expires_at = kNow + kHour;
  const std::string nearest = metrics.render(facts_of(calm));
  EXPECT_THAT(nearest, HasSubstr(R"(keytide_entry_ready{address="service-000030")"));
  EXPECT_EQ(value_of(nearest, "keytide_entries_without_series"), "49");
}

TEST(Metrics, OfManyOrganizationsThoseThatFailKeepSeriesOfTheirOwn) {
  Snapshot snapshot;
  for (int i = 0; i < 30; ++i) {
    snapshot.scopes.push_back(
        {{Scope::Kind::org, fmt::format("{:024x}", i)}, kNow - Seconds(i), 0, {}, "", 100.0});
  }
  snapshot.scopes[4].failed_scans = 2;
  SeriesOptions options{kReasons};
  options.scopes_max = 2;
  const std::string text = snapshot_metrics(snapshot, options);
  EXPECT_THAT(text, HasSubstr("keytide_scope_failed_scans{org=\"000000000000000000000004\"} 2\n"
                              "keytide_scope_failed_scans{org=\"00000000000000000000001d\"} 0\n"))
      << "the one that fails, and the one that was not read for the longest time";
  EXPECT_THAT(text, Not(HasSubstr("org=\"000000000000000000000005\"")));
  EXPECT_EQ(value_of(text, "keytide_scopes"), "30");
  EXPECT_EQ(value_of(text, "keytide_scopes_failing"), "1");
  EXPECT_EQ(value_of(text, "keytide_scopes_without_series"), "28");
}

TEST(Metrics, EscapesWhatAnOperatorMayWrite) {
  Metrics metrics = make_metrics();
  Snapshot snapshot = sample_snapshot();
  snapshot.entries[0].owner = "a \"team\"\\\nof two";
  EXPECT_THAT(metrics.render(facts_of(snapshot)), HasSubstr(R"(owner="a \"team\"\\\nof two")"));
}

TEST(Metrics, TheListNamesWhatIsShownAndNothingElse) {
  Metrics metrics = make_metrics();
  std::set<std::string> listed;
  for (const MetricSpec& spec : metric_list()) listed.emplace(spec.name);
  EXPECT_EQ(families_of(metrics.render(facts_of(sample_snapshot()))), listed);
}

// In README: | `name` | type | labels | help |
TEST(Metrics, ReadmeHasTheTable) {
  std::string table;
  for (const MetricSpec& spec : metric_list()) {
    table += fmt::format("| `{}` | {} | {} | {} |\n", spec.name, name_of(spec.type), spec.labels,
                         spec.help);
  }
  std::ifstream in(KEYTIDE_README);
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(readme.find(table), std::string::npos) << "README's table of metrics should be:\n"
                                                   << table;
}

}  // namespace
}  // namespace keytide
