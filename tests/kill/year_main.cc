// keytide-year: a year through the real keytide.
//
//   keytide-year [--days=365]
//
// 0: no gap, nothing unrecorded, and as many creates as the model has. 1: what broke is printed.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "tests/kill/year.h"

int main(int argc, char** argv) {
  keytide::endurance::YearOptions options;
  for (int i = 1; i < argc; ++i) {
    constexpr std::string_view kDays = "--days=";
    const std::string_view argument = argv[i];
    const char* const end = argument.data() + argument.size();
    if (argument.starts_with(kDays)) {
      const auto [read_to, problem] =
          std::from_chars(argument.data() + kDays.size(), end, options.days);
      if (problem == std::errc{} && read_to == end && options.days > 0) continue;
    }
    fmt::print(stderr, "usage: keytide-year [--days=N]\n");
    return 2;
  }
  return keytide::endurance::Year(options).run();
}
