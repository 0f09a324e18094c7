// keytide-bench: what keytide costs, as whole processes against a real atlas-sim on this machine.
//
//   keytide-bench KEYTIDE FSYNC_COUNTER [-tls=tests/support] [ENTRIES …]      (100 1000 9950)
//
// With -tls everything goes over https with a CA of this run: the CPU per create is then that of a
// TLS handshake too, since each create has a connection of its own.
// Prints per size: decode, plan of all new, apply, no-op plan with files never seen and with
// unchanged files: CPU, wall, peak memory, requests, fsyncs, bytes written, and per secret. Counts
// are checked (exit 1 when one is off), times are only shown: compare them within one run.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <thread>

#include "tests/bench/fleet.h"
#include "tests/bench/measure.h"
#include "tests/bench/tls_front.h"
#include "tests/bench/yaml_events.h"
#include "tests/support/atlas_sim_process.h"

namespace keytide::bench {
namespace {

struct Bench {
  std::string keytide;
  std::string fsync_counter;
  std::string tls_support;  // empty: plain http
  int failures = 0;

  void expect(bool holds, const std::string& what) {
    if (holds) return;
    ++failures;
    fmt::print("  WRONG: {}\n", what);
  }
};

std::string read_text(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void print_head() {
  fmt::print("  {:<28} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>10} {:>9}\n", "step", "wall s",
             "cpu s", "sim s", "peak MB", "requests", "fsyncs", "written MB", "us/secret");
}

// What a step waited for: both processes' share of the processors, and what its fsyncs would take
// one after the other. The larger one is the limit; a file sink makes two fsyncs, the rest are
// commits.
void print_limit(const Measured& m, double sim_s, const std::string& folder) {
  const double cores = static_cast<double>(std::thread::hardware_concurrency());
  const double cpu_share = (m.cpu_s + sim_s) / (m.wall_s * cores) * 100;
  const double disk_share = static_cast<double>(std::max<std::int64_t>(m.fsyncs, 0)) *
                            time_of_fsync(folder) / m.wall_s * 100;
  fmt::print("  {:<28} {} (processors {:.0f} % busy, fsyncs alone {:.0f} % of the wall)\n", "",
             cpu_share >= disk_share ? "limit: processors" : "limit: disk", cpu_share, disk_share);
}

nlohmann::json run_step(Bench& bench, testing::AtlasSimProcess& atlas, const Fleet& fleet,
                        const std::string& folder, const std::string& name,
                        std::vector<std::string> arguments, int expected_exit) {
  atlas.forget_requests();
  const double sim_before = cpu_seconds_of(atlas.pid());
  arguments.insert(arguments.begin(), bench.keytide);
  const Measured m = measure(arguments, folder, bench.fsync_counter);
  const double sim = cpu_seconds_of(atlas.pid()) - sim_before;
  auto requests = nlohmann::json::parse(atlas.requests());
  fmt::print("  {:<28} {:>8.3f} {:>8.3f} {:>8.3f} {:>9.1f} {:>9} {:>9} {:>10.2f} {:>9.0f}\n", name,
             m.wall_s, m.cpu_s, sim, m.peak_mb, requests["total"].get<std::int64_t>(), m.fsyncs,
             m.written_mb, m.cpu_s / fleet.entries * 1e6);
  print_limit(m, sim, folder);
  bench.expect(m.exit_status == expected_exit,
               fmt::format("exit {} instead of {}: {}", m.exit_status, expected_exit,
                           m.output.substr(0, 400)));
  return requests["byOperation"];
}

std::int64_t count_of(const nlohmann::json& by_operation, const std::string& operation) {
  return by_operation.value(operation, std::int64_t{0});
}

void remove_cache(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find("cache") != std::string::npos) {
      std::filesystem::remove_all(entry.path());
    }
  }
}

void run_size(Bench& bench, int entries) {
  const std::string folder =
      std::filesystem::temp_directory_path() / fmt::format("keytide-bench-{}", entries);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  const Fleet fleet = write_fleet(folder, entries);
  testing::AtlasSimProcess atlas(read_text(folder + "/seed.yaml"), "real");
  std::optional<TlsFront> tls;
  if (!bench.tls_support.empty()) tls.emplace(folder, atlas.url(), bench.tls_support);
  write_configuration(folder, fleet, tls ? tls->url() : atlas.url(), tls ? tls->ca_file() : "");
  fmt::print("{} entries in {} organizations{}\n", fleet.entries, fleet.orgs,
             tls ? ", over https" : "");
  print_head();
  const auto step = [&](const std::string& name, std::vector<std::string> arguments, int exit) {
    return run_step(bench, atlas, fleet, folder, name, std::move(arguments), exit);
  };
  const double bare = time_bare_events(folder + "/secrets");
  step("validate, never seen", {"validate"}, 0);
  fmt::print("  {:<28} {:>8.3f}\n", "(bare YAML events)", bare);
  step("plan, all new", {"plan", "-detailed-exitcode"}, 2);
  const auto applied = step("apply, all new", {"apply", "-auto-approve", "-parallelism=16"}, 0);
  const std::int64_t calls = std::accumulate(applied.begin(), applied.end(), std::int64_t{0},
                                             [](std::int64_t sum, const nlohmann::json& count) {
                                               return sum + count.get<std::int64_t>();
                                             });
  fmt::print("  {:<28} {:.2f} requests an entry\n", "", static_cast<double>(calls) / fleet.entries);
  bench.expect(count_of(applied, "createOrgServiceAccountSecret") == fleet.entries,
               "apply makes one create per entry");
  remove_cache(folder);
  step("plan, no-op, never seen", {"plan", "-detailed-exitcode"}, 0);
  const auto warm = step("plan, no-op, unchanged files", {"plan", "-detailed-exitcode"}, 0);
  bench.expect(count_of(warm, "listOrgServiceAccounts") == fleet.orgs,
               fmt::format("a no-op plan lists each organization once, not {} times",
                           count_of(warm, "listOrgServiceAccounts")));
  bench.expect(count_of(warm, "getOrgServiceAccount") == 0, "a no-op plan reads no account alone");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace keytide::bench

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr,
               "usage: keytide-bench KEYTIDE FSYNC_COUNTER [-tls=tests/support] [ENTRIES …]\n");
    return 2;
  }
  keytide::bench::Bench bench{argv[1], argv[2], "", 0};
  std::vector<int> sizes;
  for (const std::string& argument : std::vector<std::string>(argv + 3, argv + argc)) {
    if (argument.starts_with("-tls=")) {
      bench.tls_support = argument.substr(5);
    } else {
      sizes.push_back(std::atoi(argument.c_str()));
    }
  }
  if (sizes.empty()) sizes = {100, 1000, 9950};
  for (const int entries : sizes) keytide::bench::run_size(bench, entries);
  fmt::print("{} passed, {} failed\n", static_cast<int>(sizes.size()) * 4 - bench.failures,
             bench.failures);
  return bench.failures == 0 ? 0 : 1;
}
