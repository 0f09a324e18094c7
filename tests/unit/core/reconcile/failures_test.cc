#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SinkName kSink("a");

// "billing" is served and due again; the next tries fail, for its file can't be written.
struct Due : House {
  Due() {
    apply();
    clock.advance(span("80d"));
    disk.files[kSink].unwritable = true;
  }
  int failures() const { return record().failures ? record().failures->count : 0; }
};

TEST(Failures, EachFailedTryIsCountedWithItsReason) {
  Due house;
  const Instant began = house.clock.now();
  EXPECT_THAT(house.apply().errors, HasSubstr("read-only"));
  EXPECT_EQ(house.failures(), 1);
  EXPECT_THAT(house.record().failures->why, HasSubstr("read-only"));
  EXPECT_EQ(house.record().failures->last_at, began);
  house.apply();
  EXPECT_EQ(house.failures(), 2);
}

TEST(Failures, ASuccessClearsThem) {
  Due house;
  house.apply();
  house.apply();
  house.disk.files[kSink].unwritable = false;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.failures(), 0);
}

TEST(Failures, ASuccessThatNeedsNoNewSecretClearsThemToo) {
  House house;
  house.apply();
  house.entry().deliver.push_back(file_sink("b", "/run/b"));
  house.disk.files[SinkName("b")].failing_writes = 9;
  EXPECT_THAT(house.apply().errors, HasSubstr("disk full"));
  ASSERT_TRUE(house.record().failures);
  house.disk.files[SinkName("b")].failing_writes = 0;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_FALSE(house.record().failures);
  EXPECT_EQ(house.store.log.back().kind, "try_succeeded");
}

TEST(Failures, AnUnattendedRunTriesAsOftenAsTheBackOffSays) {
  Due house;
  house.options.unattended = true;
  std::vector<int> minutes;
  const Instant began = house.clock.now();
  for (int minute = 0; minute < 70; ++minute) {
    const int before = house.failures();
    house.apply();
    if (house.failures() > before) minutes.push_back(minute);
    // Preflights take no time here.
    house.clock.advance(began + Seconds(60 * (minute + 1)) - house.clock.now());
  }
  EXPECT_THAT(minutes, ElementsAre(0, 1, 3, 8, 18, 38, 68));
}

TEST(Failures, AreRememberedOfAnEntryThatNeverHadARecord) {
  House house;
  house.disk.files[kSink].unwritable = true;
  house.apply();
  ASSERT_TRUE(house.store.records.contains(kKey));
  EXPECT_EQ(house.record().failures->count, 1);
  house.disk.files[kSink].unwritable = false;
  EXPECT_EQ(house.apply().plan, "+ missing");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Failures, AnEditBeginsTheCountAnew) {
  Due house;
  house.apply();
  house.apply();
  house.entry().lifetime = span("100d");
  house.apply();
  EXPECT_EQ(house.failures(), 1);
}

TEST(Failures, WhatOnlyAsksForANewPlanIsNone) {
  House house;
  house.atlas.list_foreign("f1", span("40d"));
  EXPECT_THAT(house.apply().errors, HasSubstr("-allow-foreign-cut"));
  EXPECT_TRUE(house.store.records.empty());
}

TEST(Failures, AnInterruptedTryIsNone) {
  Due house;
  int asked = 0;
  house.stopping = [&] { return ++asked > 1; };
  EXPECT_THAT(house.apply().errors, HasSubstr("read-only"));
  EXPECT_EQ(house.failures(), 0);
}

TEST(Failures, WhatATryCouldNotWriteDownStaysOut) {
  Due house;
  house.disk.files[kSink].unwritable = false;
  house.store.failing = {"attempt_opened"};
  EXPECT_THAT(house.apply().errors, HasSubstr("disk full"));
  EXPECT_EQ(house.failures(), 1);
  EXPECT_FALSE(house.record().attempt);
}

TEST(Failures, AreNoneWhereTheyCanNotBeWrittenDown) {
  Due house;
  house.store.failing = {"try_failed"};
  EXPECT_THAT(house.apply().warnings, HasSubstr("disk full"));
  EXPECT_EQ(house.failures(), 0);
}

TEST(ChainTimes, TheLastFiveAreKept) {
  House house;
  for (int i = 0; i < 7; ++i) {
    house.journal.before["E write a"] = [&, i] { house.clock.advance(Seconds(100 * i)); };
    house.apply();
    house.clock.advance(span("80d"));
    house.apply();
    house.clock.advance(span("2d"));
    house.apply();
  }
  ASSERT_EQ(house.record().chain_times.size(), 5U);
  EXPECT_EQ(house.record().chain_times.back(), Seconds(600));
}

TEST(ChainTimes, AChainThatDiedAndWasFinishedLaterIsNotCounted) {
  House house;
  house.has_escrow = true;
  house.apply();
  EXPECT_EQ(house.record().chain_times.size(), 1U);
  house.clock.advance(span("80d"));
  house.disk.files[kSink].failing_writes = 9;
  house.apply();
  house.clock.advance(span("2d"));
  house.disk.files[kSink].failing_writes = 0;
  EXPECT_EQ(house.apply().plan, "> s2 interrupted");
  EXPECT_EQ(house.record().generation, 2);
  EXPECT_EQ(house.record().chain_times.size(), 1U);
}

}  // namespace
}  // namespace keytide::test
