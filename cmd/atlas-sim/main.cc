// atlas-sim: Atlas on this machine, for tests, examples and trying things out. It keeps everything
// in memory and forgets it at its end.
#include <fmt/format.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "providers/atlas/simulator/door.h"
#include "providers/atlas/simulator/seed.h"
#include "providers/http/server.h"
#include "providers/system/atomic_file.h"
#include "providers/system/interrupt.h"
#include "providers/system/system_clock.h"

namespace keytide::simulator {
namespace {

struct Flags {
  std::string listen = "127.0.0.1:0";
  std::string seed;
  std::string clock = "real";
  std::uint64_t random_seed = 0;  // 0: another one at each start
  unsigned threads = 2;
  bool exit_with_parent = false;
};

std::string settings_help() {
  std::string out = "Settings of a seed (`settings: {name: value}`), and their defaults:\n";
  for (const SettingInfo& setting : all_settings()) {
    out += fmt::format("  {:<52} {}\n", fmt::format("{}: {}", setting.name, setting.fallback),
                       setting.what);
  }
  return out +
         "\nControl, on the same port: GET /_sim/state, GET and DELETE /_sim/requests,\n"
         "POST /_sim/clock, POST and DELETE /_sim/faults.\n";
}

void define_flags(CLI::App& app, Flags& flags) {
  app.set_help_flag("-h,--help", "print this help and end");
  app.add_option("--listen", flags.listen, "address and port; port 0 takes any free one")
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "YAML file with what there is in the beginning")->required();
  app.add_option("--clock", flags.clock, "real, or manual: it moves by POST /_sim/clock alone")
      ->check(CLI::IsMember({"real", "manual"}))
      ->capture_default_str();
  app.add_option("--random-seed", flags.random_seed,
                 "number that ids and values are drawn from; 0: another one at each start")
      ->capture_default_str();
  app.add_option("--threads", flags.threads, "threads that answer")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_flag("--exit-with-parent", flags.exit_with_parent,
               "end as soon as the program that started this one has ended");
  app.footer(settings_help());
}

// Go's habit, and Terraform's: -flag is --flag.
std::vector<std::string> with_double_dashes(int argc, char** argv) {
  std::vector<std::string> out;
  for (int i = argc - 1; i > 0; --i) {  // CLI11 takes them in reverse
    std::string text = argv[i];
    if (text.size() > 2 && text[0] == '-' && text[1] != '-') text.insert(0, "-");
    out.push_back(std::move(text));
  }
  return out;
}

int fail_with(const std::string& message) {
  fmt::print(stderr, "atlas-sim: {}\n", message);
  return EXIT_FAILURE;
}

// Serves until SIGINT or SIGTERM.
int serve(const Flags& flags, Seed seed, std::uint64_t random_seed, SystemClock& clock) {
  auto options = parse_listen_address(flags.listen);
  if (!options) return fail_with(options.error().text());
  options->threads = flags.threads;
  options->max_connections = 4096;
  SimulatedAtlas atlas(std::move(seed.world), std::move(seed.settings), random_seed);
  Door door(atlas, clock, flags.clock == "real" ? Door::Mode::real : Door::Mode::manual);
  auto server =
      HttpServer::start(*options, [&](const HttpRequest& request, const std::string& peer_ip) {
        return door.handle(request, peer_ip);
      });
  if (!server) return fail_with(server.error().text());
  const bool v6 = options->host.find(':') != std::string::npos;
  fmt::print("atlas-sim listening on http://{}:{}\n",
             v6 ? "[" + options->host + "]" : options->host, (*server)->port());
  std::fflush(stdout);
  while (!interrupted()) clock.sleep(std::chrono::hours(1));
  (*server)->stop();
  return EXIT_SUCCESS;
}

int run(int argc, char** argv) {
  Flags flags;
  CLI::App app("atlas-sim: a MongoDB Atlas of your own, for service accounts and their secrets",
               "atlas-sim");
  define_flags(app, flags);
  try {
    app.parse(with_double_dashes(argc, argv));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return EXIT_SUCCESS;
  } catch (const CLI::ParseError& error) {
    return fail_with(fmt::format("{}; `atlas-sim -help` lists the flags", error.what()));
  }
  auto text = read_file(flags.seed, std::size_t{256} << 20);
  if (!text) return fail_with(text.error().text());

  catch_interrupts();
  ignore_broken_pipes();
  if (flags.exit_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  InterruptibleClock clock;
  const std::uint64_t random_seed =
      flags.random_seed != 0 ? flags.random_seed
                             : std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  Random random(random_seed);
  Seed seed = parse_seed(*text, flags.seed, clock.now(), random);
  if (!seed.problems.empty()) {
    fmt::print(stderr, "{}", render(seed.problems));
    return EXIT_FAILURE;
  }
  return serve(flags, std::move(seed), random.next(), clock);
}

}  // namespace
}  // namespace keytide::simulator

int main(int argc, char** argv) { return keytide::simulator::run(argc, argv); }
