#include "cmd/keytide/daemon/entry_health.h"

#include <gtest/gtest.h>

#include "cmd/keytide/daemon/summary.h"
#include "tests/unit/cmd/daemon/loop_world.h"

namespace keytide::test {
namespace {

StatusRow row() { return good_row(Address("x"), kOrgA, kNow, span("60d")); }

std::string word_of(const StatusRow& row) {
  const EntryHealth health = health_of(row, kNow, nullptr);
  return std::string(health.reason) + (health.ready ? "" : "!");
}

TEST(EntryHealth, IsReadyWithALivingSecretInEverySink) { EXPECT_EQ(word_of(row()), "Ready"); }

TEST(EntryHealth, IsReadyWhileItIsRenewed) {
  StatusRow renewing = row();
  renewing.phase = Phase::due;
  EXPECT_EQ(word_of(renewing), "Renewing");
}

TEST(EntryHealth, IsNotReadyWhereASinkIsBehind) {
  StatusRow behind = row();
  behind.sinks.push_back({SinkName("b"), "pending", 0});
  EXPECT_EQ(word_of(behind), "SinksBehind!");
  EXPECT_EQ(health_of(behind, kNow, nullptr).sinks_behind, 1);
}

TEST(EntryHealth, IsNotReadyWithoutASecretOrWithAnExpiredOne) {
  StatusRow missing = row();
  missing.secrets.clear();
  missing.phase = Phase::due;
  EXPECT_EQ(word_of(missing), "Missing!");
  StatusRow expired = row();
  expired.secrets[0].expires_at = kNow;
  expired.phase = Phase::due;
  EXPECT_EQ(word_of(expired), "Expired!");
}

TEST(EntryHealth, IsNotReadyWhereItIsBlockedOrFails) {
  StatusRow blocked = row();
  blocked.phase = Phase::blocked;
  blocked.reason = "all 2 slots are taken";
  EXPECT_EQ(word_of(blocked), "Blocked!");
  EXPECT_EQ(health_of(blocked, kNow, nullptr).why, "all 2 slots are taken");
  StatusRow failing = row();
  failing.waiting = Waiting{3, kNow, kNow + span("5m"), "disk full", true};
  EXPECT_EQ(word_of(failing), "Failing!");
  EXPECT_EQ(health_of(failing, kNow, nullptr).why, "disk full");
}

TEST(EntryHealth, RemembersTheLastTimeThatNothingWasLeftToDo) {
  const EntryHealth good = health_of(row(), kNow, nullptr);
  EXPECT_EQ(good.last_success_at, kNow);
  StatusRow blocked = row();
  blocked.phase = Phase::blocked;
  EXPECT_EQ(health_of(blocked, kNow + span("1h"), &good).last_success_at, kNow);
  EXPECT_EQ(health_of(blocked, kNow, nullptr).last_success_at, std::nullopt);
}

TEST(Summary, SaysHowManyAreReadyAndWhatIsNext) {
  Snapshot snapshot;
  snapshot.entries.push_back(health_of(row(), kNow, nullptr));
  StatusRow blocked = good_row(Address("y"), kOrgA, kNow, span("70d"));
  blocked.phase = Phase::blocked;
  snapshot.entries.push_back(health_of(blocked, kNow, nullptr));
  EXPECT_EQ(summary(snapshot), "2 entries, 1 ready; next renewal: x at 2027-01-22T12:00:00Z");
}

TEST(Summary, SaysWhatIsWrong) {
  Snapshot snapshot;
  snapshot.entries.push_back(health_of(row(), kNow, nullptr));
  snapshot.scopes.push_back({kOrgA, {}, 2, {}, "down", {}});
  snapshot.sources.push_back({"secrets", "r1", {}, "r2", {}, "invalid", 1});
  snapshot.store_restored = true;
  EXPECT_EQ(summary(snapshot),
            "1 entry, 1 ready; 1 of 1 scopes fail; the newest manifests are rejected; the state "
            "store was restored and waits for a person; next renewal: x at 2027-01-22T12:00:00Z");
}

}  // namespace
}  // namespace keytide::test
