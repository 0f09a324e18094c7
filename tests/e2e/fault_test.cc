// Bad days of Atlas, of the network and of the credentials: each ends right, or with one clear
// message, exit 1 and a way out; and the other entries go on.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string billing_secrets() { return fmt::format("{}/secrets", kBilling); }

// One fault for the create of billing, or of whatever `path` says.
void order(World& world, const std::string& what, int times = 1, const std::string& path = "",
           const std::string& method = "POST") {
  world.atlas.add_faults(fmt::format(R"([{{"method": "{}", "path": "{}", "times": {}, {}}}])",
                                     method, path.empty() ? billing_secrets() : path, times, what));
}

void expect_the_others_served(World& world) {
  world.expect_served(kDeployer, "deployer");
  world.expect_served(kBackup, "backup");
}

// What Atlas certainly did not do is done by the next apply.
void expect_failed_then_served(const std::string& fault, const std::string& words, int times = 1) {
  SCOPED_TRACE(fault);
  World world;
  world.three_entries();
  order(world, fault, times);
  const RunResult first = world.apply();
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_THAT(first.output + first.errors, HasSubstr(words));
  EXPECT_THAT(first.output + first.errors, HasSubstr("billing"));
  expect_the_others_served(world);
  world.settle();
  world.expect_served(kBilling, "billing");
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
}

TEST(RejectedCreate, AConflictIsTriedAgainByTheNextApply) {
  expect_failed_then_served(
      R"("status": 409, "body": "{\"error\":409,\"errorCode\":\"DATA_CONCURRENCY_ERROR\"}")",
      "DATA_CONCURRENCY_ERROR");
}
TEST(RejectedCreate, AMissingRoleIsSaid) {
  expect_failed_then_served(
      R"("status": 401, "body": "{\"error\":401,\"errorCode\":\"NOT_ORG_OWNER\"}")",
      "NOT_ORG_OWNER", 2);  // the first may mean a token that ended: a new one is tried
}
TEST(RejectedCreate, AnAccessListIsSaid) {
  expect_failed_then_served(
      R"("status": 403, "body": "{\"error\":403,\"errorCode\":\"IP_ADDRESS_NOT_ON_ACCESS_LIST\"}")",
      "IP_ADDRESS_NOT_ON_ACCESS_LIST");
}

TEST(RejectedCreate, AThirdSecretIsNeverAskedFor) {
  World world("[{expiresAt: +3d}, {expiresAt: +4d}]");
  world.three_entries();
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("# billing is blocked"));
  EXPECT_THAT(run.output, HasSubstr("all 2 slots of the account are taken"));
  EXPECT_THAT(run.output, HasSubstr("way out: delete a secret that nobody uses in Atlas"));
  EXPECT_EQ(world.creates(), 2);
  expect_the_others_served(world);
}

TEST(RateLimit, IsWaitedFor) {
  World world;
  world.three_entries();
  order(world, R"("status": 429, "headers": {"Retry-After": "1"})", 1, "/serviceAccounts?", "GET");
  order(world, R"("status": 429)", 1, "/oauth/token");
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  expect_the_others_served(world);
}

// A create that was refused for its rate did nothing: it is made by this run or by the next.
TEST(RateLimit, OfACreateLosesNothing) {
  for (const char* fault :
       {R"("status": 429, "headers": {"Retry-After": "1"})", R"("status": 429)"}) {
    SCOPED_TRACE(fault);
    World world;
    world.three_entries();
    order(world, fault);
    world.apply();
    expect_the_others_served(world);
    world.settle();
    world.expect_served(kBilling, "billing");
    EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  }
}

// Atlas's own buckets, small ones: the clock runs, so that they fill up again.
TEST(RateLimit, OfASmallBucketIsKeptTo) {
  World world("[]", "{org_capacity: 12, org_refill_per_minute: 240}");
  world.three_entries();
  world.atlas.set_rate(1);
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  EXPECT_EQ(world.creates(), 3);
  world.expect_served(kBilling, "billing");
}

TEST(Connection, ThatDiesInAReadIsTriedAgain) {
  for (const char* close : {"before_commit", "after_commit", "mid_body"}) {
    SCOPED_TRACE(close);
    World world;
    world.three_entries();
    order(world, fmt::format(R"("close": "{}")", close), 1, "/serviceAccounts?", "GET");
    const RunResult run = world.apply();
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    world.expect_served(kBilling, "billing");
  }
}

TEST(Connection, ToAnAtlasThatIsNotThereIsSaid) {
  World world;
  world.three_entries();
  world.atlas.stop();
  const RunResult run = world.plan();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output + run.errors, HasSubstr("127.0.0.1"));
}

TEST(ServerError, OfEachReadingCallIsTriedAgain) {
  for (const char* path : {"/oauth/token", "/oauth/revoke"}) {
    World world;
    world.three_entries();
    order(world, R"("status": 500)", 1, path);
    const RunResult run = world.apply();
    EXPECT_EQ(run.exit_code, 0) << path << run.output << run.errors;
  }
  for (const char* path : {"/serviceAccounts?", kBilling, "/settings"}) {
    World world;
    world.three_entries();
    order(world, R"("status": 500)", 1, path, "GET");
    const RunResult run = world.apply();
    EXPECT_EQ(run.exit_code, 0) << path << run.output << run.errors;
  }
}

TEST(ServerError, OfADeleteIsFinishedByTheNextApply) {
  World world;
  world.three_entries();
  world.settle();
  world.atlas.advance("75d");
  EXPECT_EQ(world.apply().exit_code, 0);
  world.atlas.advance("25h");
  order(world, R"("status": 500)", 10, kBilling, "DELETE");
  const RunResult failed = world.apply();
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.output + failed.errors, HasSubstr("billing"));
  EXPECT_EQ(world.secrets(kBackup).size(), 1u);
  world.atlas.clear_faults();
  world.settle();
  EXPECT_EQ(world.secrets(kBilling).size(), 1u);
  world.expect_served(kBilling, "billing");
}

TEST(SignIn, AWrongSecretIsSaidOnceWithItsWayOut) {
  World world;
  world.three_entries();
  world.folder.write("client_secret", "mdb_sa_sk_wrongwrongwrongwrongwrongwrongwrongwrong");
  const RunResult run = world.plan();
  EXPECT_EQ(run.exit_code, 1);
  const std::string said = run.output + run.errors;
  EXPECT_THAT(said, HasSubstr("# backup, billing, deployer are blocked"));
  EXPECT_THAT(said, HasSubstr("check atlas.credentials"));
  EXPECT_EQ(said.find("invalid_client"), said.rfind("invalid_client"));
  EXPECT_THAT(run.output + run.errors, Not(HasSubstr("wrongwrong")));
}

TEST(SignIn, WithNothingAtAllNamesTheKeyAndTheVariables) {
  World world;
  world.three_entries();
  world.configure("");
  const RunResult run = world.plan();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.errors, HasSubstr("atlas.credentials"));
  EXPECT_THAT(run.errors, HasSubstr("MONGODB_ATLAS_CLIENT_ID"));
}

// The organization with an API key, a reader, a project, and a token that lives for a minute.
constexpr const char* kManyLogins = R"(settings: {rate_limits: false}
orgs:
  - id: 32b6e34b3d91647abb20e7b8
    name: acme
    apiKeys: [{publicKey: abcdefgh, privateKey: 01234567-89ab-cdef-0123-456789abcdef, roles: [ORG_OWNER]}]
    serviceAccounts:
      - clientId: mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa
        name: keytide
        roles: [ORG_OWNER]
        secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]
      - clientId: mdb_sa_id_eeeeeeeeeeeeeeeeeeeeeeee
        name: reader
        roles: [ORG_READ_ONLY]
        secrets: [{secret: mdb_sa_sk_9876543210987654321098765432109876543210}]
      - {clientId: mdb_sa_id_bbbbbbbbbbbbbbbbbbbbbbbb, name: billing, roles: [ORG_READ_ONLY]}
    projects:
      - id: "5f0000000000000000000001"
        name: orders
        serviceAccounts:
          - clientId: mdb_sa_id_ffffffffffffffffffffffff
            name: owner
            roles: [GROUP_OWNER]
            secrets: [{secret: mdb_sa_sk_5555555555555555555555555555555555555555}]
          - {clientId: mdb_sa_id_dddddddddddddddddddddddd, name: backup, roles: [GROUP_READ_ONLY]}
)";

class Logins : public ::testing::Test {
 protected:
  Logins() { world_.manifest(entry("billing", kBilling)); }

  void expect_an_apply_works() {
    const RunResult run = world_.apply();
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    world_.expect_served(kBilling, "billing");
  }

  World world_{World::Seed{kManyLogins}};
};

TEST_F(Logins, AServiceAccountOfTheEnvironment) {
  world_.configure("");
  world_.folder.set("MONGODB_ATLAS_CLIENT_ID", kKeytide);
  world_.folder.set("MONGODB_ATLAS_CLIENT_SECRET", kKeytideSecret);
  expect_an_apply_works();
}

TEST_F(Logins, AnApiKeyOfTheConfiguration) {
  world_.folder.write("private_key", "01234567-89ab-cdef-0123-456789abcdef");
  world_.configure("{default: {public_key: abcdefgh, private_key: {file: private_key}}}");
  expect_an_apply_works();
}

TEST_F(Logins, AnApiKeyOfTheEnvironment) {
  world_.configure("");
  world_.folder.set("MCLI_PUBLIC_API_KEY", "abcdefgh");
  world_.folder.set("MCLI_PRIVATE_API_KEY", "01234567-89ab-cdef-0123-456789abcdef");
  expect_an_apply_works();
}

TEST_F(Logins, AnAccessToken) {
  world_.configure("");
  world_.folder.set("MONGODB_ATLAS_ACCESS_TOKEN", world_.mint_token(kKeytide, kKeytideSecret));
  expect_an_apply_works();
}

TEST_F(Logins, AnAccessTokenThatExpiredIsSaid) {
  world_.configure("{default: {access_token: {env: TOKEN}}}");
  world_.folder.set("TOKEN", world_.mint_token(kKeytide, kKeytideSecret));
  world_.atlas.advance("2h");
  const RunResult run = world_.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output + run.errors, HasSubstr("access token"));
  EXPECT_EQ(world_.creates(), 0);
}

TEST_F(Logins, AProjectsOwnAccount) {
  world_.folder.write("project_secret", "mdb_sa_sk_5555555555555555555555555555555555555555");
  world_.configure(
      fmt::format("{{\"{}\": {{client_id: mdb_sa_id_ffffffffffffffffffffffff, "
                  "client_secret: {{file: project_secret}}}}}}",
                  kProject));
  world_.folder.write("secrets/all.yaml",
                      fmt::format("keytide: 1\ndefaults: {{project: \"{}\", lifetime: 90d}}\n"
                                  "secrets:\n{}",
                                  kProject, entry("backup", kBackup)));
  const RunResult run = world_.apply();
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  world_.expect_served(kBackup, "backup");
  world_.settle();
}

TEST_F(Logins, AReaderMayPlanAndIsToldWhatAnApplyNeeds) {
  world_.folder.write("reader_secret", "mdb_sa_sk_9876543210987654321098765432109876543210");
  world_.configure(
      "{default: {client_id: mdb_sa_id_eeeeeeeeeeeeeeeeeeeeeeee, client_secret: {file: "
      "reader_secret}}}");
  const RunResult plan = world_.plan();
  EXPECT_EQ(plan.exit_code, 2) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("Plan: 1 to add"));
  const RunResult run = world_.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output + run.errors, HasSubstr("USER_UNAUTHORIZED"));
  EXPECT_THAT(run.output + run.errors, HasSubstr("Organization Owner"));
  EXPECT_EQ(world_.secrets(kBilling).size(), 0u);
}

TEST(SignIn, FromAnAddressThatIsNotOnTheAccessListIsSaid) {
  std::string seed = kManyLogins;
  seed.replace(seed.find("    name: acme\n"), 0, "    accessList: [203.0.113.7]\n");
  World world(World::Seed{seed});
  world.manifest(entry("billing", kBilling));
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output + run.errors, HasSubstr("IP_ADDRESS_NOT_ON_ACCESS_LIST"));
  EXPECT_EQ(world.creates(), 0);
}

TEST(SignIn, ATokenThatEndsInTheMiddleOfARunIsReplaced) {
  World world("[]", "{rate_limits: false, token_lifetime: 2s}");
  world.three_entries();
  order(world, R"("delay": "5s")", 1, "/serviceAccounts?", "GET");
  world.atlas.set_rate(1);
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  world.expect_served(kBilling, "billing");
}

}  // namespace
}  // namespace keytide::testing
