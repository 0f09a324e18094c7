// Secrets that exist become keytide's without a create.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using ::testing::HasSubstr;

// The store is gone: Atlas lists "c1", and the file "a" holds it.
struct LostStore : PlanWorld {
  LostStore() {
    record.reset();
    hold("a", "c1");
    desired->foreign = ForeignPolicy::block;
  }
  void hold(const std::string& name, const std::string& id, std::int64_t generation = 0) {
    view(name, id);
    views.back().masked = "mdb_sa_sk_..." + id;
    views.back().generation = generation;
  }
};

TEST(Adopt, WhatASinkHoldsAndAtlasListsIsImportedAndNotCreatedAgain) {
  const AccountPlan plan = LostStore().plan();
  EXPECT_EQ(line_of(plan), "= c1 adopted");
  EXPECT_EQ(why_first(plan), "keytide has no record of it; a holds its secret mdb_sa_sk_...c1");
  ASSERT_TRUE(plan.record);
  const OwnedSecret* current = plan.record->with_role(Role::current);
  ASSERT_NE(current, nullptr);
  EXPECT_EQ(current->id.str(), "c1");
  EXPECT_EQ(current->asked_hours, 2160);
  EXPECT_EQ(current->fingerprint, Fingerprint("fp-c1"));
  EXPECT_EQ(plan.record->deliveries.size(), 1u);
  EXPECT_EQ(plan.record->overlap, span("24h"));
}

TEST(Adopt, GenerationsGoOnFromTheStampOfTheSink) {
  LostStore world;
  world.hold("a", "c1", 41);
  EXPECT_EQ(world.plan().record->generation, 41);
}

TEST(Adopt, AnotherSinkOfTheEntryIsServedFromTheOneThatHoldsIt) {
  LostStore world;
  world.desired->deliver.push_back(file_sink("b", "/run/b"));
  world.view("b", "");
  EXPECT_EQ(line_of(world.plan()), "= c1 adopted; ~ sink_changed deliver:b");
}

TEST(Adopt, OneThatIsDueIsRenewedRightAfterTheImport) {
  LostStore world;
  world.listed("c1").expires_at = kNow + span("3d");
  EXPECT_EQ(line_of(world.plan()), "= c1 adopted; +/- c1 renewing");
}

TEST(Adopt, OneThatLivesForLongerThanTheManifestWantsIsRenewedRightAfterTheImport) {
  LostStore world;
  world.listed("c1").expires_at = kNow + span("300d");
  EXPECT_EQ(line_of(world.plan()), "= c1 adopted; +/- c1 lifetime_shortened");
}

TEST(Adopt, TheNewestOfTwoThatAreHeldIsTheCurrentOne) {
  LostStore world;
  world.list("c2", span("1d"), span("89d"));
  world.desired->deliver.push_back(file_sink("b", "/run/b"));
  world.hold("b", "c2");
  EXPECT_EQ(line_of(world.plan()), "= c2 adopted; ~ sink_changed deliver:a");
}

TEST(Adopt, WhatAtlasDoesNotListIsNoReasonToImport) {
  LostStore world;
  world.unlist("c1");
  EXPECT_EQ(line_of(world.plan()), "+ missing");
}

TEST(Adopt, AnExpiredOneIsNotImported) {
  LostStore world;
  world.listed("c1").expires_at = kNow - span("1h");
  EXPECT_EQ(line_of(world.plan()), "+ missing");
}

TEST(Adopt, TwoOfOneMaskCanNotBeToldApart) {
  LostStore world;
  world.list("c2", span("1d"), span("89d")).masked = "mdb_sa_sk_...c1";
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(Adopt, AValueThatIsTooShortForAMaskMatchesNothing) {
  LostStore world;
  world.views.back().masked = "...";
  world.listed("c1").masked = "...";
  EXPECT_EQ(line_of(world.plan()), "+ missing");
}

TEST(Adopt, ARecordOfFailedTriesAloneIsNoReasonToCreate) {
  LostStore world;
  world.record = AccountRecord{};
  world.record->key = kKey;
  world.record->address = Address("billing");
  world.record->version = 1;
  EXPECT_EQ(line_of(world.plan()), "= c1 adopted");
  world.views.back().generation = 7;
  EXPECT_EQ(line_of(world.plan()), "= c1 adopted");
  EXPECT_EQ(world.plan().record->generation, 7);
  world.record->attempt = Attempt{1, AttemptPhase::unknown, kNow - Seconds(60), 2100, {}, "", true};
  EXPECT_EQ(line_of(world.plan()), "blocked");
}

TEST(Adopt, ASuspendedEntryRests) {
  LostStore world;
  world.desired->suspend = true;
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Adopt, AnEntryWithARecordIsJudgedByThat) {
  PlanWorld world;
  world.list("p1", span("1d"), span("89d"));
  world.views.back().masked = "mdb_sa_sk_...p1";
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Adopt, AnImportDoesNothingElse) {
  LostStore world;
  world.listed("c1").expires_at = kNow + span("9d");
  world.input.options.import_only = true;
  EXPECT_EQ(line_of(world.plan()), "= c1 adopted");
  PlanWorld due;
  due.listed("c1").expires_at = kNow + span("9d");
  due.input.options.import_only = true;
  EXPECT_EQ(line_of(due.plan()), "");
}

struct Named : PlanWorld {
  explicit Named(const std::string& id) {
    input.options.import_only = true;
    input.options.import_id = SecretId(id);
  }
};

TEST(AdoptNamed, WithoutARecordItIsTheCurrentOneWhetherASinkHoldsItOrNot) {
  Named world("c1");
  world.record.reset();
  world.view("a", "");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "= c1 adopted");
  EXPECT_EQ(why_first(plan), "as requested; no sink holds its value, so it is renewed after that");
  EXPECT_TRUE(plan.record->with_role(Role::current)->fingerprint.empty());
  EXPECT_TRUE(plan.record->deliveries.empty());
}

TEST(AdoptNamed, BesideACurrentOneItIsPreviousAndItsOverlapCountsFromNow) {
  Named world("p1");
  world.list("p1", span("30d"), span("60d"));
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "= p1 adopted");
  EXPECT_EQ(plan.record->find(SecretId("p1"))->role, Role::previous);
  EXPECT_EQ(plan.record->find(SecretId("c1"))->role, Role::current);
  EXPECT_EQ(plan.record->switched_at, kNow);
}

TEST(AdoptNamed, OneThatTheSinkHoldsInPlaceOfTheCurrentOneIsCurrent) {
  Named world("p1");
  world.list("p1", span("30d"), span("60d"));
  world.view("a", "p1");
  world.views.back().masked = "mdb_sa_sk_...p1";
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "= p1 adopted");
  EXPECT_EQ(plan.record->with_role(Role::current)->id.str(), "p1");
  EXPECT_EQ(plan.record->with_role(Role::previous)->id.str(), "c1");
}

TEST(AdoptNamed, OneThatAtlasDoesNotListIsRefusedAndSaysWhatIsListed) {
  Named world("p1");
  EXPECT_EQ(line_of(world.plan()), "blocked");
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("Atlas lists no secret p1"));
  EXPECT_EQ(way_out_of(world.plan()), "it lists c1 (mdb_sa_sk_...c1)");
}

TEST(AdoptNamed, OneThatIsRecordedIsRefused) {
  EXPECT_EQ(why_blocked(Named("c1").plan()), "c1 is recorded already, as current");
}

TEST(AdoptNamed, AnExpiredOneIsRefused) {
  Named world("p1");
  world.list("p1", span("90d"), Seconds(-3600));
  EXPECT_EQ(why_blocked(world.plan()), "p1 expired at 2026-11-23T11:00:00Z");
}

TEST(AdoptNamed, NothingIsImportedWhileARenewalIsOpen) {
  Named world("p1");
  world.open(AttemptPhase::unknown);
  world.list("p1", span("30d"), span("60d"));
  EXPECT_EQ(why_blocked(world.plan()), "a renewal of it is open");
}

}  // namespace
}  // namespace keytide::test
