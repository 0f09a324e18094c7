// Each file in bad/ and bad_config/ is wrong in one way, and the .txt beside it is what a user
// reads: the place, the line, the caret, the way out.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/manifest/config.h"
#include "tests/unit/core/manifest/manifest_fixture.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// The names of the files of a folder, without ".yaml".
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(KEYTIDE_FIXTURES) / folder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string name_of_test(const testing::TestParamInfo<std::string>& info) { return info.param; }

// To write the expectations of new files: KEYTIDE_WRITE_EXPECTED=1; then read what was written.
void expect_text(const fs::path& path, const std::string& text) {
  if (std::getenv("KEYTIDE_WRITE_EXPECTED") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, text_of(path));
}

class BadManifest : public testing::TestWithParam<std::string> {};

TEST_P(BadManifest, IsExplained) {
  const fs::path path = fs::path(KEYTIDE_FIXTURES) / "bad" / (GetParam() + ".yaml");
  const std::string said = render(merge_texts({{"a.yaml", text_of(path)}}).problems);
  expect_text(fs::path(path).replace_extension(".txt"), said);
  EXPECT_EQ(said.find("hunter2"), std::string::npos) << "a secret was shown";
  EXPECT_EQ(said.find("mdb_sa_sk_a"), std::string::npos) << "a secret was shown";
}

INSTANTIATE_TEST_SUITE_P(All, BadManifest, testing::ValuesIn(names_in("bad")), name_of_test);

class BadConfig : public testing::TestWithParam<std::string> {};

TEST_P(BadConfig, IsExplained) {
  const fs::path path = fs::path(KEYTIDE_FIXTURES) / "bad_config" / (GetParam() + ".yaml");
  const DecodedConfig decoded = decode_config("keytide.yaml", text_of(path));
  EXPECT_FALSE(decoded.config.has_value());
  const std::string said = render(decoded.problems);
  expect_text(fs::path(path).replace_extension(".txt"), said);
  EXPECT_EQ(said.find("hunter2"), std::string::npos) << "a secret was shown";
  EXPECT_EQ(said.find("mdb_sa_sk_a"), std::string::npos) << "a secret was shown";
}

INSTANTIATE_TEST_SUITE_P(All, BadConfig, testing::ValuesIn(names_in("bad_config")), name_of_test);

}  // namespace
}  // namespace keytide
