#include "cmd/keytide/daemon/agenda.h"

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

const Address kA("a");
const Address kB("b");
const AccountKey kKeyA{kKey.scope, ClientId("mdb_sa_id_a")};
const AccountKey kKeyB{kKey.scope, ClientId("mdb_sa_id_b")};

TEST(Agenda, BeginsWithALookAtTheWholeScope) {
  const Agenda agenda;
  ASSERT_TRUE(agenda.due(kNow));
  EXPECT_TRUE(agenda.due(kNow)->whole);
  EXPECT_EQ(agenda.next(), std::nullopt);
}

TEST(Agenda, ThenWaitsForTheInterval) {
  Agenda agenda;
  agenda.scanned(kNow, span("1h"));
  EXPECT_FALSE(agenda.due(kNow + span("59m")));
  EXPECT_EQ(agenda.next(), kNow + span("1h"));
  EXPECT_TRUE(agenda.due(kNow + span("1h"))->whole);
}

TEST(Agenda, LooksAtAnEntryWhenItsMomentCame) {
  Agenda agenda;
  agenda.scanned(kNow, span("1h"));
  agenda.set(kKeyA, kA, kNow + span("10m"));
  agenda.set(kKeyB, kB, kNow + span("20m"));
  EXPECT_EQ(agenda.next(), kNow + span("10m"));
  const auto work = agenda.due(kNow + span("15m"));
  ASSERT_TRUE(work);
  EXPECT_FALSE(work->whole);
  EXPECT_EQ(work->entries, std::set<Address>{kA});
}

TEST(Agenda, ForgetsTheMomentOfAnEntryThatHasNoneAnyMore) {
  Agenda agenda;
  agenda.scanned(kNow, span("1h"));
  agenda.set(kKeyA, kA, kNow + span("10m"));
  agenda.set(kKeyA, kA, std::nullopt);
  EXPECT_EQ(agenda.next(), kNow + span("1h"));
}

TEST(Agenda, LooksAtAllAtOnceWhereThatIsWanted) {
  Agenda agenda;
  agenda.scanned(kNow, span("1h"));
  agenda.want_scan();
  EXPECT_TRUE(agenda.due(kNow)->whole);
}

TEST(Agenda, IsNotSilencedByAClockThatWasWrong) {
  Agenda agenda;
  agenda.scanned(kNow + span("30d"), span("1h"));
  EXPECT_TRUE(agenda.due(kNow)->whole);
}

}  // namespace
}  // namespace keytide::test
