// A new secret's value in escrow: a crash does not lose it, and it is gone once every sink has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;
using Verdict = Verification::Verdict;

// Files "a" and "b" hold "s1"; a renewal is due.
struct Escrowing : House {
  Escrowing() {
    has_escrow = true;
    entry().deliver = {file_sink("a", "/run/a"), file_sink("b", "/run/b")};
    apply();
    clock.advance(span("10d"));
    entry().rotation_id = "2";
  }
  Disk::File& file(const std::string& name) { return disk.files[SinkName(name)]; }
};

TEST(Escrow, IsErasedByTheSwitch) {
  Escrowing house;
  EXPECT_FALSE(house.record().escrow);
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.file("b").id.str(), "s2");
  EXPECT_FALSE(house.record().escrow);
}

TEST(Escrow, NothingIsCreatedWhileItCannotBeKept) {
  Escrowing house;
  house.escrow.is_broken = true;
  const Applied applied = house.apply();
  EXPECT_THAT(applied.errors, HasSubstr("no space for the key"));
  EXPECT_THAT(applied.errors, HasSubstr("`escrow: none`"));
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Escrow, ASinkThatIsDownForADayCostsNoFurtherCreate) {
  Escrowing house;
  house.file("a").failing_writes = 1000000;
  house.file("b").failing_writes = 1000000;
  EXPECT_THAT(house.apply().errors, HasSubstr("not delivered everywhere"));
  for (int hour = 0; hour < 24; ++hour) {
    house.clock.advance(span("1h"));
    EXPECT_EQ(house.apply().plan, "> s2 interrupted");
  }
  EXPECT_EQ(house.atlas.made.size(), 2U);
  EXPECT_EQ(house.dead_files(), "");
  house.file("a").failing_writes = 0;
  house.file("b").failing_writes = 0;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.file("a").id.str(), "s2");
  EXPECT_EQ(house.file("b").id.str(), "s2");
  EXPECT_FALSE(house.record().escrow);
}

TEST(Escrow, WhatCannotBeProvenNowIsProvenLater) {
  Escrowing house;
  house.atlas.verdicts = std::deque<Verdict>(25, Verdict::unproven);
  EXPECT_THAT(house.apply().errors, HasSubstr("it is kept until it can be"));
  EXPECT_EQ(house.record().attempt->phase, AttemptPhase::created);
  house.atlas.verdicts.clear();
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.atlas.made.size(), 2U);
  EXPECT_EQ(house.file("a").id.str(), "s2");
}

TEST(Escrow, OfALostKeyTheValueIsTakenFromASinkThatHasIt) {
  Escrowing house;
  house.file("b").failing_writes = 3;
  EXPECT_THAT(house.apply().errors, HasSubstr("disk full"));
  house.escrow.lose_key();
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.file("b").id.str(), "s2");
  EXPECT_EQ(house.atlas.made.size(), 2U);
}

// The old secret died and the new one is itself due: the others must not wait for the late one.
TEST(Escrow, IsKeptForASinkThatIsLateAfterTheSwitchWasMadeWithoutIt) {
  Escrowing house;
  house.file("b").failing_writes = 1000000;
  house.apply();
  house.clock.advance(span("75d"));
  const Applied late = house.apply();
  EXPECT_THAT(late.warnings, HasSubstr("the switch was made without it"));
  ASSERT_TRUE(house.record().escrow);
  EXPECT_EQ(house.record().escrow->id.str(), "s2");
  house.file("b").failing_writes = 0;
  house.apply();  // the next renewal, for s2 is due itself
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.file("b").id.str(), "s3");
  EXPECT_FALSE(house.record().escrow);
}

TEST(Escrow, ARequestThatCameDuringTheChainIsNotLost) {
  Escrowing house;
  house.file("b").failing_writes = 3;
  house.apply();
  house.entry().rotation_id = "3";  // a leak, say
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().rotation_id, "2");
  house.clock.advance(span("25h"));  // the overlap is over, and a slot is free
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().rotation_id, "3");
  EXPECT_EQ(house.file("a").id.str(), "s3");
}

TEST(Escrow, AReplaceDuringTheChainSaysThatItHasToBeAskedForAgain) {
  Escrowing house;
  house.file("b").failing_writes = 3;
  house.apply();
  house.options.replace = {Address("billing")};
  EXPECT_THAT(house.apply().errors, HasSubstr("ask again"));
  EXPECT_FALSE(house.record().attempt);
}

}  // namespace
}  // namespace keytide::test
