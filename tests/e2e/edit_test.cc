// What each edit of a good manifest does: exactly the change that it asks for, and then nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string file(const std::string& name, const std::string& more = "") {
  return fmt::format("{{file: {{path: \"${{HERE}}/out/{}\", format: raw{}}}}}", name, more);
}

std::string secret(const std::string& address, const std::string& client_id,
                   const std::string& sinks, const std::string& more = "") {
  return fmt::format("  {}: {{client_id: {}, {}deliver: [{}]}}\n", address, client_id, more, sinks);
}

// An entry that was served, and what its next edits do.
class Edit : public ::testing::Test {
 protected:
  Edit() {
    world_.manifest(secret("billing", kBilling, file("a")) + other());
    world_.settle();
    value_ = world_.folder.read("out/a");
    world_.atlas.forget_requests();
  }

  // An entry that no edit concerns.
  static std::string other() { return secret("backup", kBackup, file("backup")); }

  void edit(const std::string& entry) { world_.manifest(entry + other()); }

  // The plan has these words and counts, the apply succeeds, and then there is nothing left to do.
  void expect_plan_then_settle(const std::string& words, const std::string& counts) {
    const RunResult plan = world_.plan();
    EXPECT_EQ(plan.exit_code, 2);
    EXPECT_THAT(plan.output, AllOf(HasSubstr(words), HasSubstr("Plan: " + counts)));
    EXPECT_THAT(plan.output, Not(HasSubstr("# backup will")));
    world_.settle();
  }
  void expect_no_changes() {
    const RunResult plan = world_.plan();
    EXPECT_EQ(plan.exit_code, 0);
    EXPECT_THAT(plan.output, HasSubstr(kNoChanges));
    world_.settle();
    EXPECT_EQ(world_.creates(), 0);
  }

  World world_;
  std::string value_;
};

constexpr const char* kChanged = "0 to add, 1 to change, 0 to destroy.";
constexpr const char* kAdded = "1 to add, 0 to change, 0 to destroy.";

TEST_F(Edit, ARenamedEntryIsMovedWithoutANewSecret) {
  edit(secret("invoicing", kBilling, file("a")));
  expect_plan_then_settle("# invoicing will be updated in-place (moved from billing)", kChanged);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_THAT(world_.status("invoicing"), HasSubstr(kBilling));
  EXPECT_EQ(world_.status("billing"), "");
}

TEST_F(Edit, ANewSinkIsServedFromTheOldOne) {
  edit(secret("billing", kBilling, file("a") + ", " + file("b")));
  expect_plan_then_settle("# billing will be updated in-place", kChanged);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_EQ(world_.folder.read("out/b"), value_);
}

TEST_F(Edit, ANewPathIsServedFromASinkThatHoldsTheValue) {
  edit(secret("billing", kBilling, file("a") + ", " + file("b")));
  world_.settle();
  edit(secret("billing", kBilling, file("c") + ", " + file("b")));
  expect_plan_then_settle("new sink", kChanged);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_EQ(world_.folder.read("out/c"), value_);
  EXPECT_EQ(world_.folder.read("out/a"), value_);  // the old copy is left
}

TEST_F(Edit, ANewPathOrFormatIsServedFromTheCopyAtTheOldPath) {
  edit(secret("billing", kBilling, file("c")));
  expect_plan_then_settle("new sink", kChanged);
  EXPECT_EQ(world_.folder.read("out/c"), value_);
  edit(secret("billing", kBilling,
              fmt::format("file: {{path: {}/out/c, format: env}}", world_.folder.path())));
  expect_plan_then_settle("new path or format", kChanged);
  EXPECT_THAT(world_.folder.read("out/c"), HasSubstr(value_));
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(Edit, ARenamedEntryWhosePathFollowsItsNameIsMovedWithoutANewSecret) {
  const std::string follows =
      fmt::format("file: {{path: \"{}/out/{{{{name}}}}\"}}", world_.folder.path());
  edit(secret("billing", kBilling, follows));
  world_.settle();
  edit(secret("invoicing", kBilling, follows));
  expect_plan_then_settle("# invoicing will be updated in-place (moved from billing)", kChanged);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_EQ(world_.folder.read("out/invoicing"), value_);
}

TEST_F(Edit, ANewPathWithoutACopyElsewhereIsARenewal) {
  edit(secret("billing", kBilling, file("c")));
  world_.folder.remove("out/a");
  expect_plan_then_settle("# billing will be renewed (new sink needs the value", "1 to add, ");
  EXPECT_EQ(world_.creates(), 1);
  world_.expect_served(kBilling, "c");
}

TEST_F(Edit, ANewModeTouchesTheModeAlone) {
  edit(secret("billing", kBilling, file("a", ", mode: \"0640\"")));
  expect_plan_then_settle("mode 0640", kChanged);
  EXPECT_EQ(world_.creates(), 0);
  struct stat seen = {};
  ASSERT_EQ(stat((world_.folder.path() + "/out/a").c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 07777, 0640u);
  EXPECT_EQ(world_.folder.read("out/a"), value_);
}

TEST_F(Edit, ALongerLifetimeWaitsForTheNextRenewal) {
  edit(secret("billing", kBilling, file("a"), "lifetime: 180d, "));
  expect_no_changes();
  world_.atlas.advance("75d");
  EXPECT_EQ(world_.apply().exit_code, 0);
  EXPECT_GT(world_.secrets(kBilling).back().days_left, 160);
}

TEST_F(Edit, AShorterLifetimeRenewsNow) {
  edit(secret("billing", kBilling, file("a"), "lifetime: 30d, "));
  expect_plan_then_settle("# billing will be renewed (8", kAdded);
  EXPECT_LE(world_.secrets(kBilling).back().days_left, 30);
  world_.expect_served(kBilling, "a");
}

TEST_F(Edit, AShorterLifetimeThatIsStillLongerThanWhatIsLeftRenewsNothing) {
  world_.atlas.advance("30d");
  edit(secret("billing", kBilling, file("a"), "lifetime: 80d, "));
  expect_no_changes();
}

TEST_F(Edit, NewDefaultsCountForEveryEntryThatHasNoneOfItsOwn) {
  world_.manifest(secret("billing", kBilling, file("a"), "lifetime: 90d, ") + other(), "30d");
  const RunResult plan = world_.plan();
  EXPECT_THAT(plan.output, HasSubstr("# backup will be renewed ("));
  EXPECT_THAT(plan.output, HasSubstr(kAdded));
  world_.settle();
  EXPECT_EQ(world_.folder.read("out/a"), value_);
}

TEST_F(Edit, AnotherFileForTheSameEntriesChangesNothing) {
  const std::string text = world_.folder.read("secrets/all.yaml");
  world_.folder.remove("secrets/all.yaml");
  world_.folder.write("secrets/team/data.yml", text);
  expect_no_changes();
}

TEST_F(Edit, ANewRotationIdRenewsOnce) {
  edit(secret("billing", kBilling, file("a"), "rotation_id: \"2026-11\", "));
  expect_plan_then_settle("# billing will be renewed (rotation_id \"\" -> \"2026-11\")", kAdded);
  EXPECT_EQ(world_.creates(), 1);
  EXPECT_NE(world_.folder.read("out/a"), value_);
}

TEST_F(Edit, ASinkTakenOutIsForgottenAndItsCopyLeft) {
  edit(secret("billing", kBilling, file("a") + ", " + file("b")));
  world_.settle();
  edit(secret("billing", kBilling, file("b")));
  expect_plan_then_settle("not in the manifest any more: its copy is left", kChanged);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_EQ(world_.folder.read("out/a"), value_);
  EXPECT_THAT(world_.status("billing"), Not(HasSubstr("/out/a\"")));
}

TEST_F(Edit, AnEntryTakenOutIsForgottenAndItsSecretLives) {
  edit("");
  expect_plan_then_settle("To forget: billing.", "0 to add, 0 to change, 0 to destroy.");
  EXPECT_TRUE(world_.works(kBilling, value_));
  EXPECT_THAT(world_.status("billing"), HasSubstr("\"phase\":\"unmanaged\""));
  world_.atlas.advance("100d");
  // Expired, it would keep its slot, and be a stranger's once nothing is recorded of it.
  EXPECT_THAT(world_.apply().output,
              HasSubstr("# billing: current secret will be destroyed (it has expired)"));
  EXPECT_EQ(world_.apply().exit_code, 0);
  EXPECT_EQ(world_.status("billing"), "");
  EXPECT_FALSE(world_.lists(kBilling, value_));
}

TEST_F(Edit, AnEntryThatComesBackIsManagedAgainWithoutANewSecret) {
  edit("");
  world_.settle();
  edit(secret("billing", kBilling, file("a")));
  expect_plan_then_settle("# billing will be updated in-place (managed again)", kChanged);
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(Edit, AnEntryTakenOutWithRetireLosesItsSecretAfterTheOverlap) {
  edit(secret("billing", kBilling, file("a"), "on_remove: retire, "));
  expect_no_changes();
  edit("");
  world_.settle();
  EXPECT_TRUE(world_.works(kBilling, value_));
  world_.atlas.advance("25h");
  expect_plan_then_settle("# billing: current secret will be destroyed",
                          "0 to add, 0 to change, 1 to destroy.");
  EXPECT_FALSE(world_.works(kBilling, value_));
  EXPECT_TRUE(world_.secrets(kBilling).empty());
  EXPECT_EQ(world_.folder.read("out/a"), value_);  // a file is nobody's to delete
}

TEST_F(Edit, AnEntryMovedToAnotherAccountIsANewOne) {
  edit(secret("billing", kDeployer, file("a")));
  const RunResult plan = world_.plan();
  EXPECT_THAT(plan.output, HasSubstr("# billing will be created"));
  EXPECT_THAT(plan.output, HasSubstr("To forget: billing."));
  EXPECT_THAT(plan.output, HasSubstr("Plan: 1 to add, 0 to change, 0 to destroy."));
  world_.settle();
  world_.expect_served(kDeployer, "a");
  EXPECT_TRUE(world_.works(kBilling, value_));
}

TEST_F(Edit, ASuspendedEntryIsLeftAlone) {
  edit(secret("billing", kBilling, file("a"), "suspend: true, "));
  world_.atlas.advance("75d");
  const RunResult plan = world_.plan();
  EXPECT_THAT(plan.output, Not(HasSubstr("# billing will")));
  EXPECT_THAT(plan.output, HasSubstr("billing: suspended"));
  EXPECT_EQ(world_.apply().exit_code, 0);
  EXPECT_EQ(world_.folder.read("out/a"), value_);
}

}  // namespace
}  // namespace keytide::testing
