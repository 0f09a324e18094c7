// A process that slept in the middle of a step, and what others did meanwhile.
#include "core/reconcile/lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// This process sleeps right after a step, and another one works on the entry.
void sleep_after(House& house, const std::string& step, bool another_works) {
  house.journal.after[step] = [&house, another_works] {
    house.clock.advance(span("20m"));
    if (another_works) ++house.store.records.at(kKey).version;
  };
}

// A house whose entry was renewed: "s2" is current, "s1" previous and to be deleted.
struct Renewed : House {
  Renewed() {
    apply();
    clock.advance(span("10d"));
    entry().rotation_id = "2";
    apply();
    clock.advance(span("24h"));
    journal.lines.clear();
  }
};

TEST(Lease, AnUndisturbedDeleteGoesOnAfterALongSleep) {
  Renewed house;
  sleep_after(house, "W delete_intended", false);
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s1")));
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Lease, ADeleteThatWasIntendedBeforeALongSleepIsJudgedAgain) {
  Renewed house;
  house.journal.after["W delete_intended"] = [&] {
    house.clock.advance(span("20m"));
    house.atlas.forget(SecretId("s2"));
  };
  EXPECT_THAT(house.apply().errors,
              HasSubstr("is not deleted: the secret that replaced it is gone"));
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s1")));
}

TEST(Lease, NothingIsDeletedByARecordThatAnotherProcessHasChanged) {
  Renewed house;
  sleep_after(house, "W delete_intended", true);
  EXPECT_THAT(house.apply().errors, HasSubstr("slept in the middle of a step"));
  EXPECT_THAT(house.journal.lines, Not(Contains("E remove")));
}

TEST(Lease, ASecretIsNotTriedByARecordThatAnotherProcessHasChanged) {
  House house;
  sleep_after(house, "W secret_created", true);
  EXPECT_THAT(house.apply().errors, HasSubstr("slept in the middle of a step"));
  EXPECT_THAT(house.journal.lines, Not(Contains("E verify")));
}

TEST(Lease, ASinkIsNotWrittenByARecordThatAnotherProcessHasChanged) {
  House house;
  house.has_escrow = true;
  sleep_after(house, "W sink_begun", true);
  EXPECT_THAT(house.apply().errors, HasSubstr("slept in the middle of a step"));
  EXPECT_THAT(house.journal.lines, Not(Contains("E write a")));
}

TEST(Lease, ASinkIsNotWrittenAfterALongSleepWhenItsSecretIsGone) {
  House house;
  house.journal.after["W sink_begun"] = [&] {
    house.clock.advance(span("20m"));
    house.atlas.forget(SecretId("s1"));
  };
  EXPECT_THAT(house.apply().errors, HasSubstr("is gone from Atlas"));
  EXPECT_THAT(house.journal.lines, Not(Contains("E write a")));
}

TEST(Lease, AHookIsNotRunByARecordThatAnotherProcessHasChanged) {
  House house;
  house.entry().deliver = {hook("reload", "/bin/reload"), house.entry().deliver.front()};
  int begun = 0;
  house.journal.after["W sink_begun"] = [&] {
    if (++begun < 2) return;
    house.clock.advance(span("20m"));
    ++house.store.records.at(kKey).version;
  };
  EXPECT_THAT(house.apply().errors, HasSubstr("slept in the middle of a step"));
  EXPECT_THAT(house.journal.lines, Contains("E write a"));
  EXPECT_THAT(house.journal.lines, Not(Contains("E write reload")));
}

TEST(Lease, ASecretWhoseRecordWasChangedByAnotherProcessMeanwhileIsDeletedAgain) {
  House house;
  house.has_escrow = true;
  house.store.can_spill = true;
  house.journal.before["W secret_created"] = [&] { ++house.store.records.at(kKey).version; };
  EXPECT_THAT(house.apply().errors, HasSubstr("the new secret s1 was deleted again"));
  EXPECT_THAT(house.journal.lines, Not(Contains("W spill")));
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s1")));
}

}  // namespace
}  // namespace keytide::test
