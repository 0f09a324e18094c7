// What a log collector gets from `keytide run`: every line is one that it can read.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/e2e/service_run.h"

namespace keytide::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// Each line of the text; those that are no JSON fail the test.
std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    json parsed = json::parse(line, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << line;
    if (parsed.is_object()) lines.push_back(std::move(parsed));
  }
  return lines;
}

class RunLog : public ServiceRun {
 protected:
  // What `run` says where it can't begin.
  json only_line_of(std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "-log-format=json"});
    const RunResult run = keytide(more);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.output, "");
    const auto lines = lines_of(run.errors);
    EXPECT_EQ(lines.size(), 1U) << run.errors;
    if (lines.empty()) return json::object();
    EXPECT_EQ(lines[0].value("level", ""), "error") << run.errors;
    return lines[0];
  }
};

TEST_F(RunLog, AConfigurationWithErrorsIsALineForEach) {
  world_.folder.write("keytide.yaml", "version: 1\nnonsense: 1\nstat: sqlite:x.db\n");
  const RunResult run = keytide({"run", "-log-format=json"});
  EXPECT_EQ(run.exit_code, 1);
  const auto lines = lines_of(run.errors);
  ASSERT_EQ(lines.size(), 2U) << run.errors;
  EXPECT_THAT(lines[0].value("msg", ""), HasSubstr("nonsense"));
  EXPECT_EQ(lines[0].value("place", ""), "keytide.yaml:2:1");
  EXPECT_NE(lines[0].value("way_out", ""), "");
  const RunResult text = keytide({"run"});
  EXPECT_THAT(text.errors, HasSubstr("error: keytide.yaml:2:1: ")) << "people get it as ever";
}

TEST_F(RunLog, WhatIsInTheWayOfABeginningIsALine) {
  EXPECT_THAT(only_line_of({"-nonsense"}).value("msg", ""), HasSubstr("nonsense"));
  EXPECT_THAT(only_line_of({"-chdir=nowhere"}).value("msg", ""), HasSubstr("nowhere"));
  EXPECT_THAT(only_line_of({"-log-level=loud"}).value("msg", ""), HasSubstr("loud"));
  EXPECT_THAT(only_line_of({"-config=nothing.yaml"}).value("msg", ""), HasSubstr("nothing.yaml"));
  replace_in_config("metrics: 127.0.0.1:0",
                    fmt::format("metrics: 127.0.0.1:{}", world_.atlas.port()));
  EXPECT_THAT(only_line_of({}).value("msg", ""), HasSubstr("listen.metrics"));
  world_.folder.remove("client_secret");
  EXPECT_THAT(only_line_of({}).value("msg", ""), HasSubstr("client_secret"));
  replace_in_config("sources: [{path: secrets}]\n", "");
  const json line = only_line_of({});
  EXPECT_EQ(line.value("msg", ""), "no manifests are named");
  EXPECT_THAT(line.value("way_out", ""), HasSubstr("sources"));
}

TEST_F(RunLog, ALifeOfTheServiceIsLinesThroughout) {
  auto service = start({"-log-format=json"});
  wait_for_deliveries();
  EXPECT_EQ(only_line_of({}).value("level", ""), "error") << "the store is locked";
  replace_in_config("listen: {", "listen: {token: {file: no_token}, ");
  EXPECT_EQ(keytide({"reload"}).exit_code, 1);
  service->send(SIGTERM);
  const RunResult end = service->wait();
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_GT(lines_of(end.errors).size(), 5U);
}

}  // namespace
}  // namespace keytide::testing
