#include "core/manifest/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace keytide {
namespace {

using testing::ElementsAre;

constexpr const char* kWhole = R"(version: 1
state: sqlite:keytide.db
sources:
  - path: secrets
    allow:
      orgs: [32b6e34b3d91647abb20e7b8]
      file_roots: [/etc, /run/]
      sinks: [file]
      programs: [/usr/bin/systemctl]
  - path: /srv/more
atlas:
  base_url: https://cloud.mongodb.com/
  ca_file: /etc/ssl/certs/ca-certificates.crt
  timeout: 20s
  credentials:
    32b6e34b3d91647abb20e7b8: {client_id: mdb_sa_id_1234567890abcdef12345678, client_secret: {file: client_secret}}
    32b6e34b3d91647abb20e7b9: {access_token: {env: TOKEN}}
    default: {public_key: abcdefgh, private_key: {env: NAME}}
safety:
  max_removed_or_respecified: 25%
  max_clock_skew: unlimited
  max_creates: 4
  reclaim_foreign: never
events: {keep: 30d}
listen: {metrics: 0.0.0.0:9464, control: run/keytide.sock, token: {file: scrape_token}}
)";

TEST(Config, ReadsEveryKeyAndJoinsPathsWithItsFolder) {
  const DecodedConfig decoded = decode_config("/etc/keytide/keytide.yaml", kWhole);
  ASSERT_EQ(render(decoded.problems), "");
  const Config& config = *decoded.config;
  EXPECT_EQ(config.state_path, "/etc/keytide/keytide.db");
  ASSERT_EQ(config.sources.size(), 2U);
  EXPECT_EQ(config.sources[0].path, "/etc/keytide/secrets");
  EXPECT_EQ(config.sources[0].place, (Place{"/etc/keytide/keytide.yaml", 4, 11}));
  EXPECT_THAT(*config.sources[0].allow.file_roots, ElementsAre("/etc", "/run"));
  EXPECT_THAT(*config.sources[0].allow.programs, ElementsAre("/usr/bin/systemctl"));
  EXPECT_EQ(config.sources[1].path, "/srv/more");
  EXPECT_EQ(config.sources[1].allow, AllowList{});
  EXPECT_EQ(config.atlas.base_url, "https://cloud.mongodb.com");
  EXPECT_EQ(config.atlas.timeout, Seconds(20));
  EXPECT_EQ(config.safety.max_removed_or_respecified_percent, 25);
  EXPECT_EQ(config.safety.max_clock_skew, std::nullopt);
  EXPECT_EQ(config.safety.max_creates, 4);
  EXPECT_EQ(config.events_keep, Seconds(30 * 86400));
  EXPECT_EQ(config.listen.metrics, "0.0.0.0:9464");
  EXPECT_EQ(config.listen.control, "/etc/keytide/run/keytide.sock");
  EXPECT_EQ(config.listen.token->where, "/etc/keytide/scrape_token");
}

TEST(Config, ListensBeyondLoopbackWithATokenOnly) {
  const auto listen = [](const std::string& text) {
    return decode_config("keytide.yaml", "version: 1\nlisten: {" + text + "}\n");
  };
  EXPECT_EQ(listen("metrics: none").config->listen.metrics, "");
  EXPECT_EQ(listen("metrics: '[::1]:0'").config->listen.metrics, "[::1]:0");
  EXPECT_EQ(listen("metrics: 127.1.2.3:80").config->listen.metrics, "127.1.2.3:80");
  EXPECT_TRUE(listen("metrics: '[::]:9464', token: {env: TOKEN}").config);
  EXPECT_FALSE(listen("metrics: '[::]:9464'").config);
  EXPECT_FALSE(listen("metrics: 10.0.0.1:9464").config);
}

TEST(Config, ReadsTheThreeKindsOfCredentials) {
  const DecodedConfig decoded = decode_config("keytide.yaml", kWhole);
  ASSERT_EQ(render(decoded.problems), "");
  const auto& all = decoded.config->atlas.credentials;
  const auto& account = std::get<ServiceAccountLogin>(all.at("32b6e34b3d91647abb20e7b8"));
  EXPECT_EQ(account.client_id, "mdb_sa_id_1234567890abcdef12345678");
  EXPECT_EQ(account.client_secret.from, SecretRef::From::file);
  EXPECT_EQ(account.client_secret.where, "client_secret");
  EXPECT_EQ(std::get<TokenLogin>(all.at("32b6e34b3d91647abb20e7b9")).access_token.where, "TOKEN");
  const auto& key = std::get<ApiKeyLogin>(all.at("default"));
  EXPECT_EQ(key.public_key, "abcdefgh");
  EXPECT_EQ(key.private_key.from, SecretRef::From::environment);
}

TEST(Config, HasDefaultsForAllButTheVersion) {
  const DecodedConfig decoded = decode_config("conf/keytide.yaml", "version: 1\n");
  ASSERT_EQ(render(decoded.problems), "");
  EXPECT_EQ(decoded.config->state_path, "conf/keytide.db");
  EXPECT_EQ(decoded.config->atlas.base_url, "");
  EXPECT_EQ(decoded.config->listen.metrics, "127.0.0.1:9464");
  EXPECT_EQ(decoded.config->listen.control, "");
  EXPECT_FALSE(decoded.config->listen.token);
  EXPECT_TRUE(decoded.config->escrow.is_on);
  EXPECT_EQ(decoded.config->escrow.key_file, "");
  EXPECT_EQ(decoded.config->safety.reclaim_unused_for, std::nullopt);
  EXPECT_EQ(decoded.config->safety.max_clock_skew, Seconds(300));
  EXPECT_EQ(decoded.config->events_keep, Seconds(400 * 86400));
}

TEST(Config, ReadsAGitSource) {
  const DecodedConfig decoded = decode_config("/etc/keytide/keytide.yaml", R"(version: 1
sources:
  - git:
      url: git@git.example.com:ops/secrets.git
      ref: release/2026
      path: prod/eu/
      interval: 5m
      allowed_signers: signers
      ssh_key: {file: deploy_key}
    allow: {file_roots: [/run], sinks: [file, notify], programs: [/usr/bin/systemctl]}
  - git: {url: http://127.0.0.1:8080/s.git}
    allow: {file_roots: [/run]}
)");
  ASSERT_EQ(render(decoded.problems), "");
  const SourceConfig& first = decoded.config->sources[0];
  EXPECT_EQ(*first.git,
            (GitConfig{"git@git.example.com:ops/secrets.git", "release/2026", "prod/eu",
                       Seconds(300), "/etc/keytide/signers", "/etc/keytide/deploy_key"}));
  EXPECT_EQ(first.path, "");
  EXPECT_EQ(first.name(), "git@git.example.com:ops/secrets.git@release/2026:prod/eu");
  EXPECT_EQ(first.place, (Place{"/etc/keytide/keytide.yaml", 4, 12}));
  EXPECT_TRUE(first.allow.is_remote);
  const SourceConfig& second = decoded.config->sources[1];
  EXPECT_EQ(*second.git, (GitConfig{"http://127.0.0.1:8080/s.git", "", "", Seconds(60), "", ""}));
  EXPECT_EQ(second.name(), "http://127.0.0.1:8080/s.git");
}

TEST(Config, IsLookedForInOrder) {
  std::set<std::string> there{"keytide.yaml", "/home/u/.config/keytide/keytide.yaml",
                              "/etc/keytide/keytide.yaml"};
  const auto exists = [&](const std::string& path) { return there.count(path) > 0; };
  ConfigPlaces places{"flag.yaml", "variable.yaml", "/home/u/.config"};
  EXPECT_EQ(find_config(places, exists), "flag.yaml");
  places.flag.clear();
  EXPECT_EQ(find_config(places, exists), "variable.yaml");
  places.variable.clear();
  EXPECT_EQ(find_config(places, exists), "keytide.yaml");
  there.erase("keytide.yaml");
  EXPECT_EQ(find_config(places, exists), "/home/u/.config/keytide/keytide.yaml");
  there.erase("/home/u/.config/keytide/keytide.yaml");
  EXPECT_EQ(find_config(places, exists), "/etc/keytide/keytide.yaml");
  there.clear();
  EXPECT_EQ(find_config(places, exists), std::nullopt);
}

}  // namespace
}  // namespace keytide
