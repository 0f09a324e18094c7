#include "cmd/keytide/daemon/repeats.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

using std::chrono::hours;

TEST(Repeats, TellsTheSameOnceADay) {
  Repeats repeats;
  EXPECT_TRUE(repeats.is_news("billing: the disk is full", hours(1)));
  EXPECT_FALSE(repeats.is_news("billing: the disk is full", hours(2)));
  EXPECT_TRUE(repeats.is_news("backup: the disk is full", hours(2)));
  EXPECT_FALSE(repeats.is_news("billing: the disk is full", hours(24)));
  EXPECT_TRUE(repeats.is_news("billing: the disk is full", hours(25)));
  EXPECT_FALSE(repeats.is_news("billing: the disk is full", hours(26)));
}

}  // namespace
}  // namespace keytide
