#include "providers/atlas/simulator/seed.h"

#include <gtest/gtest.h>

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

const Instant kNow = *parse_instant("2026-11-23T12:00:00Z");

Seed seed_of(const std::string& text) {
  Random random(1);
  return parse_seed(text, "seed.yaml", kNow, random);
}

// One account with the given secret, as the seed's only one.
Secret secret_of(const std::string& yaml) {
  const Seed seed = seed_of(
      "orgs: [{id: 32b6e34b3d91647abb20e7b8, serviceAccounts: [{clientId: "
      "mdb_sa_id_1234567890abcdef12345678, secrets: [" +
      yaml + "]}]}]");
  EXPECT_TRUE(seed.problems.empty()) << render(seed.problems);
  return seed.world.find_account(kBilling)->secrets.at(0);
}

struct BadSeed {
  const char* text;
  const char* message;  // the first line of what is printed
};

class BadSeeds : public ::testing::TestWithParam<BadSeed> {};

TEST_P(BadSeeds, AreRefusedWithTheirPlace) {
  const std::string printed = render(seed_of(GetParam().text).problems);
  EXPECT_EQ(printed.substr(0, printed.find('\n')), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSeeds,
    ::testing::Values(
        BadSeed{"", "error: seed.yaml:1:1: the seed is empty"},
        BadSeed{",", "error: seed.yaml:1:1: the seed is empty"},
        BadSeed{"[]", "error: seed.yaml:1:1: a seed is a map"},
        BadSeed{"settings: {}\norgs: }", "error: seed.yaml:2:7: illegal flow end"},
        BadSeed{"orgs: []\norg: 1", "error: seed.yaml:2:1: unknown key `org`"},
        BadSeed{"orgs: []\norgs: []", "error: seed.yaml:2:1: `orgs` stands here twice"},
        BadSeed{"orgs: {a: b}", "error: seed.yaml:1:7: `orgs` is not a list"},
        BadSeed{"orgs: [7]", "error: seed.yaml:1:8: this is not a map"},
        BadSeed{"settings: {rate_limit: true}",
                "error: seed.yaml:1:12: there is no setting \"rate_limit\""},
        BadSeed{"settings: {rate_limits: maybe}",
                "error: seed.yaml:1:12: \"maybe\" is neither true nor false"},
        BadSeed{"settings: {cut: 7}",
                "error: seed.yaml:1:12: \"7\" is not a duration: no unit; write a whole number and "
                "one unit of s, m, h, d, w, such as 90d or 8h"},
        BadSeed{"settings: {slots: two}", "error: seed.yaml:1:12: \"two\" is not a whole number"},
        BadSeed{"orgs:\n  - {id: short}", "error: seed.yaml:2:10: \"short\" is not an id"},
        BadSeed{"orgs:\n  - {id: 32b6e34b3d91647abb20e7b8}\n  - {id: 32b6e34b3d91647abb20e7b8}",
                "error: seed.yaml:3:10: the id 32b6e34b3d91647abb20e7b8 stands twice in this seed"},
        BadSeed{"orgs:\n  - id: 32b6e34b3d91647abb20e7b8\n    serviceAccounts: [{clientId: x}]",
                "error: seed.yaml:3:34: \"x\" is not a client id"},
        BadSeed{"orgs:\n  - id: 32b6e34b3d91647abb20e7b8\n    accessList: [localhost]",
                "error: seed.yaml:3:18: this is not an address"},
        BadSeed{"orgs:\n  - id: 32b6e34b3d91647abb20e7b8\n    apiKeys: [{roles: [OWNER]}]",
                "error: seed.yaml:3:24: \"OWNER\" is not a role"},
        BadSeed{"orgs:\n  - id: 32b6e34b3d91647abb20e7b8\n"
                "    settings: {maxServiceAccountSecretValidityInHours: 9000}",
                "error: seed.yaml:3:56: `maxServiceAccountSecretValidityInHours` is not a whole "
                "number from 8 to 8760"}));

TEST(SeedTest, ShowsAllProblemsAtOnceEachWithAWayOut) {
  EXPECT_EQ(render(seed_of("settings: {a: 1}\norgs:\n  - {id: x}\n").problems),
            "error: seed.yaml:1:12: there is no setting \"a\"\n"
            "    1 | settings: {a: 1}\n"
            "      |            ^\n"
            "      = `atlas-sim -help` lists all settings\n"
            "error: seed.yaml:3:10: \"x\" is not an id\n"
            "    3 |   - {id: x}\n"
            "      |          ^\n"
            "      = an id is 24 characters of 0-9 and a-f\n");
}

TEST(SeedTest, DoesNotQuoteALineWithASecret) {
  const std::string printed = render(
      seed_of("orgs: [{id: 32b6e34b3d91647abb20e7b8, apiKeys: [{privateKey: 55c3bbb6, x: 1}]}]")
          .problems);
  EXPECT_EQ(printed.find("55c3bbb6"), std::string::npos);
  EXPECT_NE(printed.find("seed.yaml:1:72: unknown key `x`"), std::string::npos) << printed;
}

TEST(SeedTest, TakesTimesThatAreAbsoluteOrRelativeToTheStart) {
  const Secret relative = secret_of("{createdAt: -3d, expiresAt: +80d, lastUsedAt: -1h}");
  EXPECT_EQ(format_instant(relative.created_at), "2026-11-20T12:00:00Z");
  EXPECT_EQ(format_instant(relative.expires_at), "2027-02-11T12:00:00Z");
  EXPECT_EQ(format_instant(*relative.last_used_at), "2026-11-23T11:00:00Z");
  const Secret absolute =
      secret_of("{createdAt: '2026-01-01T00:00:00Z', expiresAfterHours: 24, lastUsedAt: null}");
  EXPECT_EQ(format_instant(absolute.expires_at), "2026-01-02T00:00:00Z");
  EXPECT_FALSE(absolute.last_used_at);
}

TEST(SeedTest, DrawsWhatIsLeftOut) {
  const Secret secret = secret_of("{expiresAfterHours: 8}");
  EXPECT_EQ(secret.id.size(), 24u);
  EXPECT_EQ(secret.value.size(), 50u);
  EXPECT_EQ(format_instant(secret.created_at), "2026-11-23T12:00:00Z");
  EXPECT_EQ(format_instant(secret.expires_at), "2026-11-23T20:00:00Z");
}

TEST(SettingsTest, EverySettingTakesTheDefaultThatIsPrinted) {
  for (const SettingInfo& info : all_settings()) {
    Settings settings;
    const std::string value = info.fallback == "\"\"" ? "" : info.fallback;
    EXPECT_TRUE(set(settings, info.name, value).has_value()) << info.name;
  }
  EXPECT_EQ(all_settings().size(), 33u);
}

TEST(AccessRules, AreAddressesAndRanges) {
  EXPECT_TRUE(parse_access_rule("10.0.0.0/8")->allows("10.255.0.1"));
  EXPECT_FALSE(parse_access_rule("10.0.0.0/8")->allows("11.0.0.1"));
  EXPECT_TRUE(parse_access_rule("192.0.2.1")->allows("192.0.2.1"));
  EXPECT_FALSE(parse_access_rule("192.0.2.1")->allows("192.0.2.2"));
  EXPECT_TRUE(parse_access_rule("2001:db8::/32")->allows("2001:db8::7"));
  EXPECT_FALSE(parse_access_rule("2001:db8::/32")->allows("10.0.0.1"));
  EXPECT_TRUE(parse_access_rule("0.0.0.0/0")->allows("203.0.113.9"));
  for (const char* bad : {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0", "::/129"}) {
    EXPECT_FALSE(parse_access_rule(bad)) << bad;
  }
}

}  // namespace
}  // namespace keytide::simulator
