// A record that is older than what it is about: nothing is done by it until a person accepts it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using ::testing::HasSubstr;

// The backup knows "c1"; since then "n1" took its place, and the file "a" holds that.
struct Restored : PlanWorld {
  Restored() {
    list("n1", span("2d"), span("88d"));
    hold("a", "n1");
    listed("c1").expires_at = kNow + span("5d");
    input.store = {120, 157, kNow - span("3d")};
  }
  void hold(const std::string& name, const std::string& id, std::int64_t generation = 0) {
    view(name, id);
    views.back().masked = "mdb_sa_sk_..." + id;
    views.back().generation = generation;
  }
  void accept() { input.options.refresh_only = true; }
};

TEST(Restored, NothingIsDoneAndNothingIsRecorded) {
  Restored world;
  world.unlist("c1");
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "blocked");
  EXPECT_THAT(why_blocked(plan),
              HasSubstr("restored from a backup: it ends with change 120, and change 157 was"));
  EXPECT_THAT(way_out_of(plan), HasSubstr("`keytide apply -refresh-only`"));
  EXPECT_TRUE(plan.drift.empty());
  EXPECT_EQ(plan.record, world.record);
}

TEST(Restored, NeitherIsWhatIsDueOrBegun) {
  Restored due;
  due.input.options.replace = {Address("billing")};
  EXPECT_EQ(line_of(due.plan()), "blocked");
  Restored open;
  open.unlist("n1");
  open.open(AttemptPhase::created);
  EXPECT_EQ(line_of(open.plan()), "blocked");
  Restored unseen;
  unseen.record.reset();
  EXPECT_EQ(line_of(unseen.plan()), "blocked");
  Restored removed;
  removed.record->on_remove = OnRemove::retire;
  removed.desired.reset();
  removed.record->managed = false;
  removed.record->removed_at = kNow - span("30d");
  EXPECT_EQ(line_of(removed.plan()), "blocked");
}

TEST(Restored, AcceptedItTakesOverWhatTheSinkHolds) {
  Restored world;
  world.accept();
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "= n1 adopted");
  EXPECT_EQ(why_first(plan), "the restored store does not know it; a holds mdb_sa_sk_...n1");
  EXPECT_EQ(plan.record->with_role(Role::current)->id.str(), "n1");
  EXPECT_EQ(plan.record->with_role(Role::previous)->id.str(), "c1");
  EXPECT_EQ(plan.record->generation, 2);
  EXPECT_EQ(plan.record->switched_at, kNow);
}

TEST(Restored, AcceptedWithNothingNewItStaysAsItIs) {
  Restored world;
  world.unlist("n1");
  world.hold("a", "c1");
  world.listed("c1").expires_at = kNow + span("80d");
  world.accept();
  EXPECT_EQ(line_of(world.plan()), "");
  EXPECT_EQ(world.plan().record, world.record);
}

TEST(Restored, AnOpenAttemptIsOverAndItsSecretIsNotDeleted) {
  Restored world;
  world.unlist("n1");
  world.open(AttemptPhase::created);
  world.unreadable("a");
  world.accept();
  const AccountPlan plan = world.plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_TRUE(plan.settings_changed);
  EXPECT_FALSE(plan.record->attempt);
  EXPECT_EQ(plan.record->find(SecretId("n1"))->role, Role::quarantined);
}

TEST(Restored, ASecretThatBearsTheTagOfAnOpenAttemptMayServeByNow) {
  Restored world;
  world.open(AttemptPhase::unknown);
  ObservedSecret& made = world.listed("n1");
  made.created_at = world.record->attempt->atlas_time + Seconds(1);
  made.expires_at = made.created_at + std::chrono::hours(2100);
  world.unreadable("a");
  world.input.now = world.input.host_now = kNow + span("2h");
  world.accept();
  EXPECT_EQ(world.plan().record->find(SecretId("n1"))->role, Role::quarantined);
}

TEST(Restored, AStampFromLaterThanTheRecordShowsItForThatAccountAlone) {
  Restored world;
  world.input.store = {};
  world.hold("a", "n1", 2);
  EXPECT_THAT(why_blocked(world.plan()),
              HasSubstr("a has the stamp of generation 2, and the record knows 1 at most"));
  world.accept();
  EXPECT_EQ(line_of(world.plan()), "= n1 adopted");
  EXPECT_EQ(world.plan().record->generation, 2);
}

TEST(Restored, AStampOfAnAttemptThatCameToNothingIsKnown) {
  PlanWorld world;
  world.record->deliveries[0].generation = 2;
  world.view("a", "c1");
  world.views.back().generation = 2;
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(Restored, ACurrentThatIsGoneWhileANewerUnknownOneIsThereShowsIt) {
  Restored world;
  world.input.store = {157, 157, kNow - span("3d")};
  world.unlist("c1");
  world.unreadable("a");
  EXPECT_THAT(why_blocked(world.plan()),
              HasSubstr("its secret mdb_sa_sk_...c1 is gone from Atlas, and mdb_sa_sk_...n1 (n1) "
                        "was made after the last change of the state store"));
}

TEST(Restored, ANewerUnknownOneThatASinkHoldsShowsIt) {
  Restored world;
  world.input.store = {157, 157, kNow - span("3d")};
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("a sink holds mdb_sa_sk_...n1 (n1), which was"));
  world.accept();
  EXPECT_EQ(line_of(world.plan()), "= n1 adopted");
}

TEST(Restored, ASinkThatCanNotBeReadKeepsWhatItWasGiven) {
  Restored world;
  world.add_second_sink();
  world.unreadable("b");
  world.accept();
  const AccountPlan plan = world.plan();
  ASSERT_NE(plan.record->delivery(SinkName("b")), nullptr);
  EXPECT_EQ(plan.record->delivery(SinkName("b"))->secret_id.str(), "c1");
}

TEST(Restored, AnOlderUnknownOneIsNoSign) {
  Restored world;
  world.input.store = {157, 157, kNow - span("1d")};
  world.unlist("c1");
  EXPECT_EQ(last_reason(world.plan()), Reason::gone_from_atlas);
}

TEST(Restored, OneThatAnOpenAttemptExplainsIsNoSign) {
  Restored world;
  world.input.store = {157, 157, kNow - span("3d")};
  world.unlist("c1");
  world.record->attempt = Attempt{2, AttemptPhase::unknown, kNow - span("2d"), 2100, {}, "", true};
  EXPECT_EQ(why_blocked(world.plan()).find("backup"), std::string::npos);
}

TEST(Restored, ThePlanSaysThatAnApplyAcceptsTheStore) {
  Restored world;
  world.accept();
  const Plan plan = make_plan(world.gathered());
  EXPECT_TRUE(plan.accepts_restored);
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_THAT(plan.warnings[0], HasSubstr("an apply of this plan accepts it"));
}

}  // namespace
}  // namespace keytide::test
