#include "tests/e2e/world.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/check.h"
#include "core/base/instant.h"
#include "providers/atlas/simulator/text.h"

namespace keytide::testing {
namespace {

using nlohmann::json;

std::string seed_of(const std::string& billing, const std::string& settings) {
  return fmt::format(
      R"(settings: {}
orgs:
  - id: {}
    name: acme
    serviceAccounts:
      - clientId: {}
        name: keytide
        roles: [ORG_OWNER]
        secrets: [{{secret: {}, expiresAt: +3650d}}]
      - {{clientId: {}, name: billing, roles: [ORG_READ_ONLY], secrets: {}}}
      - {{clientId: {}, name: deployer, roles: [ORG_READ_ONLY]}}
      - {{clientId: {}, name: backup, roles: [ORG_READ_ONLY]}}
)",
      settings, kOrg, kKeytide, kKeytideSecret, kBilling, billing, kDeployer, kBackup);
}

SimSecret sim_secret(const json& one, Instant now) {
  SimSecret secret{one.at("id"), one.at("secret"), one.at("expiresAt"), 0};
  const auto expires = parse_instant(secret.expires_at);
  CHECK(expires.has_value(), "atlas-sim writes times that can be read");
  secret.days_left = static_cast<double>((*expires - now).count()) / 86400;
  return secret;
}

void collect(const json& site, const std::string& client_id, Instant now,
             std::vector<SimSecret>& out) {
  for (const json& account : site.at("serviceAccounts")) {
    if (account.at("clientId") != client_id) continue;
    for (const json& one : account.at("secrets")) out.push_back(sim_secret(one, now));
  }
  if (!site.contains("projects")) return;
  for (const json& project : site.at("projects")) collect(project, client_id, now, out);
}

int count_of(AtlasSimProcess& atlas, const std::string& first, const std::string& second) {
  const json operations = json::parse(atlas.requests()).at("byOperation");
  return operations.value(first, 0) + operations.value(second, 0);
}

RawReply mint(AtlasSimProcess& atlas, const std::string& client_id, const std::string& secret) {
  const std::string pair = simulator::encode_base64(client_id + ":" + secret);
  return http_call(atlas.port(), "POST", "/api/oauth/token", {{"Authorization", "Basic " + pair}},
                   "grant_type=client_credentials");
}

std::string path_of(const std::string& client_id) {
  return fmt::format("/api/atlas/v2/orgs/{}/serviceAccounts/{}/secrets", kOrg, client_id);
}

std::vector<Header> headers_with(World& world) {
  return {{"Authorization", "Bearer " + world.mint_token(kKeytide, kKeytideSecret)},
          {"Accept", "application/vnd.atlas.2024-08-05+json"},
          {"Content-Type", "application/json"}};
}

std::vector<std::string> with(std::vector<std::string> first,
                              const std::vector<std::string>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

}  // namespace

World::World(const std::string& billing, const std::string& settings)
    : World(Seed{seed_of(billing, settings)}) {}

World::World(const Seed& seed) : atlas(seed.text) {
  folder.write("client_secret", kKeytideSecret);
  std::filesystem::create_directory(folder.path() + "/out");
  configure(fmt::format("{{{}: {{client_id: {}, client_secret: {{file: client_secret}}}}}}", kOrg,
                        kKeytide));
}

void World::configure(const std::string& credentials, const std::string& more) {
  folder.write(
      "keytide.yaml",
      fmt::format("version: 1\nsources: [{{path: secrets}}]\natlas:\n  base_url: {}\n{}{}"
                  "safety: {{max_clock_skew: unlimited, confirm_after: 1s}}\n",
                  atlas.url(),
                  credentials.empty() ? "" : fmt::format("  credentials: {}\n", credentials),
                  more));
}

void World::manifest(const std::string& secrets, const std::string& lifetime) {
  folder.write("secrets/all.yaml",
               fmt::format("keytide: 1\ndefaults: {{org: {}, lifetime: {}}}\nsecrets:\n{}", kOrg,
                           lifetime, secrets));
}

void World::three_entries(const std::string& lifetime) {
  manifest(entry("billing", kBilling) + entry("deployer", kDeployer) + entry("backup", kBackup),
           lifetime);
}

RunResult World::plan(std::vector<std::string> more) {
  return folder.keytide(with({"plan", "-detailed-exitcode"}, more));
}

RunResult World::apply(std::vector<std::string> more) {
  return folder.keytide(with({"apply", "-auto-approve"}, more));
}

BackgroundRun World::start_apply(std::vector<std::string> more) {
  return folder.start(with({"apply", "-auto-approve"}, more));
}

void World::settle() {
  const RunResult done = apply();
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  const RunResult next = plan();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_THAT(next.output, ::testing::HasSubstr(kNoChanges));
}

std::string World::status(const std::string& address) {
  const RunResult run = folder.keytide({"status", "-json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  for (const json& row : json::parse(run.output)) {
    if (row.at("address") == address) return row.dump();
  }
  return "";
}

std::vector<SimSecret> World::secrets(const std::string& client_id) {
  const json state = json::parse(atlas.state());
  const auto now = parse_instant(state.at("now").get<std::string>());
  std::vector<SimSecret> out;
  for (const json& org : state.at("orgs")) collect(org, client_id, *now, out);
  return out;
}

bool World::lists(const std::string& client_id, const std::string& secret) {
  const auto all = secrets(client_id);
  return std::any_of(all.begin(), all.end(),
                     [&](const SimSecret& one) { return one.secret == secret; });
}

int World::creates() {
  return count_of(atlas, "createOrgServiceAccountSecret", "createGroupServiceAccountSecret");
}

int World::deletes() {
  return count_of(atlas, "deleteOrgServiceAccountSecret", "deleteGroupServiceAccountSecret");
}

void World::wait_for(const std::string& method, const std::string& path_end, int count) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < give_up) {
    int seen = 0;
    const json requests = json::parse(atlas.requests());
    for (const json& call : requests.at("log")) {
      const std::string path = call.at("path");
      if (call.at("method") == method && path.ends_with(path_end)) ++seen;
    }
    if (seen >= count) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "atlas-sim never saw " << method << " …" << path_end;
}

bool World::works(const std::string& client_id, const std::string& secret) {
  return mint(atlas, client_id, secret).response.status == 200;
}

std::string World::mint_token(const std::string& client_id, const std::string& secret) {
  const RawReply reply = mint(atlas, client_id, secret);
  CHECK(reply.response.status == 200, "the seed has this secret");
  return json::parse(reply.response.body).at("access_token");
}

void World::create_in_atlas(const std::string& client_id, int hours) {
  const RawReply reply = http_call(atlas.port(), "POST", path_of(client_id), headers_with(*this),
                                   fmt::format("{{\"secretExpiresAfterHours\": {}}}", hours));
  CHECK(reply.response.status == 201, "a person may create a secret");
}

void World::delete_in_atlas(const std::string& client_id, const std::string& secret_id) {
  const RawReply reply =
      http_call(atlas.port(), "DELETE", path_of(client_id) + "/" + secret_id, headers_with(*this));
  CHECK(reply.response.status == 204, "a person may delete a secret");
}

void World::expect_served(const std::string& client_id, const std::string& name) {
  SCOPED_TRACE(name);
  const std::string delivered = folder.read("out/" + name);
  const auto all = secrets(client_id);
  ASSERT_FALSE(all.empty());
  EXPECT_LE(all.size(), 2u);
  EXPECT_EQ(delivered, all.back().secret);
  EXPECT_TRUE(works(client_id, delivered));
}

std::string entry(const std::string& name, const std::string& client_id, const std::string& more) {
  return fmt::format(
      "  {0}: {{client_id: {1}, {2}{3}deliver: [{{file: {{path: \"${{HERE}}/out/{0}\", "
      "format: raw}}}}]}}\n",
      name, client_id, more, more.empty() ? "" : ", ");
}

}  // namespace keytide::testing
