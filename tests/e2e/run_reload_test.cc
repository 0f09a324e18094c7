// `keytide reload` with another configuration: what the service needs to begin anew with it is
// tried first, and the one that runs goes on where something is in the way.
#include <gmock/gmock.h>

#include "tests/e2e/service_run.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunReload : public ServiceRun {};

TEST_F(RunReload, RefusesAPortThatIsTakenAndTheOldServiceGoesOn) {
  auto service = start();
  wait_for_deliveries();
  // Atlas-sim listens there.
  const std::string taken = fmt::format("127.0.0.1:{}", world_.atlas.port());
  replace_in_config("metrics: 127.0.0.1:0", "metrics: " + taken);
  const RunResult refused = keytide({"reload"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("listen.metrics"), HasSubstr(taken), HasSubstr("choose another port"),
                    HasSubstr("goes on with the old one")));
  EXPECT_THAT(log(), AllOf(HasSubstr("goes on with the old one"), HasSubstr(taken),
                           Not(HasSubstr("beginning anew"))));
  EXPECT_EQ(page("/livez").response.status, 200);
  replace_in_config("metrics: " + taken, "metrics: 127.0.0.1:0");
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  EXPECT_EQ(count_in_log("msg=\"keytide runs\""), 1);
}

TEST_F(RunReload, RefusesSourcesByWhichNothingWouldBeRenewed) {
  auto service = start();
  wait_for_deliveries();
  world_.folder.write("other/some.yaml", "keytide: 1\n");
  replace_in_config("{path: secrets}", "{path: other}");
  const RunResult refused = keytide({"reload"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("name no secret at all"), HasSubstr("nothing would be renewed")));
  EXPECT_THAT(keytide({"state", "list"}).output, Not(HasSubstr("unmanaged")));
  EXPECT_EQ(count_in_log("msg=\"keytide runs\""), 1);
}

TEST_F(RunReload, SaysAllThatIsInTheWayOfTheNewConfigurationAtOnce) {
  auto service = start();
  wait_for_deliveries();
  configure(
      "  ca_file: nothing.pem\nescrow: {key: {file: no.key}}\n"
      "listen: {metrics: 127.0.0.1:0, token: {file: no_token}}\n");
  replace_in_config("{path: secrets}", "{path: elsewhere}");
  replace_in_config("{file: client_secret}", "{file: no_secret}");
  const RunResult refused = keytide({"reload"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("listen.token"), HasSubstr("no_token"), HasSubstr("atlas.ca_file"),
                    HasSubstr("nothing.pem"), HasSubstr("escrow.key"), HasSubstr("no.key")));
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("atlas.credentials.default"), HasSubstr("no_secret"),
                                    HasSubstr("elsewhere")));
  EXPECT_EQ(page("/livez").response.status, 200);
}

// A person's command looks for the service where the new configuration has it.
TEST_F(RunReload, OfASignalSaysInTheLogWhatIsInTheWay) {
  auto service = start();
  wait_for_deliveries();
  configure(
      "state: sqlite:missing/keytide.db\n"
      "listen: {metrics: 127.0.0.1:0, control: nowhere/keytide.sock}\n");
  const RunResult lost = keytide({"reload"});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.errors, AllOf(HasSubstr("nowhere/keytide.sock"), HasSubstr("SIGHUP")));
  service->send(SIGHUP);
  wait_for_log("goes on with the old one");
  wait_for_log("missing/keytide.db");
  EXPECT_THAT(log(), AllOf(HasSubstr("level=error"), HasSubstr("listen.control"),
                           HasSubstr("nowhere"), Not(HasSubstr("beginning anew"))));
  EXPECT_FALSE(world_.folder.exists("missing"));
  EXPECT_EQ(page("/livez").response.status, 200);
}

TEST_F(RunReload, ToAnotherStoreSaysWhoHoldsThatOne) {
  auto service = start();
  wait_for_deliveries();
  World other;
  other.three_entries();
  const std::string store = other.folder.path() + "/keytide.db";
  other.atlas.add_faults(
      R"([{"method": "GET", "path": "/serviceAccounts", "times": 1, "delay": "60s"}])");
  auto holder = other.start_apply();
  wait_until("the other store is locked", [&] {
    return other.folder.read("keytide.db.lock").find("apply") != std::string::npos;
  });
  configure("state: sqlite:" + store +
            "\nlisten: {metrics: 127.0.0.1:0, control: keytide.db.sock}\n");
  const RunResult refused = keytide({"reload"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr(store), HasSubstr("is locked by")));
  EXPECT_EQ(page("/livez").response.status, 200);
}

TEST_F(RunReload, TakesAnotherAddressOnTheSamePort) {
  auto service = start();
  wait_for_deliveries();
  const std::string own = fmt::format("127.0.0.1:{}", port());
  replace_in_config("127.0.0.1:0", own);
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  wait_until("it begins anew", [&] { return count_in_log("msg=\"keytide runs\"") == 2; });
  world_.folder.write("token", "0123456789abcdef0123456789abcdef");
  replace_in_config(own, fmt::format("0.0.0.0:{}, token: {{file: token}}", port()));
  const RunResult wider = keytide({"reload"});
  EXPECT_EQ(wider.exit_code, 0) << wider.errors;
  wait_until("it begins anew", [&] { return count_in_log("msg=\"keytide runs\"") == 3; });
  EXPECT_THAT(log(), HasSubstr("url=http://0.0.0.0:"));
}

TEST_F(RunReload, TakesATokenThatWasExchanged) {
  world_.folder.write("token", "0123456789abcdef0123456789abcdef");
  configure("listen: {metrics: 127.0.0.1:0, token: {file: token}}\n");
  auto service = start();
  wait_for_deliveries();
  const std::vector<Header> old{{"Authorization", "Bearer 0123456789abcdef0123456789abcdef"}};
  EXPECT_EQ(page("/metrics", old).response.status, 200);
  world_.folder.write("token", "fedcba9876543210fedcba9876543210");
  const RunResult done = keytide({"reload"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("begins anew"));
  wait_until("it begins anew", [&] { return count_in_log("msg=\"keytide runs\"") == 2; });
  EXPECT_EQ(page("/metrics", old).response.status, 401);
  EXPECT_EQ(page("/metrics", {{"Authorization", "Bearer fedcba9876543210fedcba9876543210"}})
                .response.status,
            200);
}

}  // namespace
}  // namespace keytide::testing
