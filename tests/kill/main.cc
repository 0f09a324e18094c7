// keytide-kill: the real keytide, killed at random.
//
//   keytide-kill [--kills=500] [--accounts=199] [--seed=1]
//   keytide-kill --service [--kills=100] [--accounts=100] [--shortest=24] [--seed=1]
//
// The first kills `keytide apply`, the second `keytide run`; --shortest are the hours of the
// shortest life, 8 to 48. 0: every promise was kept. 1: one was broken; the seed and what was done
// are printed.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "tests/kill/harness.h"
#include "tests/kill/service_harness.h"

namespace {

using keytide::endurance::Harness;
using keytide::endurance::KillOptions;
using keytide::endurance::ServiceHarness;
using keytide::endurance::ServiceKillOptions;

template <class Number>
bool take(std::string_view argument, std::string_view name, Number& into) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const char* const end = argument.data() + argument.size();
  const auto [read_to, problem] = std::from_chars(argument.data(), end, into);
  return problem == std::errc{} && read_to == end && into > 0;
}

// What both have.
template <class Options>
bool take_common(std::string_view argument, Options& options) {
  return take(argument, "--kills=", options.kills) || take(argument, "--seed=", options.seed) ||
         (take(argument, "--accounts=", options.accounts) && options.accounts < 200);
}

int usage() {
  fmt::print(stderr,
             "usage: keytide-kill [--kills=N] [--accounts=1…199] [--seed=N]\n"
             "       keytide-kill --service [--kills=N] [--accounts=5…199] [--shortest=8…48] "
             "[--seed=N]\n");
  return 2;
}

int kill_service(int argc, char** argv) {
  ServiceKillOptions options;
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool is_known =
        take_common(argument, options) || take(argument, "--shortest=", options.shortest_hours);
    if (!is_known) return usage();
  }
  const bool fits =
      options.accounts >= 5 && options.shortest_hours >= 8 && options.shortest_hours <= 48;
  return fits ? ServiceHarness(options).run() : usage();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--service") return kill_service(argc, argv);
  KillOptions options;
  for (int i = 1; i < argc; ++i) {
    if (!take_common(std::string_view(argv[i]), options)) return usage();
  }
  return Harness(options).run();
}
