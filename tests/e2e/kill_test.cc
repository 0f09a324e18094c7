// keytide killed in the middle of its work, at each of the moments that matter: the next run
// finishes or undoes what was begun, and no secret is left in Atlas that nobody knows of.
#include <gmock/gmock.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;

// Every secret of the three accounts is in `status -json`, or named by the plan.
void expect_nothing_is_unaccounted_for(World& world) {
  const RunResult status = world.folder.keytide({"status", "-json"});
  const std::string known = status.output + world.plan().output;
  for (const char* account : {kBilling, kDeployer, kBackup}) {
    const auto secrets = world.secrets(account);
    EXPECT_LE(secrets.size(), 2u);
    for (const SimSecret& secret : secrets) EXPECT_THAT(known, HasSubstr(secret.id));
  }
}

class Killed : public ::testing::Test {
 protected:
  Killed() { world_.three_entries(); }

  // Holds the reply to a call back, and kills keytide while it waits for it.
  void kill_in(const std::string& method, const std::string& path, int which = 1) {
    world_.atlas.forget_requests();
    std::string faults = "[";
    for (int i = 1; i < which; ++i) {
      faults += R"({"method": ")" + method + R"(", "path": ")" + path + R"(", "delay": "1ms"}, )";
    }
    faults += R"({"method": ")" + method + R"(", "path": ")" + path + R"(", "delay": "12s"}])";
    world_.atlas.add_faults(faults);
    BackgroundRun run = world_.start_apply({"-parallelism=1"});
    world_.wait_for(method, path, which);
    run.send(SIGKILL);
    EXPECT_EQ(run.wait().exit_code, 128 + SIGKILL);
    world_.atlas.clear_faults();
    world_.atlas.forget_requests();
  }

  void go_without_escrow() {
    world_.configure("{default: {client_id: " + std::string(kKeytide) +
                         ", client_secret: {file: client_secret}}}",
                     "escrow: none\n");
  }

  // Of the one account that was begun.
  std::string only_secret() {
    std::string id;
    for (const char* account : {kBilling, kDeployer, kBackup}) {
      for (const SimSecret& secret : world_.secrets(account)) {
        EXPECT_EQ(id, "");
        id = secret.id;
      }
    }
    return id;
  }

  void expect_all_served() {
    world_.expect_served(kBilling, "billing");
    world_.expect_served(kDeployer, "deployer");
    world_.expect_served(kBackup, "backup");
  }

  World world_;
};

TEST_F(Killed, WhileACreateIsOnItsWayTheAccountIsBlockedUntilItIsLateEnoughToTell) {
  kill_in("POST", "/secrets");
  expect_nothing_is_unaccounted_for(world_);
  const RunResult next = world_.apply();
  EXPECT_EQ(next.exit_code, 1);
  EXPECT_THAT(next.output, HasSubstr("the outcome of the create begun at "));
  EXPECT_THAT(next.output, HasSubstr("Secrets: 2 added"));
  EXPECT_EQ(world_.creates(), 2);
  EXPECT_EQ(world_.deletes(), 0);
  expect_nothing_is_unaccounted_for(world_);
  world_.atlas.advance("2h");
  world_.settle();
  EXPECT_EQ(world_.creates(), 3);
  EXPECT_EQ(world_.deletes(), 1);
  expect_all_served();
}

TEST_F(Killed, BeforeAnySinkHadTheValueItComesOutOfTheEscrow) {
  kill_in("POST", "/oauth/token", 2);  // the first signs in, the second proves the new secret
  expect_nothing_is_unaccounted_for(world_);
  EXPECT_THAT(world_.plan().output, HasSubstr("its value is in escrow"));
  const RunResult next = world_.apply();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_EQ(world_.deletes(), 0);
  EXPECT_EQ(world_.creates(), 2);
  expect_all_served();
  world_.settle();
}

TEST_F(Killed, WhenTheKeyOfTheEscrowIsLostTheSecretIsDeletedAndMadeAgain) {
  kill_in("POST", "/oauth/token", 2);
  world_.folder.remove("keytide.db.key");
  const RunResult next = world_.apply();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_EQ(world_.deletes(), 1);
  EXPECT_EQ(world_.creates(), 3);
  expect_all_served();
  world_.settle();
}

// The value died with the process before any sink had it.
TEST_F(Killed, WithoutAnEscrowTheSecretIsDeletedAndMadeAgain) {
  go_without_escrow();
  kill_in("POST", "/oauth/token", 2);
  expect_nothing_is_unaccounted_for(world_);
  const RunResult next = world_.apply();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_EQ(world_.deletes(), 1);
  EXPECT_EQ(world_.creates(), 3);
  expect_all_served();
  expect_nothing_is_unaccounted_for(world_);
  world_.settle();
}

TEST_F(Killed, InTheProofOfARenewalTheOldSecretWorksThroughout) {
  world_.settle();
  const std::string old = world_.folder.read("out/billing");
  world_.atlas.advance("75d");
  kill_in("POST", "/oauth/token", 2);
  EXPECT_TRUE(world_.works(kBilling, old));
  expect_nothing_is_unaccounted_for(world_);
  EXPECT_EQ(world_.apply().exit_code, 0);
  expect_all_served();
  EXPECT_TRUE(world_.works(kBilling, old));  // in its overlap
  expect_nothing_is_unaccounted_for(world_);
}

// The last look before the switch: the sinks have the value already.
TEST_F(Killed, AfterTheDeliveryTheNextRunOnlySwitches) {
  world_.manifest(entry("billing", kBilling));
  kill_in("GET", kBilling, 3);  // before the create, after the proof, before the switch
  ASSERT_TRUE(world_.folder.exists("out/billing"));
  const std::string delivered = world_.folder.read("out/billing");
  const RunResult plan = world_.plan();
  EXPECT_THAT(plan.output, HasSubstr("# billing will be finished (a renewal was interrupted: "));
  EXPECT_EQ(world_.apply().exit_code, 0);
  EXPECT_EQ(world_.creates(), 0);
  EXPECT_EQ(world_.folder.read("out/billing"), delivered);
  world_.expect_served(kBilling, "billing");
  world_.settle();
}

TEST_F(Killed, InADeleteTheNextRunFinishesIt) {
  world_.settle();
  world_.atlas.advance("75d");
  EXPECT_EQ(world_.apply().exit_code, 0);
  world_.atlas.advance("25h");
  const auto both = world_.secrets(kBilling);
  ASSERT_EQ(both.size(), 2u);
  kill_in("DELETE", both[0].id);
  EXPECT_EQ(world_.apply().exit_code, 0);
  EXPECT_EQ(world_.secrets(kBilling).size(), 1u);
  expect_all_served();
  world_.settle();
}

TEST_F(Killed, ManyTimesInARowNothingIsLost) {
  go_without_escrow();
  kill_in("POST", "/oauth/token", 2);
  kill_in("POST", "/oauth/token", 2);
  kill_in("DELETE", "/secrets/" + only_secret());
  expect_nothing_is_unaccounted_for(world_);
  EXPECT_EQ(world_.apply().exit_code, 0);
  expect_all_served();
  for (const char* account : {kBilling, kDeployer, kBackup}) {
    EXPECT_EQ(world_.secrets(account).size(), 1u);
  }
  world_.settle();
}

TEST_F(Killed, ByAnInterruptItEndsWhatItBeganAndLeavesTheRest) {
  world_.atlas.add_faults(R"([{"method": "POST", "path": "/secrets", "delay": "2s"}])");
  BackgroundRun run = world_.start_apply({"-parallelism=1"});
  world_.wait_for("POST", "/secrets");
  run.send(SIGINT);
  const RunResult ended = run.wait();
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("Apply incomplete. Secrets: 1 added"));
  EXPECT_THAT(ended.output, HasSubstr("Not started: 2 entries"));
  EXPECT_THAT(ended.output, HasSubstr("`keytide plan` shows what is left"));
  EXPECT_EQ(world_.creates(), 1);
  expect_nothing_is_unaccounted_for(world_);
  world_.settle();
  expect_all_served();
  EXPECT_EQ(world_.creates(), 3);
}

TEST_F(Killed, ByATerminationWhileItLooksItEndsAtOnceAndNothingWasBegun) {
  for (const int signal : {SIGINT, SIGTERM}) {
    world_.atlas.forget_requests();
    world_.atlas.add_faults(R"([{"method": "POST", "path": "/oauth/token", "delay": "12s"}])");
    BackgroundRun run = world_.start_apply();
    world_.wait_for("POST", "/oauth/token");
    run.send(signal);
    EXPECT_EQ(run.wait().exit_code, 128 + signal);
    world_.atlas.clear_faults();
    EXPECT_EQ(world_.creates(), 0);
  }
  world_.settle();
  expect_all_served();
}

TEST_F(Killed, ByASecondSignalItEndsInTheMiddleAndTheNextRunMends) {
  world_.atlas.add_faults(
      R"([{"method": "POST", "path": "/oauth/token", "delay": "1ms"},
          {"method": "POST", "path": "/oauth/token", "delay": "12s"}])");
  BackgroundRun run = world_.start_apply({"-parallelism=1"});
  world_.wait_for("POST", "/oauth/token", 2);
  run.send(SIGTERM);
  world_.folder.keytide({"version"});  // the first signal is handled meanwhile
  run.send(SIGTERM);
  EXPECT_EQ(run.wait().exit_code, 128 + SIGTERM);
  world_.atlas.clear_faults();
  expect_nothing_is_unaccounted_for(world_);
  world_.settle();
  expect_all_served();
}

}  // namespace
}  // namespace keytide::testing
