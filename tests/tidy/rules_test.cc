// Each rule can fail: written-out trees that break one rule each, and neighbours that do not.
#include "tests/tidy/rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace keytide::tidy {
namespace {

// What a rule says of a tree, a line each: "path:line: what".
std::string verdict(std::string_view rule_name, std::vector<SourceFile> files,
                    const Lists& lists = house_lists()) {
  const auto rule = std::find_if(all_rules().begin(), all_rules().end(),
                                 [&](const Rule& one) { return one.name == rule_name; });
  if (rule == all_rules().end()) return "there is no such rule";
  std::string out;
  for (const Violation& one : rule->find(Tree{"/src/keytide", std::move(files)}, lists)) {
    out += one.path + ":" + std::to_string(one.line) + ": " + one.what + "\n";
  }
  return out;
}

std::string direction(const std::string& from, const std::string& header) {
  return verdict("include_direction", {file_of(from, "#include \"" + header + "\"\n")});
}

TEST(IncludeDirection, FollowsTheArrows) {
  for (const auto& [from, header] : std::vector<std::pair<std::string, std::string>>{
           {"core/model/a.h", "core/base/b.h"},
           {"core/plan/a.cc", "core/model/b.h"},
           {"core/reconcile/a.cc", "core/ports/b.h"},
           {"providers/sinks/a.cc", "providers/system/b.h"},
           {"providers/sources/a.cc", "core/manifest/b.h"},
           {"providers/atlas/simulator/a.cc", "providers/atlas/b.h"},
           {"state/a.cc", "core/ports/b.h"},
           {"cmd/keytide/a.cc", "state/b.h"},
           {"tests/e2e/a.cc", "cmd/keytide/b.h"}}) {
    EXPECT_EQ(direction(from, header), "") << from;
  }
}

TEST(IncludeDirection, NamesEachArrowThatPointsTheWrongWay) {
  for (const auto& [from, header] : std::vector<std::pair<std::string, std::string>>{
           {"core/base/a.h", "core/model/b.h"},
           {"core/model/a.h", "core/plan/b.h"},
           {"core/plan/a.cc", "core/ports/b.h"},
           {"core/ports/a.h", "core/plan/b.h"},
           {"core/manifest/a.cc", "core/plan/b.h"},
           {"core/reconcile/a.cc", "providers/system/b.h"},
           {"providers/sinks/a.cc", "core/manifest/b.h"},
           {"providers/sinks/a.cc", "providers/http/b.h"},
           {"providers/system/a.cc", "providers/sinks/b.h"},
           {"providers/http/a.cc", "providers/atlas/b.h"},
           {"providers/atlas/a.cc", "providers/atlas_other/b.h"},
           {"providers/atlas/a.cc", "state/b.h"},
           {"state/a.cc", "providers/system/b.h"},
           {"core/plan/a.cc", "tests/support/b.h"},
           {"cmd/keytide/a.cc", "cmd/atlas-sim/b.h"},
           {"providers/sinks/a.cc", "cmd/keytide/b.h"}}) {
    EXPECT_NE(direction(from, header).find(":1: "), std::string::npos) << from << " " << header;
  }
  EXPECT_EQ(direction("extras/a.cc", "core/base/b.h"),
            "extras/a.cc:0: a folder that has no place in the house\n");
}

TEST(IncludesResolve, FindsAHeaderThatIsNotThere) {
  EXPECT_EQ(verdict("includes_resolve",
                    {file_of("core/a.cc", "\n#include \"core/b.h\"\n#include \"b.h\"\n"),
                     file_of("core/b.h", "")}),
            "core/a.cc:3: there is no b.h\n");
}

TEST(ThirdParty, StaysInItsWrapper) {
  const Lists lists{{}, {{"curl/", {"providers/http/curl.cc"}}, {"fmt/", {"core/"}}}, {}};
  const auto wrapper = file_of("providers/http/curl.cc", "#include <curl/curl.h>\n");
  EXPECT_EQ(verdict("third_party", {wrapper}, lists), "");
  EXPECT_EQ(
      verdict("third_party", {wrapper, file_of("state/a.cc", "#include <curl/curl.h>\n")}, lists),
      "state/a.cc:1: <curl/curl.h> outside of its wrapper\n");
  EXPECT_EQ(
      verdict("third_party", {wrapper, file_of("core/a.h", "#include <fmt/format.h>\n")}, lists),
      "core/a.h:1: <fmt/format.h> in a header\n");
  EXPECT_EQ(
      verdict("third_party", {wrapper, file_of("core/a.cc", "#include <boost/asio.hpp>\n")}, lists),
      "core/a.cc:1: unknown library: <boost/asio.hpp>\n");
  EXPECT_EQ(verdict("third_party", {}, lists),
            "providers/http/curl.cc:0: listed as a wrapper of curl/, but is none\n");
}

TEST(PureCore, HasNoFilesClocksOrThreads) {
  EXPECT_EQ(verdict("pure_core", {file_of("core/plan/a.cc",
                                          "#include <string>\n#include <mutex>\n"
                                          "#include <sys/stat.h>\n"),
                                  file_of("state/a.cc", "#include <mutex>\n")}),
            "core/plan/a.cc:2: <mutex> in core\ncore/plan/a.cc:3: <sys/stat.h> in core\n");
}

TEST(FileLength, IsFourHundredLinesAtMost) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "int i;\n";
  EXPECT_EQ(verdict("file_length", {file_of("core/a.cc", text)}), "");
  EXPECT_EQ(verdict("file_length", {file_of("core/a.cc", text + "//\n")}),
            "core/a.cc:401: 401 lines\n");
}

TEST(Clocks, AreReadInProvidersSystemAlone) {
  for (const char* line :
       {"auto t = std::chrono::system_clock::now();", "steady_clock::now()", "x = time(nullptr);",
        "std::time(0)", "clock_gettime(CLOCK_REALTIME, &t);", "gettimeofday(&t, 0);",
        "std::this_thread::sleep_for(x);", "usleep(5);", "::sleep(1);"}) {
    EXPECT_NE(verdict("clocks", {file_of("state/a.cc", line)}), "") << line;
    EXPECT_NE(verdict("clocks", {file_of("tests/unit/state/a_test.cc", line)}), "") << line;
    EXPECT_EQ(verdict("clocks", {file_of("providers/system/a.cc", line)}), "") << line;
  }
  for (const char* line : {"clock.now()", "// system_clock::now() is for others", "node.time(0)",
                           "\"time(nullptr)\"", "clock.sleep(x);", "lifetime(0)"}) {
    EXPECT_EQ(verdict("clocks", {file_of("state/a.cc", line)}), "") << line;
  }
}

TEST(World, IsReachedThroughProvidersSystem) {
  for (const char* line : {"getenv(\"A\")", "std::system(\"ls\")", "popen(x, \"r\")", "fork()",
                           "posix_spawn(&pid)", "char** e = environ;"}) {
    EXPECT_NE(verdict("world", {file_of("cmd/keytide/a.cc", line)}), "") << line;
    EXPECT_EQ(verdict("world", {file_of("providers/system/a.cc", line)}), "") << line;
    EXPECT_EQ(verdict("world", {file_of("tests/e2e/a.cc", line)}), "") << line;
  }
  EXPECT_EQ(verdict("world", {file_of("state/a.cc", "file.system(1); my_fork();")}), "");
}

TEST(Reveal, IsCalledByTheListedFilesAlone) {
  const Lists lists{{}, {}, {"core/base/listed.cc"}};
  const auto listed = file_of("core/base/listed.cc", "value.reveal();\n");
  EXPECT_EQ(verdict("reveal", {listed, file_of("tests/a_test.cc", "v.reveal()\n")}, lists), "");
  EXPECT_EQ(verdict("reveal", {listed, file_of("state/a.cc", "\nlog(v.reveal());\n")}, lists),
            "state/a.cc:2: reveal()\n");
  EXPECT_EQ(verdict("reveal", {file_of("core/base/listed.cc", "// reveal()\n")}, lists),
            "core/base/listed.cc:0: is on the list, but calls no reveal()\n");
}

TEST(SourcesListed, FindsATestThatNobodyRuns) {
  const std::string complaint =
      "tests/a_test.cc:0: is named in no CMakeLists.txt: nobody builds or "
      "runs it\n";
  const auto test = file_of("tests/a_test.cc", "");
  EXPECT_EQ(verdict("sources_listed", {test, file_of("tests/CMakeLists.txt", "x(a_test.cc)\n")}),
            "");
  EXPECT_EQ(verdict("sources_listed", {test}), complaint);
  EXPECT_EQ(verdict("sources_listed",
                    {test, file_of("tests/CMakeLists.txt", "x(extra_test.cc a_test.cc2)\n")}),
            complaint);
  EXPECT_EQ(verdict("sources_listed", {test, file_of("tests/CMakeLists.txt", "# a_test.cc\n")}),
            complaint);
}

TEST(Words, ThatPutThingsOffAreFound) {
  for (const char* line :
       {"// TODO: later", "// FIXME", "GTEST_SKIP() << 1;", "TEST(A, DISABLED_Works) {", "# XXX"}) {
    EXPECT_NE(verdict("words", {file_of("README.md", line)}), "") << line;
  }
  EXPECT_EQ(verdict("words", {file_of("a.md", "a mastodon; TODOS; kTODOs")}), "");
}

TEST(MachinePaths, OfSomebodysComputerAreFound) {
  for (const char* line :
       {"cd /work/main", "see /root/x", "\"/Users/me/x\"", "/src/keytide/build/a"}) {
    EXPECT_NE(verdict("machine_paths", {file_of("README.md", line)}), "") << line;
  }
  for (const char* line :
       {"/etc/billing/atlas.env", "providers/work/x", "${DIR}/work/x", "/srckeytide"}) {
    EXPECT_EQ(verdict("machine_paths", {file_of("README.md", line)}), "") << line;
  }
}

TEST(Headers, SayWhyTheyExist) {
  EXPECT_EQ(verdict("headers", {file_of("core/a.h", "// A: why.\n#pragma once\n")}), "");
  EXPECT_EQ(verdict("headers", {file_of("core/a.h", "#pragma once\n")}),
            "core/a.h:1: the header does not say why it exists\n");
  EXPECT_EQ(verdict("headers", {file_of("core/a.h", "// A: why.\n")}),
            "core/a.h:1: no #pragma once\n");
}

TEST(Rules, ShowThePlaceTheRuleAndTheRemedy) {
  const Rule& rule = all_rules().front();
  EXPECT_EQ(render(rule, {{"core/a.cc", 7, "core/a must not see cmd/b.h"}}),
            "core/a.cc:7: core/a must not see cmd/b.h [include_direction]\n    = " +
                std::string(rule.remedy) + "\n");
  EXPECT_EQ(render(rule, {}), "");
}

TEST(CodeOf, DropsCommentsAndTheInsideOfLiterals) {
  EXPECT_EQ(code_of("a(\"b // c\"); // d"), "a(\"\"); ");
  EXPECT_EQ(code_of(R"(f("\"x", 'y', 1'000))"), "f(\"\", '', 1'000)");
}

}  // namespace
}  // namespace keytide::tidy
