#include "core/reconcile/renew.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;
using Next = FakeIssuer::Next;
using Verdict = Verification::Verdict;

// A house whose entry has its first secret, "s1", in file "a".
struct Renewing : House {
  Renewing() {
    apply();
    clock.advance(span("10d"));
    journal.lines.clear();
    entry().rotation_id = "2";
  }
};

TEST(Renew, WritesEveryIntentBeforeItsDeed) {
  House house;
  house.entry().deliver.push_back(hook("reload", "/bin/reload"));
  const Applied applied = house.apply();
  EXPECT_EQ(applied.errors, "");
  EXPECT_EQ(applied.outcome.added, 1);
  EXPECT_THAT(house.journal.lines,
              testing::ElementsAre("E get", "W attempt_opened", "E create", "W secret_created",
                                   "E verify", "E get", "W secret_verified", "W sink_begun",
                                   "E write a", "W sink_delivered", "W sink_begun",
                                   "E write reload", "W sink_delivered", "E get", "W switched"));
  EXPECT_EQ(house.disk.hook_runs[SinkName("reload")], 1);
}

TEST(Renew, MakesTheNewSecretCurrentAndKeepsTheOldOne) {
  Renewing house;
  EXPECT_EQ(house.apply().plan, "+/- s1 rotation_id_changed");
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s2");
  EXPECT_EQ(house.record().with_role(Role::previous)->id.str(), "s1");
  EXPECT_EQ(house.record().generation, 2);
  EXPECT_EQ(house.record().rotation_id, "2");
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s2");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Renew, RecordsThatTheCreateCutTheOldSecret) {
  Renewing house;
  house.apply();
  EXPECT_EQ(house.record().find(SecretId("s1"))->expires_at, kNow + span("10d") + span("7d"));
}

TEST(Renew, DeletesTheOldSecretWhenTheOverlapIsOver) {
  Renewing house;
  house.apply();
  house.clock.advance(span("24h"));
  house.journal.lines.clear();
  EXPECT_EQ(house.apply().plan, "- s1 overlap_over");
  EXPECT_THAT(house.journal.lines, testing::ElementsAre("E get", "W delete_intended", "E remove",
                                                        "E get", "W secret_deleted"));
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Renew, ARefusedCreateChangesNothingAndMayBeTriedAgain) {
  for (const Next next : {Next::rejected, Next::rejected_confirm, Next::not_sent}) {
    Renewing house;
    house.atlas.creates = {next};
    EXPECT_THAT(house.apply().errors, HasSubstr("scripted"));
    EXPECT_FALSE(house.record().attempt);
    EXPECT_EQ(house.unreported(), "");
    EXPECT_EQ(house.apply().errors, "");
    EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s2");
  }
}

TEST(Renew, ARateLimitThatIsUsedUpCostsTimeAndNoEntry) {
  Renewing house;
  house.atlas.creates = {Next::busy, Next::busy, Next::busy};
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s2");
  EXPECT_GE(house.clock.since_boot() - span("10d"), std::chrono::seconds(30));
  // Each try has an intent of its own.
  EXPECT_EQ(std::count(house.journal.lines.begin(), house.journal.lines.end(), "W attempt_opened"),
            4);
}

TEST(Renew, AStopEndsTheWaitForTheRateLimitAtOnceAndCreatesNothing) {
  Renewing house;
  const auto begin = house.clock.since_boot();
  house.atlas.creates = {Next::busy};
  house.stopping = [&] { return house.clock.since_boot() - begin >= std::chrono::seconds(3); };
  EXPECT_THAT(house.apply().errors, HasSubstr("429"));
  EXPECT_LT(house.clock.since_boot() - begin, std::chrono::seconds(4));
  EXPECT_EQ(std::count(house.journal.lines.begin(), house.journal.lines.end(), "E create"), 1);
}

TEST(Renew, ATokenThatEndedIsReplacedOnceAndThenTheReasonIsSaid) {
  Renewing house;
  house.atlas.creates = {Next::old_token};
  EXPECT_EQ(house.apply().errors, "");
  Renewing denied;
  denied.atlas.creates = {Next::old_token, Next::old_token, Next::works};
  EXPECT_THAT(denied.apply().errors, HasSubstr("401"));
  EXPECT_EQ(denied.atlas.made.size(), 1U);
}

TEST(Renew, NoSecretIsMadeAgainAfterAWaitInWhichSomebodyMadeOne) {
  Renewing house;
  house.atlas.creates = {Next::busy};
  house.journal.before["W create_rejected"] = [&] { house.atlas.list_foreign("f1", span("90d")); };
  EXPECT_THAT(house.apply().errors, HasSubstr("appeared on the account meanwhile"));
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Renew, ASinkThatWasWrittenUnderAnotherRecordGetsAHigherGeneration) {
  House house;
  house.disk.files[SinkName("a")].generation = 7;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().generation, 8);
}

TEST(Renew, AnUnknownOutcomeBlocksUntilItIsLateEnoughToTell) {
  for (const Next next : {Next::lost, Next::dropped, Next::rejected_yet_made}) {
    Renewing house;
    house.atlas.creates = {next};
    EXPECT_THAT(house.apply().errors, HasSubstr("nobody knows whether Atlas made a secret"));
    EXPECT_EQ(house.record().attempt->phase, AttemptPhase::unknown);
    house.journal.lines.clear();
    for (int i = 0; i < 5; ++i) {
      house.clock.advance(span("10m"));
      EXPECT_EQ(house.apply().plan, "blocked");
    }
    EXPECT_THAT(house.journal.lines, testing::Not(testing::Contains("E create")));
  }
}

TEST(Renew, AnUnknownOutcomeThatCannotBeRecordedBlocksAllTheSame) {
  Renewing house;
  house.atlas.creates = {Next::lost};
  house.store.failing = {"create_unknown"};
  house.apply();
  house.store.failing.clear();
  EXPECT_EQ(house.record().attempt->phase, AttemptPhase::posting);
  EXPECT_EQ(house.apply().plan, "blocked");
}

TEST(Renew, ANewSecretThatAtlasDoesNotKnowAtOnceIsTriedAgain) {
  Renewing house;
  house.atlas.verdicts = {Verdict::refused, Verdict::unproven, Verdict::refused};
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s2");
  EXPECT_EQ(house.clock.since_boot(), std::chrono::seconds(span("10d") + Seconds(15)));
}

TEST(Renew, ANewSecretThatIsRefusedForTwoMinutesIsDeletedAndCounted) {
  Renewing house;
  house.atlas.verdicts = std::deque<Verdict>(100, Verdict::refused);
  EXPECT_THAT(house.apply().errors, HasSubstr("could not be proven to work: scripted"));
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s2")));
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s1");
  ASSERT_EQ(house.record().ended.size(), 2U);
  EXPECT_EQ(house.record().ended[1].outcome, AttemptEnd::Outcome::aborted);
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s1");
}

TEST(Renew, TheThirdFailedCreateTripsTheLoopGuard) {
  Renewing house;
  house.atlas.verdicts = std::deque<Verdict>(1000, Verdict::refused);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(house.apply().plan, "+/- s1 rotation_id_changed");
  EXPECT_EQ(house.apply().plan, "blocked");
  house.clock.advance(span("24h"));
  EXPECT_EQ(house.apply().plan, "+/- s1 rotation_id_changed");
}

TEST(Renew, AnUnprovenSecretIsDeliveredOnlyWhenTheDeadlineIsNear) {
  Renewing early;
  early.atlas.verdicts = std::deque<Verdict>(100, Verdict::unproven);
  EXPECT_THAT(early.apply().errors, HasSubstr("could not be proven"));
  EXPECT_EQ(early.disk.files[SinkName("a")].id.str(), "s1");

  Renewing late;
  late.atlas.verdicts = std::deque<Verdict>(100, Verdict::unproven);
  const Instant expiry = late.record().with_role(Role::current)->expires_at;
  late.clock.advance(expiry - late.clock.now() - span("1h"));
  const Applied applied = late.apply();
  EXPECT_EQ(applied.errors, "");
  EXPECT_THAT(applied.warnings, HasSubstr("delivered unproven"));
  EXPECT_EQ(late.disk.files[SinkName("a")].id.str(), "s2");
}

TEST(Renew, AnUnprovenSecretIsBetterThanAnExpiredOne) {
  Renewing house;
  house.atlas.verdicts = std::deque<Verdict>(100, Verdict::unproven);
  const Instant expiry = house.record().with_role(Role::current)->expires_at;
  house.clock.advance(expiry - house.clock.now() + span("1h"));
  // The other slot is taken: our own expired secret has to go before the create.
  house.atlas.list_foreign("f1", span("3d"));
  const Applied applied = house.apply();
  EXPECT_EQ(applied.errors, "");
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s2");
}

TEST(Renew, ALookThatFailsAfterTheCreateIsTriedAgainBeforeTheValueIsGivenUp) {
  Renewing house;
  house.journal.before["E verify"] = [&] { house.atlas.failing_gets = 3; };
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s2");
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s2");
}

TEST(Renew, ANewSecretThatSignsInButIsNotListedYetIsWaitedFor) {
  Renewing house;
  house.journal.before["E verify"] = [&] { house.atlas.stale_gets = 3; };
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s2");
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s2")));
}

TEST(Renew, AnAccountThatCannotBeReadForTwoMinutesEndsTheRunAndTheNextOneMends) {
  Renewing house;
  house.journal.before["E verify"] = [&] { house.atlas.failing_gets = 1000; };
  EXPECT_THAT(house.apply().errors, HasSubstr("while reading the account"));
  EXPECT_LE(house.clock.since_boot(), std::chrono::seconds(span("10d") + span("3m")));
  house.journal.before.clear();
  house.atlas.failing_gets = 0;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.unreported(), "");
  EXPECT_EQ(house.dead_files(), "");
}

TEST(Renew, AnInterruptInTheWaitForALostSinkCreatesNothing) {
  Renewing house;
  house.entry().rotation_id = house.record().rotation_id;
  house.disk.files[SinkName("a")].value.reset();
  const Seconds began = std::chrono::floor<Seconds>(house.clock.since_boot());
  house.stopping = [&] { return house.clock.since_boot() > began; };  // in the minute's wait
  EXPECT_THAT(house.apply().errors, HasSubstr("interrupted before anything was done"));
  EXPECT_THAT(house.journal.lines, testing::Not(testing::Contains("E create")));
  house.stopping = nullptr;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.dead_files(), "");
}

TEST(Renew, AnInterruptBetweenTwoChangesSaysThatSomethingIsLeft) {
  Renewing house;
  house.apply();
  house.clock.advance(span("24h"));
  house.entry().rotation_id = "3";
  // The old secret is deleted first, to free the slot.
  house.stopping = [&] { return !house.atlas.is_alive(SecretId("s1")); };
  const Applied applied = house.apply();
  EXPECT_EQ(applied.outcome.destroyed, 1);
  EXPECT_EQ(applied.outcome.added, 0);
  EXPECT_TRUE(applied.outcome.stopped);
}

TEST(Renew, ANewSecretDeletedBeforeItsDeliveryIsNeverDelivered) {
  Renewing house;
  house.journal.before["E verify"] = [&] { house.atlas.forget(SecretId("s2")); };
  house.atlas.verdicts = {Verdict::works};
  EXPECT_THAT(house.apply().errors, HasSubstr("deleted by somebody before it was delivered"));
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s1");
  house.journal.before.clear();
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.dead_files(), "");
}

TEST(Renew, ANewSecretDeletedBeforeTheSwitchIsMadeAgainAtOnce) {
  Renewing house;
  house.journal.before["W sink_delivered"] = [&] { house.atlas.forget(SecretId("s2")); };
  EXPECT_THAT(house.apply().errors, HasSubstr("deleted by somebody while it was delivered"));
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s1");
  house.journal.before.clear();
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s3");
}

TEST(Renew, AStoreThatFailsRightAfterTheCreateLeavesNoSecretBehind) {
  Renewing house;
  house.store.failing = {"secret_created"};
  EXPECT_THAT(house.apply().errors, HasSubstr("the new secret s2 was deleted again"));
  EXPECT_EQ(house.unreported(), "");
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s2")));
}

TEST(Renew, AStoreThatFailsRightAfterTheCreateSpillsTheSecretAndTheNextApplyGoesOn) {
  Renewing house;
  house.has_escrow = true;
  house.store.can_spill = true;
  house.store.failing = {"secret_created"};
  EXPECT_THAT(house.apply().errors, HasSubstr("the new secret s2 is in the spill file"));
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s2")));
  EXPECT_EQ(house.unreported(), "");
  house.store.failing.clear();
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().with_role(Role::current)->id.str(), "s2");
  EXPECT_EQ(house.dead_files(), "");
}

TEST(Renew, AStoreAndAnAtlasThatBothFailNameTheSecretToDelete) {
  Renewing house;
  house.store.failing = {"secret_created"};
  house.atlas.failing_removes = 1;
  EXPECT_THAT(house.apply().errors, HasSubstr("s2 could not be deleted either"));
  house.store.failing.clear();
  const Applied applied = house.apply();
  EXPECT_EQ(applied.plan, "blocked");
}

TEST(Renew, AStoreThatCannotRecordTheIntentCausesNoCreate) {
  Renewing house;
  house.store.failing = {"attempt_opened"};
  EXPECT_THAT(house.apply().errors, HasSubstr("disk full"));
  EXPECT_THAT(house.journal.lines, testing::Not(testing::Contains("E create")));
}

TEST(Renew, AForeignSecretThatAppearsAfterTheApprovalIsNotCut) {
  House house;
  const PlanInput input = house.gather();
  const Plan plan = make_plan(input);
  house.atlas.list_foreign("f1", span("80d"));
  EXPECT_THAT(house.carry_out(input, plan).errors, HasSubstr("-allow-foreign-cut"));
  EXPECT_TRUE(house.atlas.made.empty());
  house.approvals.cuts = {SecretId("f1")};
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Renew, TenTimesInARowOneLiveDeliveredSecretIsThereAtEveryHour) {
  for (const char* lifetime : {"8h", "90d"}) {
    House house;
    house.entry().lifetime = span(lifetime);
    ASSERT_EQ(house.apply().errors, "");
    const Seconds tick = span(lifetime) / 48;
    for (int i = 0; house.record().generation < 11 && i < 1000; ++i) {
      house.clock.advance(tick);
      EXPECT_EQ(house.dead_files(), "") << lifetime << " before tick " << i;
      EXPECT_EQ(house.apply().errors, "");
      EXPECT_EQ(house.apply().plan, "") << lifetime << " tick " << i;
      EXPECT_EQ(house.dead_files(), "");
      EXPECT_EQ(house.unreported(), "");
      EXPECT_LE(house.atlas.account.secrets.size(), 2U);
    }
    EXPECT_EQ(house.record().generation, 11) << lifetime;
  }
}

}  // namespace
}  // namespace keytide::test
