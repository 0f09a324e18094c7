// keytide-service: the service's loop through simulated years. By hand in full, a share in
// tests/run.sh.
//
//   keytide-service [--days=365] [--orgs=3] [--entries=50]   no gap, and no growth
//   keytide-service --down [--orgs=20]                       an organization that is down for a
//   week
#include <fmt/format.h>
#include <stdlib.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "providers/system/process_stats.h"
#include "tests/simulation/service_world.h"

namespace keytide::simulation {
namespace {

using std::chrono::hours;

struct Arguments {
  int days = 365;
  int orgs = 3;
  int entries = 50;
  bool down = false;
};

bool take(std::string_view argument, std::string_view name, int& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const char* end = argument.data() + argument.size();
  return std::from_chars(argument.data(), end, value).ptr == end && value > 0;
}

double resident_mib() {
  const auto stats = read_process_stats();
  CHECK(stats.has_value(), "the process can read its own figures");
  return static_cast<double>(stats->resident_bytes) / (1 << 20);
}

int tell(const ServiceWorld& world) {
  for (const std::string& one : world.broken()) fmt::print("BROKEN {}\n", one);
  fmt::print("{} passes, {} creates, {} questions to consumers, {} broken promises\n",
             world.passes(), world.creates(), world.questions(), world.broken().size());
  return world.broken().empty() ? 0 : 1;
}

int run_year(ServiceWorld& world, int days) {
  world.run(hours(1));
  const double first = resident_mib();
  fmt::print("after an hour: {:.1f} MiB\n", first);
  world.run(hours(24 * days - 1));
  const double last = resident_mib();
  fmt::print("after {} days: {:.1f} MiB ({:+.1f} %)\n", days, last, (last / first - 1) * 100);
  const int code = tell(world);
  if (last <= first * 1.1) return code;
  fmt::print("BROKEN it grew by more than 10 %\n");
  return 1;
}

// 90-day secrets that are renewed 30 days before their end: a week costs nobody anything.
int run_down(ServiceWorld& world) {
  world.run(hours(24 * 52));
  const std::string org = world.org_id(0);
  world.down.insert(org);
  const int before = world.creates();
  world.run(hours(24 * 7));
  const int others = world.creates() - before;
  int overdue = 0;
  for (const EntryHealth& entry : world.snapshot()->entries) {
    const bool is_due = entry.renew_at && *entry.renew_at < world.now();
    if (is_due && entry.scope.id != org) {
      fmt::print("BROKEN {} of another organization was not renewed\n", entry.address.str());
      return 1;
    }
    overdue += is_due ? 1 : 0;
  }
  fmt::print(
      "a week without one of the organizations: {} creates elsewhere, {} entries of it "
      "overdue\n",
      others, overdue);
  world.down.clear();
  world.run(hours(1));
  for (const EntryHealth& entry : world.snapshot()->entries) {
    if (entry.renew_at && *entry.renew_at < world.now()) {
      fmt::print("BROKEN {} was not caught up with\n", entry.address.str());
      return 1;
    }
  }
  fmt::print("an hour after it is back: none is overdue\n");
  return tell(world);
}

int run(const Arguments& arguments) {
  std::string folder = (std::filesystem::temp_directory_path() / "keytide-XXXXXX").string();
  CHECK(mkdtemp(folder.data()) != nullptr, "a folder can be made");
  ServiceOptions options;
  options.orgs = arguments.orgs;
  options.short_entries = arguments.down ? 0 : 3;
  options.long_entries = arguments.entries - options.short_entries;
  options.folder = folder;
  int code = 0;
  {
    ServiceWorld world(options);
    code = arguments.down ? run_down(world) : run_year(world, arguments.days);
  }
  std::filesystem::remove_all(folder);
  return code;
}

std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--down") {
      arguments.down = true;
      arguments.orgs = 20;
      arguments.entries = 200;
    } else if (!take(argument, "--days=", arguments.days) &&
               !take(argument, "--orgs=", arguments.orgs) &&
               !take(argument, "--entries=", arguments.entries)) {
      return std::nullopt;
    }
  }
  return arguments;
}

}  // namespace
}  // namespace keytide::simulation

int main(int argc, char** argv) {
  const auto arguments = keytide::simulation::parse(argc, argv);
  if (arguments) return keytide::simulation::run(*arguments);
  fmt::print(stderr, "usage: keytide-service [--days=N] [--orgs=N] [--entries=N] [--down]\n");
  return 2;
}
