#include "core/reconcile/deliver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using testing::HasSubstr;

// Files "a" and "b" hold "s1"; a renewal is due.
struct Delivering : House {
  Delivering() {
    entry().deliver = {file_sink("a", "/run/a"), file_sink("b", "/run/b")};
    apply();
    clock.advance(span("10d"));
    entry().rotation_id = "2";
  }
  Disk::File& file(const std::string& name) { return disk.files[SinkName(name)]; }
};

TEST(Deliver, NothingIsCreatedWhileASinkCannotBeWritten) {
  Delivering house;
  house.file("b").unwritable = true;
  EXPECT_THAT(house.apply().errors, HasSubstr("no secret is created while it could not be"));
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Deliver, AnUnwritableSinkHoldsARenewalBackOnlyUntilAWeekIsLeft) {
  Delivering house;
  house.file("b").unwritable = true;
  const Instant expiry = house.record().with_role(Role::current)->expires_at;
  house.clock.advance(expiry - house.clock.now() - span("6d"));
  const Applied applied = house.apply();
  EXPECT_THAT(applied.errors, HasSubstr("not delivered everywhere: disk full"));
  EXPECT_THAT(applied.warnings, HasSubstr("b: read-only"));
  EXPECT_EQ(house.file("a").id.str(), "s2");
}

TEST(Deliver, AFirstSecretIsMadeThoughOneOfTwoSinksCannotBeWritten) {
  House house;
  house.entry().deliver = {file_sink("a", "/run/a"), file_sink("b", "/run/b")};
  house.disk.files[SinkName("b")].unwritable = true;
  house.apply();
  EXPECT_EQ(house.disk.files[SinkName("a")].id.str(), "s1");
  house.disk.files[SinkName("b")].unwritable = false;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.disk.files[SinkName("b")].id.str(), "s1");
}

TEST(Deliver, ASinkThatFailsForAMomentIsWrittenAgain) {
  Delivering house;
  house.file("a").failing_writes = 2;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.file("a").id.str(), "s2");
}

TEST(Deliver, AFailingFirstSinkDoesNotStopTheSecondAndIsWrittenLater) {
  Delivering house;
  house.file("a").failing_writes = 3;
  EXPECT_THAT(house.apply().errors, HasSubstr("not delivered everywhere"));
  EXPECT_EQ(house.file("a").id.str(), "s1");
  EXPECT_EQ(house.file("b").id.str(), "s2");
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_EQ(house.apply().plan, "> s2 interrupted");
  EXPECT_EQ(house.file("a").id.str(), "s2");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Deliver, WhenEverySinkFailsTheNewSecretIsDeletedAgain) {
  Delivering house;
  house.file("a").failing_writes = house.file("b").failing_writes = 3;
  EXPECT_THAT(house.apply().errors, HasSubstr("the new secret was deleted again"));
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s2")));
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_EQ(house.unreported(), "");
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.file("b").id.str(), "s3");
}

TEST(Deliver, ASecretIsNotDeletedWhileASinkThatCannotBeReadBackMayHoldIt) {
  Delivering house;
  house.file("a").unreadable_once_written = true;
  house.file("b").failing_writes = 3;
  house.apply();
  EXPECT_EQ(house.file("a").id.str(), "s2");
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_EQ(house.apply().plan, "blocked");
  house.file("a").readable = true;
  house.file("a").unreadable_once_written = false;
  EXPECT_EQ(house.apply().plan, "> s2 interrupted");
  EXPECT_EQ(house.file("b").id.str(), "s2");
}

TEST(Deliver, ALateSinkDoesNotTakeTheNextSecretFromTheOthers) {
  Delivering house;
  for (int day = 0; day < 400; ++day) {
    house.file("b").failing_writes = 1000;
    house.clock.advance(span("24h"));
    EXPECT_TRUE(house.atlas.is_alive(house.file("a").id)) << "before day " << day;
    house.apply();
    EXPECT_TRUE(house.atlas.is_alive(house.file("a").id)) << "day " << day;
    EXPECT_EQ(house.unreported(), "");
  }
  house.file("b").failing_writes = 0;
  for (int i = 0; i < 3; ++i) house.apply();
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Deliver, AFailingHookIsRunAgainBeforeTheSwitch) {
  Delivering house;
  house.entry().deliver.push_back(hook("reload", "/bin/reload"));
  house.disk.failing_hooks = 3;
  EXPECT_THAT(house.apply().errors, HasSubstr("exit 1 (sink reload)"));
  EXPECT_EQ(house.disk.hook_runs[SinkName("reload")], 0);
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.disk.hook_runs[SinkName("reload")], 1);
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Deliver, AHookThatFailsAfterACopyIsRunAgain) {
  Delivering house;
  house.entry().rotation_id = "";
  house.entry().deliver.push_back(hook("reload", "/bin/reload"));
  house.file("b").value.reset();
  house.disk.failing_hooks = 3;
  EXPECT_THAT(house.apply().errors, HasSubstr("exit 1"));
  EXPECT_EQ(house.apply().plan, "~ sink_changed deliver:reload");
  EXPECT_EQ(house.disk.hook_runs[SinkName("reload")], 1);
  EXPECT_EQ(house.apply().plan, "");
}

TEST(Deliver, ALostSinkIsHealedFromAnotherAndTheHookRunsOnce) {
  Delivering house;
  house.entry().rotation_id = "";
  house.entry().deliver.push_back(hook("reload", "/bin/reload"));
  house.file("b").value.reset();
  EXPECT_EQ(house.apply().plan, "~ sink_changed deliver:b");
  EXPECT_EQ(house.file("b").id.str(), "s1");
  EXPECT_EQ(house.disk.hook_runs[SinkName("reload")], 1);
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Deliver, LostSinksAreLookedAtAgainAfterAMinuteBeforeACreate) {
  Delivering lost;
  lost.entry().rotation_id = "";
  lost.file("a").value.reset();
  lost.file("b").value.reset();
  const auto start = lost.clock.since_boot();
  EXPECT_EQ(lost.apply().errors, "");
  EXPECT_GE(lost.clock.since_boot() - start, std::chrono::minutes(1));
  EXPECT_EQ(lost.file("a").id.str(), "s2");
}

TEST(Deliver, ALostSinkThatIsBackAfterAMinuteCausesNoCreate) {
  Delivering house;
  house.entry().rotation_id = "";
  house.entry().deliver.pop_back();
  house.apply();
  auto value = house.file("a").value->clone();
  house.file("a").value.reset();
  // The folder is mounted while keytide waits: right after the look that begins the change.
  class Mounting : public QuietProgress {
   public:
    std::function<void()> mount;
    void on(const Progress& progress) override {
      if (progress.step == Progress::Step::waiting) mount();
    }
  } mounting;
  mounting.mount = [&] { house.file("a").value = value.clone(); };
  const PlanInput input = house.gather();
  const Plan plan = make_plan(input);
  const Ports ports{house.atlas, house.store, house.sinks, house.clock, house.log, mounting};
  RunContext context;
  context.input = &input;
  context.world_read_at = house.clock.since_boot();
  const AccountOutcome outcome = reconcile_account(plan.accounts.at(0), ports, context);
  ASSERT_EQ(outcome.errors.size(), 1U);
  EXPECT_THAT(outcome.errors[0].text(), HasSubstr("a is not lost after all"));
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

TEST(Deliver, AForeignSecretThatAppearsDuringTheMinuteIsNotCut) {
  Delivering house;
  house.entry().rotation_id = "";
  house.file("a").value.reset();
  house.file("b").value.reset();
  int looks = 0;
  house.journal.before["E get"] = [&] {
    if (++looks == 2) house.atlas.list_foreign("f1", span("80d"));
  };
  EXPECT_THAT(house.apply().errors, HasSubstr("plan again"));
  EXPECT_EQ(house.atlas.made.size(), 1U);
}

}  // namespace
}  // namespace keytide::test
