#include "core/base/duration.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

TEST(Duration, ReadsOneNumberAndOneUnit) {
  EXPECT_EQ(parse_duration("90d").value(), Seconds(90 * 86400));
  EXPECT_EQ(parse_duration("8h").value(), Seconds(8 * 3600));
  EXPECT_EQ(parse_duration("2w").value(), Seconds(14 * 86400));
  EXPECT_EQ(parse_duration("5m").value(), Seconds(300));
  EXPECT_EQ(parse_duration("0s").value(), Seconds(0));
}

TEST(Duration, RefusesAnythingElseAndShowsHowToWriteIt) {
  for (const char* text : {"", "d", "90", "-1d", "+1d", "1.5d", "1d12h", "90 d", "90D", "90days",
                           "999999999w", "99999999999999999999d"}) {
    const auto read = parse_duration(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_NE(read.error().message.find("such as 90d or 8h"), std::string::npos) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatLosesNothing) {
  EXPECT_EQ(format_duration(Seconds(90 * 86400)), "90d");
  EXPECT_EQ(format_duration(Seconds(36 * 3600)), "36h");
  EXPECT_EQ(format_duration(Seconds(90)), "90s");
  EXPECT_EQ(format_duration(Seconds(0)), "0s");
}

TEST(Duration, IsRoundedDownForReasons) {
  EXPECT_EQ(format_coarse(Seconds(6 * 86400 + 86399)), "6d");
  EXPECT_EQ(format_coarse(Seconds(3 * 3600 + 59)), "3h");
  EXPECT_EQ(format_coarse(Seconds(-7200)), "2h");
  EXPECT_EQ(format_coarse(Seconds(0)), "0s");
}

}  // namespace
}  // namespace keytide
