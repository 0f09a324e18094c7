#include "cmd/keytide/daemon/breaker.h"

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

TEST(Breaker, LetsEverythingThroughUntilALookFails) {
  const Breaker breaker;
  EXPECT_TRUE(breaker.lets_through(kNow));
  EXPECT_EQ(breaker.failures(), 0);
}

TEST(Breaker, WaitsLongerAfterEachFailureUpToTenMinutes) {
  Breaker breaker;
  const std::vector<std::string> pauses{"1m", "2m", "5m", "10m", "10m", "10m"};
  for (const std::string& pause : pauses) {
    breaker.failed(kNow, false);
    EXPECT_EQ(*breaker.next_try(), kNow + span(pause)) << "after " << breaker.failures();
    EXPECT_FALSE(breaker.lets_through(*breaker.next_try() - Seconds(1)));
    EXPECT_TRUE(breaker.lets_through(*breaker.next_try()));
  }
}

TEST(Breaker, TriesEachMinuteWhereAnEntryIsAboutToExpire) {
  Breaker breaker;
  for (int i = 0; i < 5; ++i) breaker.failed(kNow, true);
  EXPECT_EQ(*breaker.next_try(), kNow + span("1m"));
}

TEST(Breaker, IsClosedByTheFirstLookThatSucceeds) {
  Breaker breaker;
  breaker.failed(kNow, false);
  breaker.succeeded();
  EXPECT_TRUE(breaker.lets_through(kNow));
  EXPECT_EQ(breaker.failures(), 0);
}

}  // namespace
}  // namespace keytide::test
