#include "core/model/back_off.h"

#include <gtest/gtest.h>

#include "core/base/duration.h"

namespace keytide {
namespace {

Seconds span(std::string_view text) { return parse_duration(text).value(); }
Instant at(std::string_view text) { return parse_instant(text).value(); }

const Instant kFailed = at("2026-11-23T12:00:00Z");

Failures failed(int count) { return {count, kFailed, "no space", "spec"}; }
Deadline ends_in(std::string_view left, std::string_view near_within) {
  return {kFailed + span(left), span(near_within)};
}

TEST(BackOff, WaitsForOneTwoFiveTenTwentyThirtyAndSixtyMinutes) {
  const Seconds left = span("30d");
  EXPECT_EQ(pause_after(1, left), span("1m"));
  EXPECT_EQ(pause_after(2, left), span("2m"));
  EXPECT_EQ(pause_after(3, left), span("5m"));
  EXPECT_EQ(pause_after(4, left), span("10m"));
  EXPECT_EQ(pause_after(5, left), span("20m"));
  EXPECT_EQ(pause_after(6, left), span("30m"));
  EXPECT_EQ(pause_after(7, left), span("60m"));
}

TEST(BackOff, ThenWaitsForATenthOfWhatIsLeftFromAMinuteToSixHours) {
  EXPECT_EQ(pause_after(8, span("20h")), span("2h"));
  EXPECT_EQ(pause_after(9, span("10h")), span("1h"));
  EXPECT_EQ(pause_after(8, span("30d")), span("6h"));
  EXPECT_EQ(pause_after(100, span("60h")), span("6h"));
  EXPECT_EQ(pause_after(8, span("5m")), span("1m"));
  EXPECT_EQ(pause_after(8, Seconds(-3600)), span("1m"));
}

TEST(BackOff, StaysAtAnHourWhereNobodyWasEverServed) {
  EXPECT_EQ(pause_after(3, std::nullopt), span("5m"));
  EXPECT_EQ(pause_after(7, std::nullopt), span("60m"));
  EXPECT_EQ(pause_after(50, std::nullopt), span("60m"));
  EXPECT_EQ(next_try_at(failed(50), std::nullopt), kFailed + span("60m"));
}

TEST(BackOff, TriesAgainWhenThePauseIsOver) {
  EXPECT_EQ(next_try_at(failed(3), ends_in("30d", "8h")), kFailed + span("5m"));
  EXPECT_EQ(next_try_at(failed(8), ends_in("20h", "1h")), kFailed + span("2h"));
}

TEST(BackOff, APauseEndsWhenTheDeadlineBecomesNear) {
  EXPECT_EQ(next_try_at(failed(7), ends_in("510m", "8h")), kFailed + span("30m"));
}

TEST(BackOff, NearTheDeadlineItIsAMinuteAndNeverLess) {
  EXPECT_EQ(next_try_at(failed(7), ends_in("7h", "8h")), kFailed + span("1m"));
  EXPECT_EQ(next_try_at(failed(50), ends_in("1s", "8h")), kFailed + span("1m"));
  EXPECT_EQ(next_try_at(failed(50), {{kFailed - span("2d"), span("8h")}}), kFailed + span("1m"));
  EXPECT_EQ(next_try_at(failed(7), ends_in("28810s", "8h")), kFailed + span("1m"));
}

}  // namespace
}  // namespace keytide
