#include "tests/e2e/crash.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <nlohmann/json.hpp>

namespace keytide::testing {

using ::testing::HasSubstr;

void die_at(World& world, const std::string& failpoint, const std::vector<std::string>& flags,
            std::vector<std::string> command) {
  command.insert(command.end(), flags.begin(), flags.end());
  world.folder.set("KEYTIDE_FAILPOINT", failpoint);
  const RunResult run = world.folder.keytide(command);
  world.folder.set("KEYTIDE_FAILPOINT", "");
  EXPECT_EQ(run.exit_code, 128 + SIGKILL) << failpoint << "\n" << run.output << run.errors;
}

void expect_mended(World& world, const std::vector<std::string>& files, int runs) {
  RunResult last;
  for (int i = 0; i < runs; ++i) last = world.apply();
  EXPECT_EQ(last.exit_code, 0) << last.output << last.errors;
  const RunResult next = world.plan();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_THAT(next.output, HasSubstr(kNoChanges));
  const auto listed = world.secrets(kBilling);
  EXPECT_LE(listed.size(), 2u);
  for (const SimSecret& secret : listed) EXPECT_NE(role_of(world, secret.id), "") << secret.id;
  for (const std::string& file : files) world.expect_served(kBilling, file);
}

std::string role_of(World& world, const std::string& secret_id) {
  const RunResult run = world.folder.keytide({"state", "list", "-json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  for (const auto& row : nlohmann::json::parse(run.output)) {
    for (const auto& secret : row.at("secrets")) {
      if (secret.at("id") == secret_id) return secret.at("role");
    }
  }
  return "";
}

std::string entry_with(const std::vector<std::string>& files, const std::string& more) {
  std::vector<std::string> sinks;
  for (const std::string& file : files) {
    sinks.push_back(fmt::format("{{file: {{path: \"${{HERE}}/out/{}\", format: raw}}}}", file));
  }
  if (!more.empty()) sinks.push_back(more);
  return fmt::format("  billing: {{client_id: {}, deliver: [{}]}}\n", kBilling,
                     fmt::join(sinks, ", "));
}

}  // namespace keytide::testing
