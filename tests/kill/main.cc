// keytide-kill: the real keytide, killed at random.
//
//   keytide-kill [--kills=500] [--accounts=199] [--seed=1]
//
// 0: every promise was kept. 1: one was broken; the seed and what was done are printed.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "tests/kill/harness.h"

namespace {

template <class Number>
bool take(std::string_view argument, std::string_view name, Number& into) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const char* const end = argument.data() + argument.size();
  const auto [read_to, problem] = std::from_chars(argument.data(), end, into);
  return problem == std::errc{} && read_to == end && into > 0;
}

}  // namespace

int main(int argc, char** argv) {
  keytide::endurance::KillOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (take(argument, "--kills=", options.kills)) continue;
    if (take(argument, "--seed=", options.seed)) continue;
    if (take(argument, "--accounts=", options.accounts) && options.accounts < 200) continue;
    fmt::print(stderr, "usage: keytide-kill [--kills=N] [--accounts=1…199] [--seed=N]\n");
    return 2;
  }
  return keytide::endurance::Harness(options).run();
}
