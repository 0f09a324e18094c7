// A create whose reply was lost, from the loss to the end: settled, looked at twice, and gone on
// from what Atlas lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/reconcile/orphan.h"
#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;
using Next = FakeIssuer::Next;

struct Lost : House {
  explicit Lost(Next next = Next::lost) {
    apply();
    clock.advance(span("10d"));
    entry().rotation_id = "2";
    atlas.creates = {next};
    apply();
    journal.lines.clear();
    clock.advance(span("2h"));
  }
  keytide::Run run_of(const PlanInput& input, const AccountPlan& plan, const Ports& ports,
                      RunContext& context) {
    context.input = &input;
    context.actor = "test";
    return begin_run(plan, ports, context);
  }
};

TEST(Unknown, TheOrphanIsDeletedAndTheCreateMadeAgainAfterTwoLooksAMinuteApart) {
  Lost house;
  ASSERT_EQ(house.atlas.account.secrets.size(), 2U);
  const auto before = house.clock.since_boot();
  const Applied applied = house.apply();
  EXPECT_EQ(applied.errors, "");
  EXPECT_EQ(applied.plan, "> settled; - s2 interrupted; +/- s1 rotation_id_changed frees s2");
  EXPECT_GE(house.clock.since_boot() - before, std::chrono::minutes(1));
  EXPECT_THAT(house.journal.lines,
              testing::IsSupersetOf({"W attempt_settled", "W delete_intended", "E remove"}));
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s3");
  EXPECT_EQ(house.unreported(), "");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Unknown, TheShortenedLifeOfTheOldSecretIsRecordedAtOnce) {
  Lost house;
  EXPECT_LE(house.record().with_role(Role::current)->expires_at, house.clock.now() + span("7d"));
}

TEST(Unknown, NothingIsDecidedWhenTheTwoListsDiffer) {
  Lost house(Next::dropped);
  bool appeared = false;
  house.journal.before["E get"] = [&] {
    if (!appeared) house.atlas.list_foreign("f1", span("3d"));
    appeared = true;
  };
  EXPECT_THAT(house.apply().errors, HasSubstr("Atlas listed other secrets a minute ago"));
  EXPECT_TRUE(house.record().attempt);
}

// Atlas commits a create after everybody gave it up.
TEST(Unknown, ALateCommitIsAnOrphanWheneverItAppears) {
  Lost house(Next::dropped);
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.record().open_tags.size(), 1U);
  house.clock.advance(span("3d"));
  EXPECT_EQ(house.apply().errors, "");  // the old one goes: its overlap is over
  house.atlas.make(house.record().open_tags[0].asked_hours);
  house.clock.advance(span("2h"));
  const Applied applied = house.apply();
  // It cut the current one to a week, which is renewed for that.
  EXPECT_EQ(applied.plan, "- s3 interrupted; +/- s2 renewing frees s3");
  EXPECT_EQ(applied.errors, "");
  EXPECT_EQ(house.unreported(), "");
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s3")));
}

TEST(Unknown, ThreeLostRepliesInADayTripTheLoopGuard) {
  Lost house;
  for (int i = 0; i < 2; ++i) {
    house.atlas.creates = {Next::lost};
    EXPECT_THAT(house.apply().errors, HasSubstr("nobody knows"));
    house.clock.advance(span("2h"));
  }
  EXPECT_THAT(house.apply().plan, HasSubstr("blocked"));
  EXPECT_EQ(house.dead_files(), "");
  house.clock.advance(span("24h"));
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Unknown, AQuarantinedSecretIsAdoptedOrDeletedAtAPersonsWord) {
  for (const bool deletes : {false, true}) {
    Lost house(Next::dropped);
    house.atlas.account.secrets.push_back({SecretId("x1"),
                                           house.clock.now() - span("115m"),
                                           house.clock.now() + span("6d"),
                                           {},
                                           "mdb_sa_sk_...x1"});
    house.apply();
    ASSERT_EQ(house.record().find(SecretId("x1"))->role, Role::quarantined);
    const PlanInput input = house.gather();
    const Plan plan = make_plan(input);
    RunContext context;
    const Ports ports = house.ports();
    keytide::Run run = house.run_of(input, plan.accounts.at(0), ports, context);
    const auto done =
        deletes ? delete_orphan(run, SecretId("x1")) : adopt_orphan(run, SecretId("x1"));
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(house.atlas.is_alive(SecretId("x1")), !deletes);
    EXPECT_THAT(house.apply().plan, testing::Not(HasSubstr("x1")));
    EXPECT_EQ(house.record().find(SecretId("x1")) != nullptr, !deletes);
  }
}

TEST(Unknown, WhatIsInNoDoubtIsNeitherAdoptedNorDeleted) {
  House house;
  house.apply();
  const PlanInput input = house.gather();
  AccountPlan plan = plan_account(input, &input.desired.secrets[0], &input.records[0]);
  RunContext context;
  context.input = &input;
  const Ports ports = house.ports();
  keytide::Run run = begin_run(plan, ports, context);
  EXPECT_EQ(delete_orphan(run, SecretId("s1")).error().kind, ErrorKind::conflict);
  EXPECT_EQ(adopt_orphan(run, SecretId("nope")).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s1")));
}

}  // namespace
}  // namespace keytide::test
