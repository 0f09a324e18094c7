// The first hour with keytide: plan, apply, nothing left to do; and no value anywhere but in the
// sinks.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>

#include "providers/atlas/simulator/text.h"
#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The value as it is, and as it looks inside base64 at each of the three alignments.
std::vector<std::string> shapes_of(const std::string& value) {
  std::vector<std::string> shapes{value};
  for (const std::string before : {"", "x", "xx"}) {
    const std::string text = simulator::encode_base64(before + value);
    shapes.push_back(text.substr(4, text.size() - 8));
  }
  return shapes;
}

std::vector<std::string> all_values(World& world) {
  std::vector<std::string> values{kKeytideSecret};
  for (const char* account : {kBilling, kDeployer, kBackup}) {
    for (const SimSecret& secret : world.secrets(account)) values.push_back(secret.secret);
  }
  return values;
}

void expect_none_in(const std::string& text, const std::vector<std::string>& values,
                    const std::string& where) {
  for (const std::string& value : values) {
    for (const std::string& shape : shapes_of(value)) {
      EXPECT_EQ(text.find(shape), std::string::npos) << "a secret is in " << where;
    }
  }
}

// Every file that is neither a sink nor where keytide's own secret lies.
void expect_none_in_folder(World& world, const std::vector<std::string>& values) {
  const std::filesystem::path root = world.folder.path();
  int searched = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = file.path().lexically_relative(root).string();
    if (!file.is_regular_file() || name == "client_secret" || name.starts_with("out/")) continue;
    expect_none_in(world.folder.read(name), values, name);
    ++searched;
  }
  EXPECT_GE(searched, 3);  // the configuration, the manifest and the store
}

TEST(FirstApply, PlansAppliesAndThenHasNothingToDo) {
  World world;
  world.three_entries();
  const RunResult first = world.plan();
  EXPECT_EQ(first.exit_code, 2);
  EXPECT_THAT(first.output, HasSubstr("Plan: 3 to add, 0 to change, 0 to destroy.\n"));
  EXPECT_THAT(first.output, HasSubstr("(known after apply)"));
  EXPECT_EQ(first.errors, "");
  EXPECT_EQ(world.creates(), 0);

  const RunResult applied = world.apply();
  EXPECT_EQ(applied.exit_code, 0);
  EXPECT_THAT(applied.output,
              HasSubstr("Apply complete! Secrets: 3 added, 0 changed, 0 destroyed.\n"));
  EXPECT_EQ(world.creates(), 3);
  world.expect_served(kBilling, "billing");
  world.expect_served(kDeployer, "deployer");
  world.expect_served(kBackup, "backup");

  const RunResult second = world.plan();
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_THAT(second.output, HasSubstr(kNoChanges));
  const RunResult again = world.apply();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.output,
              HasSubstr("Apply complete! Secrets: 0 added, 0 changed, 0 destroyed.\n"));
  EXPECT_EQ(world.creates(), 3);
  EXPECT_EQ(world.deletes(), 0);
}

TEST(FirstApply, LeavesNoTokenOfItsOwnBehind) {
  World world;
  world.three_entries();
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_THAT(world.atlas.state(), Not(HasSubstr("\"activeTokens\":1")));
}

TEST(FirstApply, AsksAndTakesOnlyYes) {
  World world;
  world.three_entries();
  const RunResult asked = world.folder.keytide({"apply"});  // nothing on stdin
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_THAT(asked.errors, HasSubstr("-auto-approve"));
  EXPECT_EQ(world.creates(), 0);
}

TEST(FirstApply, PutsNoValueIntoAnyFileOrTextButTheSinks) {
  World world("[{secret: mdb_sa_sk_ABCDEFGHIJabcdefghijABCDEFGHIJabcdefghij, expiresAt: +3d}]");
  world.three_entries();
  std::vector<RunResult> runs;
  runs.push_back(world.plan({"-log-level=debug", "-out=first.plan"}));
  runs.push_back(world.apply({"-json", "-log-level=debug"}));
  world.atlas.advance("80d");
  runs.push_back(world.plan({"-json", "-log-level=debug", "-out=second.plan"}));
  runs.push_back(world.folder.keytide({"apply", "-log-level=debug", "second.plan"}));
  world.folder.write("out/backup", "spoiled");
  runs.push_back(world.plan({"-log-level=debug", "-log-format=json"}));
  for (const char* command : {"status", "events"}) {
    runs.push_back(world.folder.keytide({command}));
    runs.push_back(world.folder.keytide({command, "-json"}));
  }
  runs.push_back(world.folder.keytide({"state", "list", "-json"}));
  runs.push_back(world.folder.keytide({"show", "deployer", "-json"}));
  runs.push_back(world.folder.keytide({"show", "second.plan"}));
  EXPECT_THAT(runs[1].output, HasSubstr("Secrets: 3 added"));
  EXPECT_THAT(runs[3].output, HasSubstr("Secrets: 2 added"));  // billing has no free slot
  const auto values = all_values(world);
  EXPECT_GE(values.size(), 6u);
  expect_none_in_folder(world, values);
  for (const RunResult& run : runs) {
    expect_none_in(run.output, values, "stdout");
    expect_none_in(run.errors, values, "stderr");
  }
}

// The second token proves the first new secret: keytide holds its value now.
TEST(FirstApply, LeavesNoValueInTheStoreOfAKilledRun) {
  World world;
  world.three_entries();
  world.atlas.add_faults(R"([{"path": "/oauth/token", "delay": "1ms"},
                             {"path": "/oauth/token", "delay": "20s"}])");
  BackgroundRun run = world.start_apply({"-parallelism=1", "-log-level=debug"});
  world.wait_for("POST", "/oauth/token", 2);
  run.send(SIGKILL);
  EXPECT_EQ(run.wait().exit_code, 128 + SIGKILL);
  EXPECT_TRUE(world.folder.exists("keytide.db-wal"));
  const auto values = all_values(world);
  EXPECT_EQ(values.size(), 2u);
  expect_none_in_folder(world, values);
}

TEST(FirstApply, ShowsNoValueInItsArgumentsOrEnvironmentAndDumpsNoCore) {
  World world;
  world.three_entries();
  world.atlas.add_faults(R"([{"method": "POST", "path": "/secrets", "delay": "20s"}])");
  BackgroundRun run = world.start_apply({"-parallelism=1"});
  world.wait_for("POST", "/secrets");
  const std::string proc = "/proc/" + std::to_string(run.pid());
  std::string seen;
  for (const char* file : {"/cmdline", "/environ"}) {
    seen += world.folder.read(proc + file);
  }
  EXPECT_THAT(seen, HasSubstr("-parallelism=1"));
  expect_none_in(seen, all_values(world), "/proc");
  EXPECT_THAT(world.folder.read(proc + "/limits"),
              ::testing::ContainsRegex("Max core file size +0 +0 "));
  run.send(SIGABRT);
  EXPECT_EQ(run.wait().exit_code, 128 + SIGABRT);
  for (const auto& file : std::filesystem::recursive_directory_iterator(world.folder.path())) {
    EXPECT_THAT(file.path().filename().string(), Not(HasSubstr("core")));
  }
  expect_none_in_folder(world, all_values(world));
}

}  // namespace
}  // namespace keytide::testing
