// Secrets that exist are taken over: after the state store was lost, from the sinks; by name, what
// a person made.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Lost {
  World world;

  Lost() {
    world.three_entries();
    world.settle();
    for (const char* file : {"keytide.db", "keytide.db-wal", "keytide.db-shm"}) {
      std::filesystem::remove(world.folder.path() + "/" + file);
    }
    world.atlas.forget_requests();
  }
};

TEST(Import, AfterTheStoreWasLostThePlanWantsToImportAndTheApplyCreatesNothing) {
  Lost lost;
  World& world = lost.world;
  const std::string before = world.folder.read("out/billing");
  const RunResult plan = world.plan();
  EXPECT_EQ(plan.exit_code, 2);
  EXPECT_THAT(plan.output, HasSubstr("# billing will be imported (keytide has no record of it; "
                                     "file:"));
  EXPECT_THAT(plan.output, HasSubstr("Plan: 3 to import, 0 to add, 0 to change, 0 to destroy."));
  const RunResult done = world.apply();
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_THAT(done.output, HasSubstr("billing: Importing..."));
  EXPECT_THAT(done.output, HasSubstr("Apply complete! Secrets: 3 imported, 0 added, 0 changed, 0 "
                                     "destroyed."));
  EXPECT_EQ(world.creates(), 0);
  EXPECT_EQ(world.deletes(), 0);
  EXPECT_EQ(world.folder.read("out/billing"), before);
  world.settle();
  EXPECT_THAT(world.status("billing"), HasSubstr("\"role\":\"current\""));
  // What was imported is renewed in its time like any other.
  world.atlas.advance("80d");
  world.settle();
  world.expect_served(kBilling, "billing");
}

TEST(Import, FromSinksTakesOverAllAndDoesNothingElse) {
  Lost lost;
  World& world = lost.world;
  world.folder.write("out/deployer", "mdb_sa_sk_of_somebody_else_entirely");
  const RunResult asked = world.folder.keytide({"import", "-from-sinks"});
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_THAT(asked.errors, HasSubstr("-auto-approve"));
  const RunResult done = world.folder.keytide({"import", "-from-sinks", "-auto-approve"});
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_THAT(done.output, HasSubstr("Secrets: 2 imported, 0 added, 0 changed, 0 destroyed."));
  EXPECT_THAT(done.output, Not(HasSubstr("deployer")));
  const RunResult again = world.folder.keytide({"import", "-from-sinks", "-auto-approve"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.output, HasSubstr("Nothing to import: every entry has a record, or its sinks "
                                      "hold no secret that Atlas lists."));
  EXPECT_EQ(world.creates() + world.deletes(), 0);
}

TEST(Import, AValueThatDoesNotSignInIsNotImported) {
  Lost lost;
  World& world = lost.world;
  // The same last four characters, and another secret.
  std::string forged = world.folder.read("out/billing");
  forged[12] = forged[12] == 'x' ? 'y' : 'x';
  world.folder.write("out/billing", forged);
  const RunResult done = world.folder.keytide({"import", "-from-sinks", "-auto-approve"});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.errors,
              HasSubstr("error: billing: the value in the sink looks like mdb_sa_sk_"));
  EXPECT_THAT(done.errors, HasSubstr("does not sign in"));
  EXPECT_THAT(world.status("billing"), HasSubstr("\"phase\":\"due\""));
}

TEST(Import, AHandMadeSecretIsTakenOverByNameAndRetiredLikeAnyOther) {
  World world("[{secret: mdb_sa_sk_made_by_hand_0123456789abcdef, expiresAt: +80d}]");
  world.manifest(entry("billing", kBilling));
  const std::string id = world.secrets(kBilling)[0].id;
  EXPECT_THAT(world.apply().errors, HasSubstr("-allow-foreign-cut"));
  const RunResult done = world.folder.keytide({"import", "billing", id, "-auto-approve"});
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_THAT(done.output, HasSubstr("no sink holds its value, so it is renewed after that"));
  const RunResult next = world.apply();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_THAT(next.output, HasSubstr("# billing will be renewed (new sink needs the value"));
  world.expect_served(kBilling, "billing");
  EXPECT_EQ(world.secrets(kBilling).size(), 2u);
  world.atlas.advance("25h");
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  world.settle();
}

TEST(Import, WhatIsTypedWrongIsSaid) {
  World world;
  world.three_entries();
  world.settle();
  const std::string id = world.secrets(kBilling)[0].id;
  const auto errors = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "import");
    arguments.push_back("-auto-approve");
    const RunResult run = world.folder.keytide(arguments);
    EXPECT_EQ(run.exit_code, 1);
    return run.output + run.errors;
  };
  EXPECT_THAT(errors({}), HasSubstr("`keytide import ADDR SECRET_ID`"));
  EXPECT_THAT(errors({"billing"}), HasSubstr("`keytide import ADDR SECRET_ID`"));
  EXPECT_THAT(errors({"billing", id, "-from-sinks"}), HasSubstr("import -from-sinks"));
  EXPECT_THAT(errors({"biling", id}), HasSubstr("did you mean billing?"));
  EXPECT_THAT(errors({"billing", id}), HasSubstr("is recorded already, as current"));
  EXPECT_THAT(errors({"billing", id}), Not(HasSubstr("Apply complete!")));
  EXPECT_THAT(errors({"billing", "0123456789abcdef01234567"}), HasSubstr("it lists " + id));
}

}  // namespace
}  // namespace keytide::testing
