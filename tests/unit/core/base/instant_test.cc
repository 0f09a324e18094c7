#include "core/base/instant.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

TEST(Instant, RoundTripsThroughRfc3339) {
  const Instant at = parse_instant("2026-11-23T20:47:46Z").value();
  EXPECT_EQ(at.time_since_epoch().count(), 1795466866);
  EXPECT_EQ(format_instant(at), "2026-11-23T20:47:46Z");
}

TEST(Instant, ReadsOffsetsAndDropsFractions) {
  EXPECT_EQ(format_instant(parse_instant("2026-11-23T22:47:46+02:00").value()),
            "2026-11-23T20:47:46Z");
  EXPECT_EQ(format_instant(parse_instant("2026-11-23T20:47:46.999Z").value()),
            "2026-11-23T20:47:46Z");
}

TEST(Instant, RefusesDaysThatDoNotExistAndTrailingText) {
  for (const char* text : {"", "2026-02-30T00:00:00Z", "2026-11-23", "2026-11-23T20:47:46",
                           "2026-11-23T20:47:46Zx", "2026-13-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_instant(text).has_value()) << text;
  }
}

TEST(Instant, ReadsAndWritesTheDateOfAnHttpHeader) {
  const Instant at = parse_http_date("Mon, 23 Nov 2026 20:47:46 GMT").value();
  EXPECT_EQ(format_instant(at), "2026-11-23T20:47:46Z");
  EXPECT_EQ(format_http_date(at), "Mon, 23 Nov 2026 20:47:46 GMT");
  EXPECT_FALSE(parse_http_date("yesterday").has_value());
}

TEST(ParseInstant, ThePlainFormAndItsLongerSpellingsAreTheSameMoment) {
  for (const char* text : {"2028-02-29T23:59:59Z", "2028-02-29T23:59:59.000Z",
                           "2028-02-29T23:59:59+00:00", "2028-03-01T00:59:59+01:00"}) {
    ASSERT_TRUE(parse_instant(text).has_value()) << text;
    EXPECT_EQ(format_instant(*parse_instant(text)), "2028-02-29T23:59:59Z") << text;
  }
  for (const char* text : {"2027-02-29T00:00:00Z", "2027-01-01T24:00:00Z", "2027-01-01T00:60:00Z",
                           "2027-13-01T00:00:00Z", "2027-00-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_instant(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace keytide
