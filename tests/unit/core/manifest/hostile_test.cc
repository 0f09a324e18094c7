// Bytes that nobody writes by hand: the reader has to come back, say why, and stay small.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/manifest/config.h"
#include "tests/unit/core/manifest/manifest_fixture.h"

namespace keytide {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

std::string problem_of(const std::string& bytes) {
  const YamlFile file = read_yaml(bytes);
  return file.syntax_error ? file.syntax_error->problem : "";
}

std::string repeated(std::string_view what, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += what;
  return out;
}

// Each of these makes yaml-cpp report empty documents for ever, or a silent null.
TEST(Hostile, ComesBackFromWhatYamlCppNeverComesBackFrom) {
  for (const char* text :
       {",", "---\n,", ",\n", "---\n,\n", "a: 1\n---\n,", "%\n,", "]", "}", "--- ,", "a\n...\n,",
        "---\n---\n,", "[,]", "{,}", ",,,,", "-\n,", "? ,"}) {
    const YamlFile file = read_yaml(text);
    EXPECT_LT(file.tree.roots.size(), 8U) << text;
  }
  EXPECT_EQ(problem_of(","), "this can't be read as YAML");
  EXPECT_EQ(problem_of("---\n,\n"), "this can't be read as YAML");
}

TEST(Hostile, SaysWhyBytesAreNoText) {
  EXPECT_EQ(problem_of("a: \0b"s), "the file holds a NUL byte: it is not text");
  EXPECT_EQ(problem_of("a: \xff\n"), "the byte 0xff is not UTF-8");
  EXPECT_EQ(problem_of("a: \xc0\xaf\n"), "the byte 0xc0 is not UTF-8");
  EXPECT_EQ(problem_of("a: \xed\xa0\x80\n"), "the byte 0xed is not UTF-8");
  EXPECT_EQ(problem_of("a: \xf4\x90\x80\x80\n"), "the byte 0xf4 is not UTF-8");
  EXPECT_EQ(problem_of("a: \xe2\x82"), "the byte 0xe2 is not UTF-8");
  EXPECT_EQ(problem_of("\xff\xfe"s + "a\0"s), "the file is UTF-16");
  EXPECT_EQ(problem_of("a: \x1b[2J\n"), "the control character 0x1b is not allowed");
  EXPECT_EQ(problem_of("a: 1\rb: 2\r"), "a carriage return stands without a line feed");
}

TEST(Hostile, ShowsWhereBytesAreNoTextInAManifest) {
  EXPECT_EQ(problems_of("keytide: 1\nsecrets:\n  a: \xff\n"),
            "error: a.yaml:3:6: the byte 0xff is not UTF-8\n"
            "    3 |   a: \\xff\n"
            "      |      ^\n"
            "      = save the file as UTF-8\n");
}

TEST(Hostile, ReadsAByteOrderMarkAndWindowsLineEnds) {
  const std::string text =
      "\xEF\xBB\xBFkeytide: 1\r\nsecrets:\r\n  a:\r\n    org: 32b6e34b3d91647abb20e7b8\r\n"
      "    client_id: mdb_sa_id_1234567890abcdef12345678\r\n    lifetime: 90d\r\n"
      "    deliver: [{file: {path: /run/a}}]\r\n";
  const Merged merged = merge_text(text);
  EXPECT_EQ(render(merged.problems), "");
  ASSERT_EQ(merged.state.secrets.size(), 1U);
  EXPECT_EQ(merged.state.secrets[0].place, (Place{"a.yaml", 3, 3}));
}

TEST(Hostile, SkipsWhatIsEmpty) {
  for (const char* text : {"", "\n", "# nothing\n", "\xEF\xBB\xBF", "---\n", "~\n"}) {
    EXPECT_FALSE(decode_manifest("a.yaml", text).is_manifest()) << text;
  }
}

TEST(Hostile, StopsAtNestingThatIsTooDeep) {
  EXPECT_EQ(problem_of(repeated("[", 100'000)), "lists and maps are nested over 32 deep");
  EXPECT_EQ(problem_of(repeated("{a: ", 100'000)), "lists and maps are nested over 32 deep");
  EXPECT_EQ(problem_of(repeated("- ", 100'000)), "lists and maps are nested over 32 deep");
  EXPECT_EQ(problem_of(repeated("? ", 100'000)), "lists and maps are nested over 32 deep");
}

TEST(Hostile, StopsAtValuesDocumentsAndFilesThatAreTooLarge) {
  EXPECT_EQ(problem_of("a: " + repeated("x", 70'000)), "a value is longer than 65536 bytes");
  EXPECT_EQ(problem_of(repeated("--- a\n", 10'001)), "the file has over 10000 documents");
  YamlLimits limits;
  limits.bytes = std::size_t{1} << 20;
  EXPECT_EQ(read_yaml(std::string(limits.bytes + 1, 'a'), limits).syntax_error->problem,
            "the file is larger than 1 MiB");
}

TEST(Hostile, DoesNotFollowAliasesThatWouldGrow) {
  std::string text = "keytide: 1\nlabels0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "labels" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  const DecodedFile decoded = decode_manifest("a.yaml", text);
  EXPECT_LT(decoded.manifest.tree.nodes.size(), 1000U);
  EXPECT_THAT(render(decoded.problems), HasSubstr("aliases are not read here"));
}

TEST(Hostile, NeverShowsControlCharactersOfAValue) {
  const std::string said =
      problems_of("keytide: 1\nsecrets:\n  \"a\\e[2J\\u202E\":\n    lifetime: \"\\e]0;x\\a\"\n");
  EXPECT_EQ(said.find('\x1b'), std::string::npos);
  EXPECT_EQ(said.find('\a'), std::string::npos);
  EXPECT_EQ(said.find("\u202E"), std::string::npos);
  EXPECT_THAT(said, HasSubstr("\"a\\x1b[2J\\xe2\\x80\\xae\" is not an address"));
}

// Equal on every run: the generator's seed is its default.
TEST(Hostile, ComesBackFromAnyMixOfTokens) {
  const std::vector<std::string> tokens{"keytide: 1\n",
                                        "secrets:\n",
                                        "  a: ",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        "- ",
                                        "? ",
                                        ": ",
                                        "\n",
                                        "---\n",
                                        "...\n",
                                        "\"",
                                        "'",
                                        "|\n",
                                        ">-\n",
                                        "&a ",
                                        "*a",
                                        "!!str ",
                                        "%YAML 1.2\n",
                                        "#",
                                        "\t",
                                        "  ",
                                        "x",
                                        "client_secret: ",
                                        "deliver: ",
                                        "file: ",
                                        "path: /a\n",
                                        "<<: ",
                                        "~",
                                        "\\",
                                        "@",
                                        "`",
                                        "\xc3\xa4"};
  std::mt19937 random;
  for (int round = 0; round < 5'000; ++round) {
    std::string text = round % 2 == 0 ? "keytide: 1\n" : "";
    const auto length = random() % 12;
    for (unsigned i = 0; i < length; ++i) text += tokens[random() % tokens.size()];
    SCOPED_TRACE(text);
    const DecodedFile decoded = decode_manifest("a.yaml", text);
    const MergeInput input{"a.yaml", text, &decoded.manifest, nullptr};
    const Merged merged = merge_manifests({&input, 1}, decoded.is_cut);
    ASSERT_LT(merged.state.secrets.size(), 5U);
    for (const Diagnostic& one : decoded.problems) {
      ASSERT_FALSE(one.problem.empty());
      ASSERT_FALSE(one.way_out.empty()) << one.problem;
      ASSERT_EQ(one.place.file, "a.yaml");
    }
    const DecodedConfig config = decode_config("keytide.yaml", text);
    ASSERT_EQ(config.config.has_value(), !has_errors(config.problems));
  }
}

}  // namespace
}  // namespace keytide
