// The flags and the commands around plan and apply.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

// Three entries that were served.
class Commands : public ::testing::Test {
 protected:
  Commands() {
    world_.three_entries();
    world_.settle();
    value_ = world_.folder.read("out/billing");
    world_.atlas.forget_requests();
  }

  unsigned mode_of(const std::string& name) {
    struct stat seen = {};
    EXPECT_EQ(stat((world_.folder.path() + "/" + name).c_str(), &seen), 0);
    return seen.st_mode & 07777;
  }

  World world_;
  std::string value_;
};

TEST_F(Commands, TargetLimitsAnApplyToOneEntry) {
  world_.atlas.advance("75d");
  EXPECT_THAT(world_.plan({"-target=deployer"}).output, HasSubstr("Plan: 1 to add"));
  EXPECT_EQ(world_.apply({"-target=deployer"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 1);
  EXPECT_EQ(world_.folder.read("out/billing"), value_);
}

TEST_F(Commands, AnUnknownTargetIsRefused) {
  const RunResult run = world_.plan({"-target=biling"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.errors, HasSubstr("biling"));
}

TEST_F(Commands, ReplaceRenewsThatEntryNow) {
  const RunResult plan = world_.plan({"-replace=billing"});
  EXPECT_THAT(plan.output, HasSubstr("# billing will be renewed (as requested)"));
  EXPECT_THAT(plan.output, HasSubstr("Plan: 1 to add"));
  EXPECT_EQ(world_.apply({"-replace=billing"}).exit_code, 0);
  world_.expect_served(kBilling, "billing");
  EXPECT_NE(world_.folder.read("out/billing"), value_);
  EXPECT_EQ(world_.creates(), 1);
}

TEST_F(Commands, RotateIsAReplaceOfOneEntry) {
  world_.atlas.advance("75d");
  const RunResult run = world_.folder.keytide({"rotate", "billing", "-auto-approve"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("Secrets: 1 added"));
  EXPECT_EQ(world_.creates(), 1);
  EXPECT_NE(world_.folder.read("out/billing"), value_);
}

TEST_F(Commands, APlanReplacesNothingButAPlan) {
  const std::string manifest = world_.folder.read("secrets/all.yaml");
  for (const char* taken : {"keytide.db", "secrets/all.yaml", "out", "/dev/null"}) {
    const RunResult run = world_.folder.keytide({"plan", std::string("-out=") + taken});
    EXPECT_EQ(run.exit_code, 1) << taken;
    EXPECT_THAT(run.errors, HasSubstr("exists and is no saved plan")) << taken;
  }
  EXPECT_EQ(world_.folder.read("secrets/all.yaml"), manifest);
  EXPECT_EQ(world_.folder.keytide({"plan", "-out=p"}).exit_code, 0);
  EXPECT_EQ(world_.folder.keytide({"plan", "-out=p"}).exit_code, 0);
  world_.settle();
}

TEST_F(Commands, NoSinkIsAFileThatKeytideItselfLivesBy) {
  for (const char* path : {"keytide.db", "keytide.yaml", "secrets/all.yaml", "client_secret"}) {
    world_.manifest(fmt::format("  billing: {{client_id: {}, deliver: [file: {{path: {}/{}}}]}}\n",
                                kBilling, world_.folder.path(), path));
    for (const char* command : {"validate", "plan"}) {
      const RunResult run = world_.folder.keytide({command});
      EXPECT_EQ(run.exit_code, 1) << command << path;
      EXPECT_THAT(run.errors, HasSubstr("which keytide itself lives by"));
    }
  }
}

TEST_F(Commands, AnEntryOfItsOwnAccountMustReachTheFileThatItSignsInWith) {
  const auto own = [&](const std::string& path) {
    return fmt::format(
        "  self: {{client_id: {}, foreign: cut, deliver: [file: {{path: {}/{}}}]}}\n", kKeytide,
        world_.folder.path(), path);
  };
  world_.manifest(own("out/self"));
  EXPECT_THAT(world_.plan().errors, HasSubstr("a renewal would lock keytide out"));
  world_.manifest(own("client_secret") + entry("billing", kBilling));
  const std::string first = world_.secrets(kKeytide)[0].id;
  EXPECT_EQ(world_.apply({"-allow-large-change"}).exit_code, 0);
  world_.delete_in_atlas(kKeytide, first);  // by a person, in its overlap
  for (int i = 0; i < 6; ++i) {
    world_.atlas.advance("20d");
    EXPECT_EQ(world_.apply().exit_code, 0) << i;
  }
  EXPECT_TRUE(world_.works(kKeytide, world_.folder.read("client_secret")));
  world_.expect_served(kBilling, "billing");
}

TEST_F(Commands, FlagsThatContradictEachOtherAreRefused) {
  EXPECT_EQ(world_.folder.keytide({"plan", "-out=p"}).exit_code, 0);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"apply", "p", "-target=billing"},
           {"apply", "p", "-refresh-only"},
           {"rotate", "billing", "-target=backup", "-auto-approve"},
           {"plan", "-refresh-only", "-replace=billing"},
           {"plan", "-refresh-only", "-refresh=false"}}) {
    const RunResult run = world_.folder.keytide(words);
    EXPECT_EQ(run.exit_code, 1) << words[0] << words[1];
    EXPECT_THAT(run.errors, HasSubstr("error: "));
  }
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(Commands, ASecondRotateInTheOverlapSaysWhenItCanBeDone) {
  EXPECT_EQ(world_.folder.keytide({"rotate", "billing", "-auto-approve"}).exit_code, 0);
  const RunResult run = world_.folder.keytide({"rotate", "billing", "-auto-approve"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("way out: wait until the overlap is over"));
  EXPECT_TRUE(world_.works(kBilling, value_));
}

TEST_F(Commands, RefreshOnlyRecordsWhatAtlasShowsAndDoesNothingElse) {
  world_.delete_in_atlas(kBilling, world_.secrets(kBilling)[0].id);
  world_.atlas.forget_requests();
  const RunResult plan = world_.plan({"-refresh-only"});
  EXPECT_THAT(plan.output, HasSubstr("was deleted in Atlas"));
  EXPECT_THAT(plan.output, HasSubstr("Nothing but the state would change."));
  EXPECT_EQ(world_.apply({"-refresh-only"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_THAT(world_.plan().output, HasSubstr("# billing will be created"));
}

TEST_F(Commands, RefreshFalseAsksAtlasNothing) {
  const RunResult plan = world_.plan({"-refresh=false"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr(kNoChanges));
  EXPECT_EQ(json::parse(world_.atlas.requests()).at("total"), 0);
}

TEST_F(Commands, ASavedPlanIsCarriedOutWithoutAsking) {
  EXPECT_EQ(world_.plan({"-replace=billing", "-out=p"}).exit_code, 2);
  EXPECT_EQ(mode_of("p"), 0600u);
  EXPECT_THAT(world_.folder.keytide({"show", "p"}).output, HasSubstr("as requested"));
  const RunResult run = world_.folder.keytide({"apply", "p"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("Secrets: 1 added"));
  EXPECT_NE(world_.folder.read("out/billing"), value_);
}

TEST_F(Commands, AStalePlanIsRefusedAndChangesNothing) {
  EXPECT_EQ(world_.plan({"-replace=billing", "-out=p"}).exit_code, 2);
  EXPECT_EQ(world_.folder.keytide({"rotate", "billing", "-auto-approve"}).exit_code, 0);
  const int before = world_.creates();
  const RunResult run = world_.folder.keytide({"apply", "p"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.errors, HasSubstr("the saved plan is stale"));
  EXPECT_THAT(run.errors, HasSubstr("keytide plan -out=FILE"));
  EXPECT_EQ(world_.creates(), before);
}

std::set<std::string> types_of(const std::string& lines) {
  std::set<std::string> types;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const json object = json::parse(line, nullptr, false);
    EXPECT_TRUE(object.is_object()) << line;
    if (!object.is_object()) continue;
    for (const char* key : {"@level", "@message", "@module", "@timestamp", "type"}) {
      EXPECT_TRUE(object.contains(key)) << key << " in " << line;
    }
    types.insert(object.value("type", ""));
  }
  return types;
}

TEST_F(Commands, JsonIsOneObjectALineWithTerraformsTypes) {
  world_.atlas.advance("75d");
  EXPECT_THAT(types_of(world_.plan({"-json"}).output),
              IsSupersetOf({"version", "planned_change", "change_summary"}));
  EXPECT_THAT(types_of(world_.apply({"-json"}).output),
              IsSupersetOf({"version", "planned_change", "apply_start", "apply_complete",
                            "secret_verified", "sink_delivered", "change_summary"}));
  const json rows = json::parse(world_.folder.keytide({"status", "-json"}).output);
  ASSERT_EQ(rows.size(), 3u);
  for (const char* key :
       {"address", "scope", "client_id", "phase", "reason", "renew_at", "secrets", "sinks"}) {
    EXPECT_TRUE(rows[0].contains(key)) << key;
  }
  EXPECT_EQ(json::parse(world_.folder.keytide({"state", "list", "-json"}).output).size(), 3u);
}

TEST_F(Commands, AFailedEntryIsAnApplyErroredLine) {
  world_.atlas.advance("75d");
  world_.atlas.add_faults(R"([{"method": "POST", "path": "bbbb/secrets", "status": 403}])");
  const RunResult run = world_.apply({"-json"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(types_of(run.output), IsSupersetOf({"apply_errored", "diagnostic"}));
}

TEST_F(Commands, AnAlteredModeIsPutRight) {
  std::filesystem::permissions(world_.folder.path() + "/out/billing", std::filesystem::perms(0644));
  const RunResult plan = world_.plan();
  EXPECT_THAT(plan.output, HasSubstr("Plan: 0 to add, 1 to change, 0 to destroy."));
  world_.settle();
  EXPECT_EQ(mode_of("out/billing"), 0600u);
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(Commands, ADeletedFileIsHealedFromAnotherSink) {
  world_.manifest(fmt::format(
      "  billing: {{client_id: {}, deliver: [{{file: {{path: \"${{HERE}}/out/billing\", format: "
      "raw}}}}, {{file: {{path: \"${{HERE}}/out/billing.env\", format: env}}}}]}}\n",
      kBilling));
  EXPECT_EQ(world_.apply({"-allow-large-change"}).exit_code, 0);
  EXPECT_THAT(world_.folder.read("out/billing.env"), HasSubstr(value_));
  world_.folder.remove("out/billing");
  EXPECT_THAT(world_.plan().output,
              AllOf(HasSubstr("it is gone"), HasSubstr("0 to add, 1 to change, 0 to destroy.")));
  EXPECT_EQ(world_.apply().exit_code, 0);
  EXPECT_EQ(world_.folder.read("out/billing"), value_);
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(Commands, ALockThatIsHeldIsToldAndWaitedFor) {
  world_.atlas.advance("75d");
  world_.atlas.add_faults(R"([{"method": "POST", "path": "/secrets", "delay": "3s"}])");
  BackgroundRun first = world_.start_apply();
  world_.wait_for("POST", "/secrets");
  const RunResult refused = world_.apply();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("-lock-timeout"));
  EXPECT_EQ(world_.folder.keytide({"status"}).exit_code, 0);  // reading needs no lock
  const RunResult waited = world_.apply({"-lock-timeout=60s"});
  EXPECT_EQ(waited.exit_code, 0) << waited.errors;
  EXPECT_THAT(waited.output, HasSubstr("Secrets: 0 added, 0 changed, 0 destroyed."));
  EXPECT_EQ(first.wait().exit_code, 0);
  EXPECT_EQ(world_.creates(), 3);
}

TEST(Safety, ALargeChangeNeedsItsFlag) {
  std::string accounts;
  std::string entries;
  for (int i = 0; i < 10; ++i) {
    const std::string id = fmt::format("mdb_sa_id_{:024x}", 0xabc000 + i);
    accounts += fmt::format("      - {{clientId: {}, name: a{}, roles: [ORG_READ_ONLY]}}\n", id, i);
    entries += entry(fmt::format("a{}", i), id);
  }
  World world(World::Seed{fmt::format(
      "settings: {{rate_limits: false}}\norgs:\n  - id: {}\n    name: acme\n    serviceAccounts:\n"
      "      - clientId: {}\n        roles: [ORG_OWNER]\n        secrets: [{{secret: {}}}]\n{}",
      kOrg, kKeytide, kKeytideSecret, accounts)});
  world.manifest(entries);
  world.settle();
  world.manifest(entries, "30d");
  const RunResult refused = world.apply();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("-allow-large-change"));
  EXPECT_THAT(refused.errors, HasSubstr("safety.max_removed_or_respecified"));
  EXPECT_EQ(world.creates(), 10);
  world.folder.write("secrets/all.yaml", "keytide: 1\n");
  const RunResult empty = world.apply();
  EXPECT_EQ(empty.exit_code, 1);
  EXPECT_THAT(empty.errors, HasSubstr("-allow-large-change"));
  world.manifest(entries, "30d");
  EXPECT_EQ(world.apply({"-allow-large-change"}).exit_code, 0);
  EXPECT_EQ(world.creates(), 20);
}

TEST(Safety, ClocksThatDisagreeHoldBackWhatCanWait) {
  World world;
  world.three_entries();
  world.settle();
  const std::string text = world.folder.read("keytide.yaml");
  world.folder.write("keytide.yaml", text.substr(0, text.find("safety:")));
  world.atlas.advance("70d");
  const RunResult held = world.apply();
  EXPECT_EQ(held.exit_code, 1);
  EXPECT_THAT(held.output, HasSubstr("-allow-clock-skew"));
  EXPECT_EQ(world.creates(), 3);
  EXPECT_EQ(world.apply({"-allow-clock-skew"}).exit_code, 0);
  EXPECT_EQ(world.creates(), 6);
}

// A hook, and a sink that can't be written.
std::string entry_with(const std::string& more_sinks) {
  return fmt::format(
      "  billing: {{client_id: {}, deliver: [{{file: {{path: \"${{HERE}}/out/billing\", format: "
      "raw}}}}, {}]}}\n",
      kBilling, more_sinks);
}

TEST(Hook, RunsAfterTheFileAndIsGivenNoSecret) {
  World world;
  world.folder.write("hook.sh",
                     "#!/bin/sh\ncd ${HERE}\n{ env; echo \"$@\"; cat; } > hook.seen\n"
                     "cp out/billing hook.copy\n");
  world.manifest(entry_with("{notify: {command: [/bin/sh, \"${HERE}/hook.sh\", reload]}}"));
  world.settle();
  const std::string value = world.folder.read("out/billing");
  EXPECT_EQ(world.folder.read("hook.copy"), value);
  EXPECT_THAT(world.folder.read("hook.seen"),
              AllOf(HasSubstr("reload"), Not(HasSubstr(value)), Not(HasSubstr(kKeytideSecret))));
}

TEST(Hook, ThatFailsFailsItsEntryAloneAndIsRunAgainWithoutACreate) {
  World world;
  world.folder.write("hook.sh", "#!/bin/sh\nexit 3\n");
  world.manifest(entry_with("{notify: {command: [/bin/sh, \"${HERE}/hook.sh\"]}}") +
                 entry("backup", kBackup));
  const RunResult failed = world.apply();
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.output + failed.errors, HasSubstr("exit status 3"));
  world.expect_served(kBackup, "backup");
  world.expect_served(kBilling, "billing");
  world.folder.write("hook.sh", "#!/bin/sh\ntouch ${HERE}/hook.ran\n");
  world.settle();
  EXPECT_TRUE(world.folder.exists("hook.ran"));
  EXPECT_EQ(world.creates(), 2);
}

// A consumer that has no secret at all gets one where that is possible.
TEST(Sink, ThatCanNotBeWrittenIsServedLaterWithoutAnotherCreate) {
  World world;
  world.manifest(entry_with("{file: {path: \"${HERE}/missing/billing\", format: raw}}") +
                 entry("backup", kBackup));
  const RunResult failed = world.apply();
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.output + failed.errors, HasSubstr("/missing/billing"));
  EXPECT_THAT(failed.output, HasSubstr("Secrets: 1 added"));
  world.expect_served(kBackup, "backup");
  world.expect_served(kBilling, "billing");
  std::filesystem::create_directory(world.folder.path() + "/missing");
  world.settle();
  EXPECT_EQ(world.creates(), 2);
  EXPECT_EQ(world.folder.read("missing/billing"), world.folder.read("out/billing"));
}

TEST(Sink, ThatIsTheOnlyOneAndCanNotBeWrittenHoldsTheCreateBack) {
  World world;
  world.three_entries();
  std::filesystem::remove(world.folder.path() + "/out");
  const RunResult failed = world.apply();
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.output + failed.errors,
              HasSubstr("no secret is created while it could not be delivered"));
  EXPECT_EQ(world.creates(), 0);
  std::filesystem::create_directory(world.folder.path() + "/out");
  world.settle();
  world.expect_served(kBilling, "billing");
}

TEST(Manifest, EveryProblemIsToldAtOnceBeforeAtlasIsAsked) {
  World world;
  world.manifest("  billing: {client_id: nonsense, lifetime: 3h, colour: red}\n");
  const RunResult run = world.plan();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.errors, AllOf(HasSubstr("nonsense"), HasSubstr("3h"), HasSubstr("colour"),
                                HasSubstr("secrets/all.yaml:4:")));
  EXPECT_EQ(json::parse(world.atlas.requests()).at("total"), 0);
  EXPECT_EQ(world.folder.keytide({"validate"}).exit_code, 1);
}

}  // namespace
}  // namespace keytide::testing
