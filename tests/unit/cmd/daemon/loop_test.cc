#include "cmd/keytide/daemon/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cmd/daemon/loop_world.h"

namespace keytide::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const std::string kAllOfA = "org aaaaaaaaaaaaaaaaaaaaaaaa: all";
const std::string kAllOfB = "org bbbbbbbbbbbbbbbbbbbbbbbb: all";

TEST(Loop, ReadsTheManifestsAndLooksAtEachScopeOnce) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}, {Address("y"), kOrgB}};
  world.settle();
  EXPECT_EQ(world.looks, 1);
  EXPECT_THAT(world.passes, UnorderedElementsAre(kAllOfA, kAllOfB));
  EXPECT_TRUE(world.loop.is_done());
  EXPECT_FALSE(world.loop.has_trouble());
}

TEST(Loop, DoesNothingUntilSomethingIsDue) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.passes.clear();
  for (int minute = 0; minute < 50; ++minute) {
    world.advance(span("1m"));
    world.settle();
  }
  EXPECT_THAT(world.passes, IsEmpty());
}

TEST(Loop, LooksAtAnEntryAtItsMomentAndAtNothingElse) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}, {Address("y"), kOrgB}};
  world.settle();
  world.pause = span("10m");
  world.loop.request_reload();
  world.settle();
  world.passes.clear();
  world.entries.clear();
  world.pause = span("60d");
  world.advance(span("10m"));
  world.settle();
  EXPECT_THAT(world.passes, UnorderedElementsAre("org aaaaaaaaaaaaaaaaaaaaaaaa: x",
                                                 "org bbbbbbbbbbbbbbbbbbbbbbbb: y"));
}

TEST(Loop, LooksAtAllAgainAfterTheInterval) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.passes.clear();
  world.advance(span("1h"));
  world.settle();
  EXPECT_THAT(world.passes, ElementsAre(kAllOfA));
}

TEST(Loop, WakesUpForTheManifestsEachMinuteAndNotMoreOften) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  EXPECT_EQ(world.loop.next(), std::chrono::minutes(1));
  world.advance(span("1m"));
  EXPECT_EQ(world.loop.next(), std::chrono::milliseconds(0));
  world.settle();
  EXPECT_EQ(world.looks, 2);
  EXPECT_EQ(world.loop.next(), std::chrono::minutes(1));
}

TEST(Loop, LeavesAScopeThatIsDownAloneAndGoesOnWithTheOthers) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}, {Address("y"), kOrgB}};
  world.down[kOrgB] = "no reply within 15s";
  world.settle();
  EXPECT_TRUE(world.loop.has_trouble());
  world.passes.clear();
  for (int minute = 0; minute < 60; ++minute) {
    world.advance(span("1m"));
    world.settle();
  }
  // After 1, 2, 5 and then each 10 minutes; A after its hour, less what it takes off.
  EXPECT_EQ(std::count(world.passes.begin(), world.passes.end(), kAllOfB), 8);
  EXPECT_EQ(std::count(world.passes.begin(), world.passes.end(), kAllOfA), 1);
  EXPECT_EQ(world.published.back()->scopes[1].error, "no reply within 15s");
}

TEST(Loop, CatchesUpWhenAScopeIsBack) {
  LoopWorld world;
  world.entries = {{Address("y"), kOrgB}};
  world.down[kOrgB] = "no reply within 15s";
  world.settle();
  world.down.clear();
  world.advance(span("1m"));
  world.settle();
  EXPECT_FALSE(world.loop.has_trouble());
  EXPECT_EQ(world.published.back()->scopes[0].failed_scans, 0);
}

TEST(Loop, KeepsTheLastGoodManifestsWhenTheNextAreRejected) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.passes.clear();
  world.rejected = "all.yaml:3: x has no client_id";
  world.loop.request_reload();
  world.settle();
  EXPECT_THAT(world.passes, ElementsAre(kAllOfA));
  EXPECT_EQ(world.published.back()->entries.size(), 1U);
  EXPECT_EQ(world.published.back()->sources[0].error, "all.yaml:3: x has no client_id");
  EXPECT_TRUE(world.loop.has_trouble());
}

TEST(Loop, DoesNothingWithoutAnyGoodManifests) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.rejected = "all.yaml:3: x has no client_id";
  world.settle();
  EXPECT_THAT(world.passes, IsEmpty());
  EXPECT_TRUE(world.loop.is_done());
  EXPECT_TRUE(world.loop.has_trouble());
}

TEST(Loop, LooksAgainWhereTheManifestsChangedDuringAPass) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.loop.step();
  world.run_jobs();   // the manifests
  world.loop.step();  // begins the pass
  ASSERT_EQ(world.jobs.size(), 1U);
  const auto pass = std::move(world.jobs.front());
  world.jobs.pop_front();
  world.entries[Address("z")] = kOrgA;
  world.has_new_revision = true;
  world.loop.request_reload();
  world.settle();
  pass();
  world.settle();
  EXPECT_THAT(world.passes, ElementsAre(kAllOfA, kAllOfA));
  EXPECT_EQ(world.published.back()->entries.size(), 2U);
}

TEST(Loop, RunsACommandAloneAndLooksAtEverythingAfterIt) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.passes.clear();
  std::vector<std::string> order;
  world.loop.request_alone([&](bool may_run) {
    order.push_back(may_run ? "command" : "refused");
    EXPECT_THAT(world.passes, IsEmpty());
  });
  world.settle();
  EXPECT_THAT(order, ElementsAre("command"));
  EXPECT_THAT(world.passes, ElementsAre(kAllOfA));
}

TEST(Loop, LetsACommandWaitForThePassThatIsUnderWay) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.loop.step();
  world.run_jobs();
  world.loop.step();
  bool ran = false;
  world.loop.request_alone([&](bool) { ran = true; });
  world.loop.step();
  EXPECT_EQ(world.jobs.size(), 1U);  // the pass alone
  EXPECT_FALSE(ran);
  world.settle();
  EXPECT_TRUE(ran);
}

// The manifests of before a command would undo it: what a person allowed to be forgotten would be
// taken up again.
TEST(Loop, BeginsNothingAfterACommandBeforeTheManifestsWereReadAgain) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.passes.clear();
  world.loop.request_alone([&](bool) {
    world.entries = {{Address("y"), kOrgB}};
    world.has_new_revision = true;
  });
  world.loop.step();
  world.run_jobs();
  world.loop.step();
  EXPECT_EQ(world.jobs.size(), 1U);  // the look alone
  world.run_jobs();
  EXPECT_THAT(world.passes, IsEmpty());
  world.settle();
  EXPECT_THAT(world.passes, Contains(kAllOfB));
}

// A repository that does not answer would hold up what is due.
TEST(Loop, AsksNoNetworkBetweenACommandAndTheNextPass) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  EXPECT_EQ(world.last_reading, Reading::all);
  world.passes.clear();
  world.loop.request_alone([](bool) {});
  world.loop.step();
  world.run_jobs();  // the command
  world.loop.step();
  world.run_jobs();
  EXPECT_EQ(world.last_reading, Reading::on_disk);
  world.loop.step();
  ASSERT_EQ(world.jobs.size(), 1U);
  world.run_jobs();
  EXPECT_THAT(world.passes, ElementsAre(kAllOfA));
}

TEST(Loop, AnswersAReloadBesideACommandOnceTheNetworksWereAsked) {
  LoopWorld world;
  world.settle();
  world.loop.request_alone([](bool) {});
  const std::int64_t number = world.loop.request_reload();
  world.loop.step();
  world.run_jobs();  // the command
  world.loop.step();
  world.run_jobs();
  EXPECT_EQ(world.last_reading, Reading::on_disk);
  EXPECT_LT(world.published.back()->reloads, number);
  EXPECT_FALSE(world.loop.is_done());
  world.settle();
  EXPECT_EQ(world.last_reading, Reading::all);
  EXPECT_EQ(world.published.back()->reloads, number);
}

TEST(Loop, BeginsNothingOnceItIsToldToStop) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.passes.clear();
  bool may = true;
  world.loop.request_alone([&](bool may_run) { may = may_run; });
  world.loop.request_stop();
  world.advance(span("2h"));
  world.settle();
  EXPECT_THAT(world.passes, IsEmpty());
  EXPECT_FALSE(may);
  EXPECT_TRUE(world.loop.is_idle());
  EXPECT_TRUE(world.published.back()->is_stopping);
}

TEST(Loop, AReloadDuringAPassThatFailsIsNotLostInItsPause) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.advance(span("2h"));
  world.passes.clear();
  world.down[kOrgA] = "401";
  world.loop.step();
  world.loop.request_reload();
  world.loop.step();
  world.run_jobs();
  world.down.clear();
  world.settle();
  EXPECT_EQ(world.passes.size(), 2U);
  EXPECT_EQ(world.published.back()->scopes[0].error, "");
}

TEST(Loop, AnswersAReloadOnceTheManifestsWereReadAfterIt) {
  LoopWorld world;
  world.loop.step();  // a look is under way
  const std::int64_t number = world.loop.request_reload();
  world.run_jobs();
  world.loop.step();
  EXPECT_LT(world.published.back()->reloads, number);
  world.settle();
  EXPECT_EQ(world.published.back()->reloads, number);
}

TEST(Loop, EndsAPassSoonWhereACommandWaits) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.loop.step();
  world.run_jobs();
  world.loop.step();
  world.loop.request_alone([](bool) {});
  world.run_jobs();
  EXPECT_TRUE(world.was_told_to_stop);
  world.settle();
  EXPECT_FALSE(world.was_told_to_stop);
}

TEST(Loop, DoesNotSpinWhileNothingCanBeBegun) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}, {Address("y"), kOrgB}};
  world.down = {{kOrgA, "no reply"}, {kOrgB, "no reply"}};
  world.settle();
  world.advance(span("10m"));
  world.loop.step();  // one of the two may try, and the manifests are read
  world.loop.step();
  EXPECT_GT(world.loop.next(), std::chrono::milliseconds(0));
  world.loop.request_alone([](bool) {});
  world.loop.step();
  world.advance(span("10m"));
  EXPECT_GT(world.loop.next(), std::chrono::milliseconds(0));
}

TEST(Loop, KeepsWhatItKnowsOfEntriesWhenTheStoreCantBeRead) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.settle();
  world.shows_nothing_when_down = true;
  world.down[kOrgA] = "the store can't be read";
  world.advance(span("1h"));
  world.settle();
  EXPECT_EQ(world.published.back()->entries.size(), 1U);
}

TEST(Loop, TellsWhatIsBlockedByARestoredStoreFromWhatIsBlockedByItself) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}};
  world.is_restored = true;
  world.settle();
  EXPECT_TRUE(world.published.back()->store_restored);
  EXPECT_TRUE(world.published.back()->entries.at(0).held_by_store);
  world.is_restored = false;
  world.advance(span("1h"));
  world.settle();
  EXPECT_FALSE(world.published.back()->entries.at(0).held_by_store);
}

TEST(Loop, ShowsTheManagedOneOfTwoAccountsOfOneAddress) {
  LoopWorld world;
  world.entries = {{Address("x"), kOrgA}, {Address("y"), kOrgB}};
  world.unmanaged_too = Address("x");
  world.settle();
  ASSERT_EQ(world.published.back()->entries.size(), 2U);
  EXPECT_EQ(world.published.back()->entries[0].phase, Phase::active);
}

}  // namespace
}  // namespace keytide::test
