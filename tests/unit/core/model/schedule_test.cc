#include "core/model/schedule.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/duration.h"

namespace keytide {
namespace {

Seconds span(std::string_view text) { return parse_duration(text).value(); }
Instant at(std::string_view text) { return parse_instant(text).value(); }

const AccountKey kKey{{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"},
                      ClientId("mdb_sa_id_1234567890abcdef12345678")};

TEST(Schedule, RenewsAThirdOfTheLifeEarlyAndHalfOfAShortOne) {
  EXPECT_EQ(windows_of(span("90d"), {}, {}).renew_before, span("30d"));
  EXPECT_EQ(windows_of(span("10d"), {}, {}).renew_before, span("5d"));
  EXPECT_EQ(windows_of(span("8h"), {}, {}).renew_before, span("4h"));
  EXPECT_EQ(windows_of(span("90d"), span("14d"), {}).renew_before, span("14d"));
}

TEST(Schedule, OverlapsForADayOrAQuarterOfAShortLife) {
  EXPECT_EQ(windows_of(span("90d"), {}, {}).overlap, span("24h"));
  EXPECT_EQ(windows_of(span("8h"), {}, {}).overlap, span("2h"));
  EXPECT_EQ(windows_of(span("90d"), {}, span("3d")).overlap, span("3d"));
}

TEST(Schedule, TagsALifeByHoursThatAreMissing) {
  EXPECT_EQ(tag_limit_hours(span("8h")), 0);
  EXPECT_EQ(tag_limit_hours(span("9h")), 0);
  EXPECT_EQ(tag_limit_hours(span("10h")), 1);
  EXPECT_EQ(tag_limit_hours(span("90d")), 108);
  EXPECT_EQ(tag_limit_hours(span("365d")), 168);
}

TEST(Schedule, AsksForTheWholeLifeWhereItIsTooShortToBeTagged) {
  EXPECT_EQ(asked_hours(span("8h"), "lineage", kKey, 1), 8);
  EXPECT_EQ(asked_hours(span("9h"), "lineage", kKey, 1), 9);
}

TEST(Schedule, DrawsAnotherTagForAnotherAttemptAndTheSameForTheSame) {
  std::set<int> seen;
  for (int attempt = 1; attempt <= 40; ++attempt) {
    const int hours = asked_hours(span("90d"), "lineage", kKey, attempt);
    EXPECT_LT(hours, 2160);
    EXPECT_GE(hours, 2160 - 108);
    EXPECT_EQ(hours, asked_hours(span("90d"), "lineage", kKey, attempt));
    seen.insert(hours);
  }
  EXPECT_GT(seen.size(), 20U);
}

TEST(Schedule, JitterOnlyMakesARenewalEarlierAndStaysUnderItsLimit) {
  for (int generation = 0; generation < 50; ++generation) {
    const Seconds jitter = jitter_of(span("90d"), "lineage", kKey, generation);
    EXPECT_GE(jitter, span("0s"));
    EXPECT_LT(jitter, span("3d"));
  }
  EXPECT_EQ(jitter_limit(span("8h")), span("96m"));
  EXPECT_EQ(renew_at(at("2026-12-31T00:00:00Z"), span("14d"), span("1d")),
            at("2026-12-16T00:00:00Z"));
}

TEST(Schedule, ADeadlineIsNearWhenATwentiethOfAWeekIsLeft) {
  const Instant expiry = at("2026-12-31T00:00:00Z");
  EXPECT_FALSE(is_deadline_near(expiry, span("90d"), span("2m"), at("2026-12-30T15:00:00Z")));
  EXPECT_TRUE(is_deadline_near(expiry, span("90d"), span("2m"), at("2026-12-30T16:00:00Z")));
  EXPECT_FALSE(is_deadline_near(expiry, span("8h"), span("2m"), at("2026-12-30T23:30:00Z")));
  EXPECT_TRUE(is_deadline_near(expiry, span("8h"), span("2m"), at("2026-12-30T23:40:00Z")));
  EXPECT_TRUE(is_deadline_near(expiry, span("8h"), span("2m"), at("2027-01-01T00:00:00Z")));
}

TEST(Schedule, AChainTakesTheSlowestOfTheLastAndAtLeastTwoMinutes) {
  EXPECT_EQ(chain_time_of({}), span("2m"));
  EXPECT_EQ(chain_time_of({Seconds(3), Seconds(4)}), span("2m"));
  EXPECT_EQ(chain_time_of({Seconds(3), span("12m"), Seconds(4)}), span("12m"));
}

TEST(Schedule, ADeadlineIsNearWhenThreeChainTimesAreLeft) {
  EXPECT_EQ(deadline_window(span("8h"), span("2m")), span("24m"));
  EXPECT_EQ(deadline_window(span("8h"), span("10m")), span("30m"));
  EXPECT_EQ(deadline_window(span("90d"), span("4h")), span("12h"));
  EXPECT_EQ(deadline_window(span("90d"), span("2h")), span("7d") / 20);
}

TEST(Schedule, OneChainThatHungIsNotAnEmergencyForTheWholeWindow) {
  EXPECT_EQ(deadline_window(span("8h"), span("5h")), span("2h"));
  EXPECT_EQ(deadline_window(span("90d"), span("20d")), span("7d") / 4);
}

TEST(Schedule, AcceptsEveryLifetimeWithTheDefaults) {
  for (int hours = 8; hours <= 8760; ++hours) {
    const auto problem = find_life_problem(std::chrono::hours(hours), {}, {});
    EXPECT_FALSE(problem) << hours << " h: " << problem->problem;
  }
}

TEST(Schedule, RefusesSettingsThatCouldLoopAndSaysWhatWouldDo) {
  const auto loop = find_life_problem(span("90d"), span("80d"), {});
  ASSERT_TRUE(loop);
  EXPECT_EQ(loop->key, "renew_before");
  EXPECT_NE(loop->problem.find("over 70 %"), std::string::npos);
  EXPECT_NE(loop->way_out.find("write at most"), std::string::npos);
}

TEST(Schedule, RefusesAnOverlapThatIsTooLong) {
  EXPECT_EQ(find_life_problem(span("90d"), {}, span("8d"))->key, "overlap");
  const auto reaches = find_life_problem(span("8h"), {}, span("3h"));
  ASSERT_TRUE(reaches);
  EXPECT_NE(reaches->problem.find("reaches the next renewal"), std::string::npos);
  EXPECT_FALSE(find_life_problem(span("8h"), {}, span("2h")));
}

}  // namespace
}  // namespace keytide
