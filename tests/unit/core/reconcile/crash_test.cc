// A crash at every W and E, before its effect and right after it, and what the next runs make of
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

struct Scenario {
  std::string name;
  std::function<void(House&)> prepare;
};

void two_files_and_a_hook(House& house) {
  house.entry().deliver = {file_sink("a", "/run/a"), file_sink("b", "/run/b"),
                           hook("reload", "/bin/reload")};
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"a first secret", two_files_and_a_hook},
      {"a renewal",
       [](House& house) {
         two_files_and_a_hook(house);
         house.apply();
         house.clock.advance(span("10d"));
         house.entry().rotation_id = "2";
       }},
      {"a renewal of an expired secret into a slot freed first",
       [](House& house) {
         two_files_and_a_hook(house);
         house.apply();
         house.clock.advance(span("100d"));
         house.atlas.list_foreign("f1", span("3d"));
       }},
      {"a delete after the overlap",
       [](House& house) {
         two_files_and_a_hook(house);
         house.apply();
         house.entry().rotation_id = "2";
         house.apply();
         house.clock.advance(span("2d"));
       }},
      {"a refused new secret",
       [](House& house) {
         two_files_and_a_hook(house);
         house.apply();
         house.entry().rotation_id = "2";
         house.atlas.verdicts =
             std::deque<Verification::Verdict>(30, Verification::Verdict::refused);
       }},
      {"a copy for a new sink",
       [](House& house) {
         house.apply();
         two_files_and_a_hook(house);
       }},
  };
  return all;
}

void expect_order(const std::vector<std::string>& lines) {
  std::string last;
  for (const std::string& line : lines) {
    if (line.starts_with("W ")) last = line;
    if (line == "E create") {
      EXPECT_EQ(last, "W attempt_opened");
    } else if (line == "E verify") {
      EXPECT_THAT(last, testing::AnyOf("W secret_created", "W secret_verified"));
    } else if (line.starts_with("E write")) {
      EXPECT_EQ(last, "W sink_begun");
    } else if (line == "E remove") {
      EXPECT_THAT(last, testing::AnyOf("W delete_intended", "W attempt_aborted"));
    }
  }
}

// What must hold once the process lives again and nobody disturbs it.
void expect_recovery(House& house) {
  EXPECT_TRUE(house.unreported().empty() || house.is_open_unknown()) << house.unreported();
  const std::size_t made = house.atlas.made.size();
  if (house.is_open_unknown()) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(house.apply().plan, "blocked");
    EXPECT_EQ(house.atlas.made.size(), made) << "an unknown create was followed by another at once";
    house.clock.advance(span("2h"));
  }
  for (int i = 0; i < 6; ++i) {
    house.clock.advance(span("2m"));
    house.apply();
  }
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.unreported(), "");
  EXPECT_EQ(house.dead_files(), "");
  EXPECT_FALSE(house.record().attempt);
  const SecretId current = house.record().with_role(Role::current)->id;
  EXPECT_TRUE(house.atlas.is_alive(current));
  for (const SinkSpec& sink : house.entry().deliver) {
    if (sink.is_hook()) continue;
    EXPECT_EQ(house.disk.files[sink.name].id, current) << sink.name.str();
  }
}

void crash_everywhere(const Scenario& scenario, bool has_escrow) {
  House whole;
  whole.has_escrow = has_escrow;
  scenario.prepare(whole);
  const std::size_t begin = whole.journal.lines.size();
  whole.apply();
  const std::vector<std::string> steps(whole.journal.lines.begin() + begin,
                                       whole.journal.lines.end());
  ASSERT_GT(steps.size(), 3U) << scenario.name;
  expect_order(steps);
  for (std::size_t n = 0; n < steps.size(); ++n) {
    for (const bool after : {false, true}) {
      SCOPED_TRACE(scenario.name + (has_escrow ? ", with" : ", without") + " an escrow, " +
                   (after ? "after " : "before ") + steps[n] + ", step " + std::to_string(n));
      House house;
      house.has_escrow = has_escrow;
      scenario.prepare(house);
      const std::size_t made = house.atlas.made.size();
      house.journal.crash_at(n, after);
      EXPECT_TRUE(house.apply().crashed);
      house.journal.live_again();
      const bool was_recorded = house.store.records.contains(kKey) && house.record().escrow;
      expect_recovery(house);
      expect_order(house.journal.lines);
      // What is in escrow is never made a second time.
      if (was_recorded) {
        EXPECT_EQ(house.atlas.made.size(), made + 1);
      }
      EXPECT_FALSE(house.record().escrow);
    }
  }
}

TEST(Crash, AtEveryStepOfEveryScenarioIsFinishedUndoneOrReported) {
  for (const Scenario& scenario : scenarios()) crash_everywhere(scenario, false);
}

TEST(Crash, AtEveryStepOfEveryScenarioIsFinishedFromTheEscrow) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name == "a refused new secret") continue;  // it is undone, escrow or not
    crash_everywhere(scenario, true);
  }
}

TEST(Crash, AVanishedSecretOfACrashIsCountedByTheLoopGuard) {
  House house;
  house.apply();
  house.entry().rotation_id = "2";
  for (int i = 0; i < 6; ++i) {
    house.journal.before["W secret_verified"] = [&] {
      house.journal.crash_at(0, false);
      house.atlas.account.secrets.pop_back();
    };
    const Applied applied = house.apply();
    EXPECT_THAT(applied.plan, testing::HasSubstr("+/- s1")) << i;
    house.journal.live_again();
  }
  house.journal.before.clear();
  EXPECT_EQ(house.apply().plan, "blocked");
}

}  // namespace
}  // namespace keytide::test
