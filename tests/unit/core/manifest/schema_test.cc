// The published JSON Schema and the decoder read the same table; here they are held against each
// other on every fixture, by an evaluator of just the keywords that the schema uses.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "core/manifest/json_schema.h"
#include "core/manifest/manifest_fields.h"
#include "core/manifest/text_rules.h"
#include "core/manifest/words.h"
#include "tests/unit/core/manifest/manifest_fixture.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool has_type(const json& value, const json& type) {
  if (type.is_array()) {
    return std::any_of(type.begin(), type.end(), [&](const json& t) { return has_type(value, t); });
  }
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "null" && value.is_null();
}

bool accepts(const json& schema, const json& value);

bool accepts_object(const json& schema, const json& value) {
  for (const json& key : schema.value("required", json::array())) {
    if (!value.contains(key)) return false;
  }
  const json pairs = schema.value("dependentRequired", json::object());
  for (const auto& [key, others] : pairs.items()) {
    for (const json& other : others) {
      if (value.contains(key) && !value.contains(other)) return false;
    }
  }
  const json properties = schema.value("properties", json::object());
  for (const auto& [key, item] : value.items()) {
    if (schema.contains("propertyNames") && !accepts(schema["propertyNames"], key)) return false;
    if (properties.contains(key)) {
      if (!accepts(properties[key], item)) return false;
    } else if (schema.contains("additionalProperties")) {
      const json& rest = schema["additionalProperties"];
      if (rest.is_boolean() ? !rest.get<bool>() : !accepts(rest, item)) return false;
    }
  }
  return value.size() >= schema.value("minProperties", std::size_t{0}) &&
         value.size() <= schema.value("maxProperties", std::size_t{1} << 40);
}

bool accepts_scalar(const json& schema, const json& value) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    if (text.size() < schema.value("minLength", std::size_t{0})) return false;
    if (!schema.contains("pattern")) return true;
    return std::regex_search(text, std::regex(schema["pattern"].get<std::string>()));
  }
  if (value.is_number_integer()) {
    return value >= schema.value("minimum", INT64_MIN) &&
           value <= schema.value("maximum", INT64_MAX);
  }
  return true;
}

bool accepts(const json& schema, const json& value) {
  static const std::set<std::string> kKnown{"$schema",
                                            "title",
                                            "description",
                                            "type",
                                            "additionalProperties",
                                            "required",
                                            "properties",
                                            "oneOf",
                                            "anyOf",
                                            "not",
                                            "dependentRequired",
                                            "enum",
                                            "pattern",
                                            "minLength",
                                            "minimum",
                                            "maximum",
                                            "minItems",
                                            "maxItems",
                                            "minProperties",
                                            "maxProperties",
                                            "items",
                                            "propertyNames"};
  for (const auto& [keyword, rest] : schema.items()) EXPECT_TRUE(kKnown.count(keyword)) << keyword;
  const auto count = [&](const char* keyword) {
    const json all = schema.value(keyword, json::array());
    return std::count_if(all.begin(), all.end(), [&](const json& s) { return accepts(s, value); });
  };
  if (schema.contains("type") && !has_type(value, schema["type"])) return false;
  if (schema.contains("enum")) {
    const json& all = schema["enum"];
    if (std::find(all.begin(), all.end(), value) == all.end()) return false;
  }
  if (schema.contains("oneOf") && count("oneOf") != 1) return false;
  if (schema.contains("anyOf") && count("anyOf") == 0) return false;
  if (schema.contains("not") && accepts(schema["not"], value)) return false;
  if (value.is_object()) return accepts_object(schema, value);
  if (!value.is_array()) return accepts_scalar(schema, value);
  for (const json& item : value) {
    if (schema.contains("items") && !accepts(schema["items"], item)) return false;
  }
  return value.size() >= schema.value("minItems", std::size_t{0}) &&
         value.size() <= schema.value("maxItems", std::size_t{1} << 40);
}

// As a reader of YAML's core schema would load it.
json json_of(YamlValue value) {
  if (value.is_map()) {
    json out = json::object();
    for (const auto& [key, item] : value.pairs()) out[std::string(key.text())] = json_of(item);
    return out;
  }
  if (value.is_list()) {
    json out = json::array();
    for (const YamlValue item : value.items()) out.push_back(json_of(item));
    return out;
  }
  const std::string text(value.text());
  if (value.is_null()) return nullptr;
  if (value.quoted()) return text;
  const auto other = other_meaning(text);
  if (other == "nothing") return nullptr;
  if (other == "true or false") return text != "no" && text != "false" && text != "off";
  if (other == "a number") return std::strtoll(text.c_str(), nullptr, 10);
  return text;
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> fixtures(const std::string& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(fs::path(KEYTIDE_FIXTURES) / folder)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What a schema can't see: ranges of durations, meaning over several places, YAML itself.
const std::set<std::string> kBeyondASchema{"account_twice",
                                           "address_twice_in_one_file",

                                           "deliver_has_only_a_hook",
                                           "deliver_is_missing",
                                           "key_twice",
                                           "life_could_loop_in_a_profile",
                                           "lifetime_in_minutes",
                                           "lifetime_is_missing",
                                           "lifetime_too_long",
                                           "lifetime_too_short",
                                           "neither_org_nor_project",
                                           "overlap_is_longer_than_the_cut",
                                           "overlap_reaches_the_next_renewal",
                                           "path_of_two_entries",
                                           "profile_twice",
                                           "profile_unknown",
                                           "renew_before_could_loop",
                                           "renew_before_of_a_short_life_could_loop",
                                           "secret_in_a_manifest",
                                           "sinks_with_equal_names",
                                           "sinks_with_equal_paths",
                                           "tag",
                                           "template_gives_a_bad_value",
                                           "template_is_not_closed",
                                           "template_unknown",
                                           "timeout_too_long",
                                           "yes_is_no_flag"};

TEST(Schema, RefusesEveryBadManifestThatASchemaCanTell) {
  const json schema = json::parse(manifest_json_schema());
  std::size_t told = 0;
  for (const fs::path& path : fixtures("bad")) {
    const std::string text = text_of(path);
    const YamlFile yaml = read_yaml(text);
    if (yaml.syntax_error) continue;
    bool accepted = true;
    for (const std::uint32_t root : yaml.tree.roots) {
      accepted = accepted && accepts(schema, json_of(YamlValue(yaml.tree, root)));
    }
    EXPECT_EQ(accepted, kBeyondASchema.count(path.stem().string()) > 0) << path.stem();
    if (!accepted) ++told;
  }
  EXPECT_GT(told, 40U);
}

TEST(Schema, AcceptsEveryGoodManifestAsTheDecoderDoes) {
  const json schema = json::parse(manifest_json_schema());
  const auto all = fixtures("good");
  EXPECT_GE(all.size(), 3U);
  for (const fs::path& path : all) {
    const std::string text = text_of(path);
    EXPECT_EQ(render(merge_text(text).problems), "") << path;
    const YamlFile yaml = read_yaml(text);
    for (const std::uint32_t root : yaml.tree.roots) {
      EXPECT_TRUE(accepts(schema, json_of(YamlValue(yaml.tree, root)))) << path;
    }
  }
}

TEST(Schema, OfTheConfigurationIsJson) {
  const json schema = json::parse(config_json_schema());
  EXPECT_TRUE(accepts(schema, json::parse(R"({"version": 1, "sources": [{"path": "a"}]})")));
  EXPECT_TRUE(accepts(schema, json::parse(R"({"version": 1, "sources": [
      {"git": {"url": "git@h:s", "ssh_key": {"file": "a"}}, "allow": {"file_roots": ["/run"]}}]})")));
  EXPECT_FALSE(accepts(schema, json::parse(R"({"version": 1, "sources": [{"git": {}}]})")));
  EXPECT_FALSE(accepts(schema, json::parse(R"({"version": 1, "escrow": {}})")));
  EXPECT_FALSE(accepts(
      schema,
      json::parse(R"({"version": 1, "atlas": {"credentials": {"default": {"client_id": "a"}}}})")));
}

// The patterns of the schema and the functions of the decoder say the same.
TEST(Schema, PatternsSayWhatTheDecoderChecks) {
  struct Rule {
    std::string_view pattern;
    bool (*fits)(std::string_view);
  };
  const std::vector<Rule> rules{
      {kScopeIdPattern, is_scope_id},   {kClientIdPattern, is_client_id},
      {kNamePattern, is_name},          {kLabelPattern, is_label},
      {kModePattern, is_mode},          {kOwnerPattern, is_owner},
      {kFilePathPattern, is_file_path}, {kRootPattern, is_root},
      {kVariablePattern, is_variable},  {kListenAddressPattern, is_listen_address},
      {kPercentPattern, is_percent},    {kGitRefPattern, is_git_ref},
      {kGitPathPattern, is_git_path},   {kCredentialNamePattern, is_credential_name}};
  const std::vector<std::string> texts{"",
                                       "a",
                                       "A",
                                       "_",
                                       "-",
                                       ".",
                                       "..",
                                       "/",
                                       "//",
                                       "/a",
                                       "/a/",
                                       "/a/b",
                                       "/..",
                                       "/a/..",
                                       "/a/../b",
                                       "/a..b",
                                       "/..a",
                                       "/a/..b",
                                       "a/b",
                                       "0640",
                                       "640",
                                       "64",
                                       "06400",
                                       "4600",
                                       "689",
                                       "1",
                                       "0%",
                                       "7%",
                                       "07%",
                                       "10%",
                                       "100%",
                                       "101%",
                                       "%",
                                       "30",
                                       "default",
                                       "defaults",
                                       "32b6e34b3d91647abb20e7b8",
                                       "32B6E34b3d91647abb20e7b8",
                                       "32b6e34b3d91647abb20e7b",
                                       "mdb_sa_id_1234567890abcdef12345678",
                                       "mdb_sa_id_1234567890ABCDEF12345678",
                                       "mdb_sa_id_1234567890abcdef1234567g",
                                       "mdb_sa_id_1234567890abcdef1234567",
                                       "MDB_SA_ID_1234567890abcdef12345678",
                                       "a b",
                                       "a.b",
                                       "a-b",
                                       "a_b",
                                       "1a",
                                       "a$",
                                       "$a",
                                       "a@b",
                                       "a:b",
                                       "-a",
                                       "a..b",
                                       "../a",
                                       "a/../b",
                                       "a/..",
                                       "a/.b",
                                       "a//b",
                                       "a/",
                                       "a.",
                                       "a.lock",
                                       "a.lock/b",
                                       "a.lock.b",
                                       "refs/tags/v1.2",
                                       "a/@b#1+2",
                                       "a@{1}",
                                       std::string(200, 'a'),
                                       std::string(201, 'a'),
                                       std::string(63, 'a'),
                                       std::string(64, 'a'),
                                       std::string(65, 'a'),
                                       std::string(128, 'a'),
                                       std::string(129, 'a'),
                                       "\xc3\xa4"};
  for (const Rule& rule : rules) {
    const std::regex pattern{std::string(rule.pattern)};
    for (const std::string& text : texts) {
      EXPECT_EQ(std::regex_search(text, pattern), rule.fits(text)) << rule.pattern << " " << text;
    }
  }
}

}  // namespace
}  // namespace keytide
