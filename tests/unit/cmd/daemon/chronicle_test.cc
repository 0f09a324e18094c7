#include "cmd/keytide/daemon/chronicle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/keytide/daemon/entry_health.h"
#include "cmd/keytide/daemon/pass_log.h"
#include "tests/unit/cmd/daemon/loop_world.h"

namespace keytide::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Lines : public Log {
 public:
  std::vector<std::string> lines;
  void write(LogLevel, std::string_view message, std::span<const LogField> fields) override {
    std::string line(message);
    for (const LogField& field : fields) {
      line += "; " + std::string(field.key) + "=" + field.value;
    }
    lines.push_back(line);
  }
};

std::vector<std::string> changes(const Snapshot* before, const Snapshot& after) {
  Lines log;
  log_changes(before, after, log);
  return log.lines;
}

Snapshot with_entry(Phase phase, std::string why = "") {
  StatusRow row = good_row(Address("x"), kOrgA, kNow, span("60d"));
  row.phase = phase;
  row.reason = std::move(why);
  Snapshot snapshot;
  snapshot.entries.push_back(health_of(row, kNow, nullptr));
  return snapshot;
}

TEST(Chronicle, SaysNothingOfWhatGoesWell) {
  const Snapshot good = with_entry(Phase::active);
  EXPECT_THAT(changes(nullptr, good), IsEmpty());
  EXPECT_THAT(changes(&good, with_entry(Phase::due)), IsEmpty());
}

TEST(Chronicle, SaysOnceThatAnEntryIsNotReadyAndOnceThatItIsAgain) {
  const Snapshot good = with_entry(Phase::active);
  const Snapshot bad = with_entry(Phase::blocked, "all 2 slots are taken");
  EXPECT_THAT(changes(&good, bad),
              ElementsAre("entry is not ready; address=x; reason=Blocked; why=all 2 slots are "
                          "taken; expires_at=2027-02-21T12:00:00Z"));
  EXPECT_THAT(changes(&bad, bad), IsEmpty());
  EXPECT_THAT(changes(&bad, good),
              ElementsAre("entry is ready again; address=x; expires_at=2027-02-21T12:00:00Z"));
}

TEST(Chronicle, SaysOnceThatTheStoreWasRestoredAndNotForEachEntry) {
  const Snapshot good = with_entry(Phase::active);
  Snapshot restored = with_entry(Phase::blocked, "the state store was restored from a backup");
  restored.store_restored = restored.entries[0].held_by_store = true;
  EXPECT_THAT(changes(&good, restored),
              ElementsAre("the state store was restored from a backup: nothing is done; "
                          "way_out=keytide plan -refresh-only, then keytide apply -refresh-only"));
  EXPECT_THAT(changes(&restored, restored), IsEmpty());
  // It was accepted, and the entries are looked at in a moment.
  Snapshot accepted = restored;
  accepted.store_restored = false;
  EXPECT_THAT(changes(&restored, accepted), ElementsAre("the state store counts again"));
  EXPECT_THAT(changes(&accepted, good), IsEmpty());
  EXPECT_THAT(changes(&accepted, with_entry(Phase::blocked, "all 2 slots are taken")),
              ElementsAre("entry is not ready; address=x; reason=Blocked; why=all 2 slots are "
                          "taken; expires_at=2027-02-21T12:00:00Z"));
}

TEST(Chronicle, SaysWhichScopeFailsAndWhenItIsBack) {
  Snapshot up;
  up.scopes.push_back({kOrgA, kNow, 0, {}, "", {}});
  Snapshot down;
  down.scopes.push_back({kOrgA, kNow, 1, kNow + span("1m"), "no reply", {}});
  Snapshot still_down = down;
  still_down.scopes[0].failed_scans = 7;
  EXPECT_THAT(changes(&up, down),
              ElementsAre("scope can't be worked on; scope=org aaaaaaaaaaaaaaaaaaaaaaaa; "
                          "error=no reply; next_try=2026-11-23T12:01:00Z"));
  EXPECT_THAT(changes(&down, still_down), IsEmpty());
  EXPECT_THAT(changes(&still_down, up),
              ElementsAre("scope is worked on again; scope=org aaaaaaaaaaaaaaaaaaaaaaaa; "
                          "failures=7"));
}

TEST(Chronicle, SaysWhichManifestsCountAndWhichDoNot) {
  Snapshot good;
  good.sources.push_back({"secrets", "r1", kNow, "r1", kNow, "", 3});
  Snapshot bad;
  bad.sources.push_back({"secrets", "r1", kNow, "r2", kNow, "x has no client_id", 3});
  EXPECT_THAT(changes(nullptr, good),
              ElementsAre("manifests applied; source=secrets; revision=r1; entries=3"));
  EXPECT_THAT(changes(&good, bad),
              ElementsAre("manifests rejected, the last good ones go on; source=secrets; "
                          "revision=r2; applied=r1; error=x has no client_id"));
  EXPECT_THAT(changes(&bad, bad), IsEmpty());
}

std::string level_and_message(Progress::Step step, Action action) {
  class LastLine : public Log {
   public:
    std::string text;
    void write(LogLevel level, std::string_view message, std::span<const LogField>) override {
      text = (level == LogLevel::info ? "info " : "debug ") + std::string(message);
    }
  } last;
  PassLog log(last, "1a2b3c4d");
  log.on({step, Address("x"), {kOrgA, ClientId("mdb_sa_id_x")}, action, ""});
  return last.text;
}

TEST(PassLog, ShowsWhatChangedAndKeepsTheStepsForWhoLooksIntoSomething) {
  using Step = Progress::Step;
  EXPECT_EQ(level_and_message(Step::switched, Action::create),
            "info first secret made and delivered");
  EXPECT_EQ(level_and_message(Step::switched, Action::renew), "info secret renewed");
  EXPECT_EQ(level_and_message(Step::deleted, Action::destroy), "info secret deleted");
  EXPECT_EQ(level_and_message(Step::finished, Action::forget), "info entry forgotten");
  EXPECT_EQ(level_and_message(Step::finished, Action::import), "info secret imported");
  EXPECT_EQ(level_and_message(Step::created, Action::renew), "debug secret created");
  EXPECT_EQ(level_and_message(Step::finished, Action::renew), "debug change done");
}

}  // namespace
}  // namespace keytide::test
