#include "cmd/keytide/views/screen.h"

#include <gtest/gtest.h>

namespace keytide::test {
namespace {

TEST(Screen, BeginsAtTheTopAndClearsWhatWasThereBefore) {
  EXPECT_EQ(screen_of("one\ntwo\n", 80, 24), "\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[J");
}

TEST(Screen, CutsLinesAtTheWidthButNoCharacterInTwo) {
  EXPECT_EQ(screen_of("abcdef\n", 3, 24), "\x1b[Habc\x1b[0m\x1b[K\n\x1b[J");
  EXPECT_EQ(screen_of("äöüß\n", 3, 24), "\x1b[Häöü\x1b[0m\x1b[K\n\x1b[J");
}

TEST(Screen, CountsNoColumnsForColours) {
  EXPECT_EQ(screen_of("\x1b[1mabc\x1b[0m\n", 3, 24), "\x1b[H\x1b[1mabc\x1b[0m\x1b[K\n\x1b[J");
}

TEST(Screen, SaysHowManyLinesDidNotFit) {
  EXPECT_EQ(screen_of("a\nb\nc\nd\n", 80, 4),
            "\x1b[Ha\x1b[K\nb\x1b[K\n… and 2 more lines\x1b[K\n\x1b[J");
}

}  // namespace
}  // namespace keytide::test
