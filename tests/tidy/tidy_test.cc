// The rules of the house, over the real tree.
#include <gtest/gtest.h>

#include <iostream>

#include "providers/system/child_process.h"
#include "tests/tidy/rules.h"

namespace keytide::tidy {

// What GoogleTest shows of a failing rule.
void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }

namespace {

const Tree& real_tree() {
  static const Tree tree = read_tree(KEYTIDE_SOURCE_DIR);
  return tree;
}

class House : public testing::TestWithParam<Rule> {};

TEST_P(House, Keeps) {
  ASSERT_GT(real_tree().files.size(), 100U) << "the tree was not found at " KEYTIDE_SOURCE_DIR;
  const auto violations = GetParam().find(real_tree(), house_lists());
  EXPECT_TRUE(violations.empty()) << "\n" << render(GetParam(), violations);
}

INSTANTIATE_TEST_SUITE_P(Rule, House, testing::ValuesIn(all_rules()),
                         [](const auto& one) { return std::string(one.param.name); });

constexpr const char* kPath = "/usr/local/bin:/usr/bin:/bin";

// clang-format 14: other versions format some lines in other ways. Empty when it isn't there.
std::string find_formatter() {
  for (const char* name : {"clang-format-14", "clang-format"}) {
    const auto program = find_program(name, kPath);
    if (!program) continue;
    ChildRequest request;
    request.command = {*program, "--version"};
    const auto result = run_child(request);
    if (result && result->output.find("version 14.") != std::string::npos) return *program;
  }
  return "";
}

TEST(House, IsFormatted) {
  const std::string formatter = find_formatter();
  if (formatter.empty()) {
    std::cerr << "\n*** NOT CHECKED: clang-format 14 is not installed (apt-get install "
                 "clang-format-14), so the format of the code was not looked at ***\n\n";
    return;
  }
  ChildRequest request;
  request.command = {formatter, "--dry-run", "-Werror", "--ferror-limit=1"};
  request.directory = KEYTIDE_SOURCE_DIR;
  request.time_limit = std::chrono::minutes(2);
  for (const SourceFile& file : real_tree().files) {
    if (file.is_code()) request.command.push_back(file.path);
  }
  const ChildResult result = run_child(request).value();
  EXPECT_TRUE(result.succeeded()) << describe(result, request.time_limit) << "\n"
                                  << result.errors << "    = run clang-format-14 -i on the file";
}

}  // namespace
}  // namespace keytide::tidy
