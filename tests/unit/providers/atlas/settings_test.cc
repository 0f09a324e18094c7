#include "providers/atlas/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace keytide {
namespace {

using testing::HasSubstr;
using Map = std::map<std::string, std::string>;

Variables from(const Map& map) {
  const auto find = [map](const std::string& name) -> std::optional<std::string> {
    const auto found = map.find(name);
    if (found == map.end()) return std::nullopt;
    return found->second;
  };
  return {find, [find](const std::string& name) -> std::optional<SecretValue> {
            const auto text = find(name);
            if (!text) return std::nullopt;
            return SecretValue(*text);
          }};
}

TEST(CredentialFrom, TakesTheFirstKindThatIsSet) {
  const Map all = {{"MONGODB_ATLAS_ACCESS_TOKEN", "token"},
                   {"MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1"},
                   {"MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_1"},
                   {"MONGODB_ATLAS_PUBLIC_API_KEY", "publicaa"},
                   {"MONGODB_ATLAS_PRIVATE_API_KEY", "private"},
                   {"MONGODB_ATLAS_PUBLIC_KEY", "publicbb"},
                   {"MONGODB_ATLAS_PRIVATE_KEY", "private"},
                   {"MCLI_PUBLIC_API_KEY", "publiccc"},
                   {"MCLI_PRIVATE_API_KEY", "private"}};
  struct Step {
    const char* expected;
    std::vector<const char*> then_unset;
  };
  const Step steps[] = {
      {"access token", {"MONGODB_ATLAS_ACCESS_TOKEN"}},
      {"service account mdb_sa_id_1", {"MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"}},
      {"API key publicaa", {"MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"}},
      {"API key publicbb", {"MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"}},
      {"API key publiccc", {"MCLI_PUBLIC_API_KEY"}},
  };
  Map set = all;
  for (const Step& step : steps) {
    const auto credential = credential_from(from(set));
    ASSERT_TRUE(credential.has_value()) << credential.error().text();
    ASSERT_TRUE(credential->has_value());
    EXPECT_EQ(describe(**credential), step.expected);
    for (const char* name : step.then_unset) set.erase(name);
  }
}

TEST(CredentialFrom, IsAbsentWhenNothingIsSet) {
  EXPECT_FALSE(credential_from(from({}))->has_value());
  EXPECT_FALSE(credential_from(from({{"MONGODB_ATLAS_ACCESS_TOKEN", ""}}))->has_value());
}

TEST(CredentialFrom, NamesTheMissingHalfOfAPair) {
  const std::pair<const char*, const char*> pairs[] = {
      {"MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"},
      {"MONGODB_ATLAS_CLIENT_SECRET", "MONGODB_ATLAS_CLIENT_ID"},
      {"MCLI_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"},
      {"MONGODB_ATLAS_PRIVATE_KEY", "MONGODB_ATLAS_PUBLIC_API_KEY"}};
  for (const auto& [set, missing] : pairs) {
    const auto credential = credential_from(from({{set, "mdb_sa_id_1"}}));
    ASSERT_FALSE(credential.has_value()) << set;
    EXPECT_EQ(credential.error().message,
              std::string(set) + " is set and " + missing + " is not: set both, or neither");
  }
}

TEST(CredentialFrom, SaysThatAServiceAccountIsNoApiKey) {
  for (const Map& map :
       {Map{{"MONGODB_ATLAS_PUBLIC_KEY", "mdb_sa_id_1"}, {"MONGODB_ATLAS_PRIVATE_KEY", "x"}},
        Map{{"MONGODB_ATLAS_PUBLIC_KEY", "publicaa"},
            {"MONGODB_ATLAS_PRIVATE_KEY", "mdb_sa_sk_hidden"}}}) {
    const auto credential = credential_from(from(map));
    ASSERT_FALSE(credential.has_value());
    EXPECT_THAT(credential.error().text(), HasSubstr("MONGODB_ATLAS_CLIENT_SECRET"));
    EXPECT_THAT(credential.error().text(), testing::Not(HasSubstr("hidden")));
  }
}

TEST(CredentialFrom, ALineBreakAtTheEndOfASecretIsNamed) {
  const auto credential = credential_from(from({{"MONGODB_ATLAS_ACCESS_TOKEN", "token\n"}}));
  ASSERT_FALSE(credential.has_value());
  EXPECT_THAT(credential.error().text(), HasSubstr("the access token holds a line break"));
}

TEST(AtlasBaseUrl, TakesTheConfigurationThenTheVariablesThenTheCloud) {
  const Map both = {{"MONGODB_ATLAS_BASE_URL", "https://cloud.mongodbgov.com/"},
                    {"MCLI_OPS_MANAGER_URL", "https://ops.example.com"}};
  EXPECT_EQ(*atlas_base_url("http://127.0.0.1:8080//", from(both)), "http://127.0.0.1:8080");
  EXPECT_EQ(*atlas_base_url("", from(both)), "https://cloud.mongodbgov.com");
  EXPECT_EQ(*atlas_base_url("", from({{"MCLI_OPS_MANAGER_URL", "https://ops.example.com"}})),
            "https://ops.example.com");
  EXPECT_EQ(*atlas_base_url("", from({})), "https://cloud.mongodb.com");
}

TEST(AtlasBaseUrl, RefusesHttpToAnotherHostAndNamesWhereItIsWritten) {
  const auto url = atlas_base_url("", from({{"MONGODB_ATLAS_BASE_URL", "http://example.com"}}));
  ASSERT_FALSE(url.has_value());
  EXPECT_EQ(url.error().kind, ErrorKind::refused);
  EXPECT_THAT(url.error().text(), HasSubstr("MONGODB_ATLAS_BASE_URL"));
  EXPECT_FALSE(atlas_base_url("https://example.com?x=1", from({})).has_value());
}

}  // namespace
}  // namespace keytide
