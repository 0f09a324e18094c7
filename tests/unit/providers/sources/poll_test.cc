#include "providers/sources/poll.h"

#include <gtest/gtest.h>

#include <set>

namespace keytide {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Poll, WaitsForTheIntervalAndUpToATenthLess) {
  std::set<std::int64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const milliseconds at = next_poll(milliseconds(5000), Seconds(60), seed, 0);
    EXPECT_LE(at, milliseconds(65'000)) << seed;
    EXPECT_GE(at, milliseconds(59'000)) << seed;
    seen.insert(at.count());
    EXPECT_EQ(at, next_poll(milliseconds(5000), Seconds(60), seed, 0)) << seed;
  }
  EXPECT_GT(seen.size(), 90U) << "hosts ask at the same moment";
}

TEST(Poll, DoublesTheWaitWithEachFailureUpToTenMinutes) {
  const auto wait = [](int failures) {
    return next_poll(milliseconds(0), Seconds(60), 7, failures);
  };
  EXPECT_GE(wait(1), milliseconds(108'000));
  EXPECT_LE(wait(1), minutes(2));
  EXPECT_GE(wait(3), milliseconds(432'000));
  EXPECT_LE(wait(3), minutes(8));
  EXPECT_GE(wait(4), minutes(9));
  EXPECT_LE(wait(4), minutes(10));
  EXPECT_LE(wait(2'000'000'000), minutes(10));
}

TEST(Poll, NeverWaitsLongerThanAnIntervalThatIsLong) {
  EXPECT_GE(next_poll(milliseconds(0), Seconds(3600), 7, 5), minutes(54));
  EXPECT_LE(next_poll(milliseconds(0), Seconds(3600), 7, 5), minutes(60));
}

}  // namespace
}  // namespace keytide
