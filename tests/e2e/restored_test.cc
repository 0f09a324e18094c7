// A state store that was put back from a backup: it knows neither the secrets that were made since
// nor who holds them.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// Backed up, then renewed, the old secrets deleted, then restored.
struct Restored {
  World world;
  std::string served;

  explicit Restored(const std::string& format = "raw") {
    world.manifest("  billing: {client_id: " + std::string(kBilling) +
                   ", deliver: [{file: {path: \"${HERE}/out/billing\", format: " + format +
                   "}}]}\n" + entry("deployer", kDeployer));
    world.settle();
    EXPECT_EQ(world.folder.keytide({"state", "backup", "backup.db"}).exit_code, 0);
    world.atlas.advance("70d");
    world.settle();
    world.atlas.advance("25h");
    world.settle();
    served = world.folder.read("out/billing");
    put_back();
  }
  void put_back() {
    const fs::path folder = world.folder.path();
    fs::remove(folder / "keytide.db-wal");
    fs::remove(folder / "keytide.db-shm");
    fs::copy_file(folder / "backup.db", folder / "keytide.db",
                  fs::copy_options::overwrite_existing);
    world.atlas.forget_requests();
  }
  void forget_the_epoch() { fs::remove(world.folder.path() + "/keytide.db.epoch"); }

  void expect_blocked(const std::string& why) {
    const RunResult plan = world.plan();
    EXPECT_EQ(plan.exit_code, 2);
    EXPECT_THAT(plan.output, HasSubstr(why));
    const RunResult run = world.apply();
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, HasSubstr("`keytide apply -refresh-only`"));
    EXPECT_EQ(world.creates() + world.deletes(), 0);
    EXPECT_EQ(world.folder.read("out/billing"), served);
    EXPECT_EQ(world.plan().exit_code, 2);
  }
  void expect_accepted() {
    const RunResult run = world.apply({"-refresh-only"});
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    EXPECT_EQ(world.creates() + world.deletes(), 0);
    EXPECT_EQ(world.folder.read("out/billing"), served);
    world.settle();
    EXPECT_EQ(world.creates() + world.deletes(), 0);
  }
};

TEST(RestoredStore, NothingIsDoneByItUntilItIsAcceptedAndThenNothingIsMissing) {
  Restored restored;
  restored.expect_blocked("the state store was restored from a backup: it ends with change ");
  restored.expect_accepted();
  EXPECT_THAT(restored.world.folder.keytide({"events"}).output, HasSubstr("store_accepted"));
  restored.world.atlas.advance("70d");
  restored.world.settle();
  restored.world.expect_served(kBilling, "billing");
  restored.world.expect_served(kDeployer, "deployer");
}

TEST(RestoredStore, OnAnotherHostTheStampOfASinkShowsIt) {
  Restored restored("env");
  restored.forget_the_epoch();
  restored.expect_blocked("# billing is blocked");
  restored.expect_accepted();
}

TEST(RestoredStore, OnAnotherHostASecretThatIsNewerThanTheStoreShowsIt) {
  Restored restored;
  restored.forget_the_epoch();
  restored.expect_blocked("was made after the last change of the state store");
  restored.expect_accepted();
}

TEST(RestoredStore, AnAcceptanceInPartIsNone) {
  Restored restored;
  const RunResult part = restored.world.apply({"-refresh-only", "-target=billing"});
  EXPECT_EQ(part.exit_code, 1);
  EXPECT_THAT(part.errors, HasSubstr("not accepted yet"));
  restored.expect_blocked("# billing, deployer are blocked");
  restored.expect_accepted();
}

TEST(RestoredStore, ACopyOfTheStoreThatNothingWasWrittenAfterIsNoRestoredOne) {
  World world;
  world.three_entries();
  world.settle();
  const fs::path folder = world.folder.path();
  fs::copy_file(folder / "keytide.db", folder / "copy.db");
  fs::copy_file(folder / "copy.db", folder / "keytide.db", fs::copy_options::overwrite_existing);
  world.settle();
}

}  // namespace
}  // namespace keytide::testing
