#include "core/base/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>

namespace keytide {
namespace {

using std::chrono::hours;

struct Unit {
  char letter;
  std::int64_t seconds;
};

constexpr std::array<Unit, 5> kUnits{
    {{'w', std::int64_t{7} * 86400}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
constexpr std::int64_t kLongest = std::int64_t{100} * 366 * 86400;

tl::unexpected<Error> not_a_duration(std::string_view text, std::string_view why) {
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a duration: {}; write a whole number and one unit of "
                          "s, m, h, d, w, such as 90d or 8h",
                          text, why));
}

}  // namespace

Result<Seconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, count);
  if (problem == std::errc::result_out_of_range) return not_a_duration(text, "it is too long");
  if (problem != std::errc{} || text.front() == '-') return not_a_duration(text, "no number");
  if (stop == end) return not_a_duration(text, "no unit");
  if (end - stop != 1) return not_a_duration(text, "more than one unit");
  for (const Unit& unit : kUnits) {
    if (unit.letter != *stop) continue;
    if (count > kLongest / unit.seconds) return not_a_duration(text, "it is too long");
    return Seconds(count * unit.seconds);
  }
  return not_a_duration(text, "unknown unit");
}

std::string format_duration(Seconds length) {
  const std::int64_t count = length.count();
  if (count == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (unit.letter == 'w') continue;
    if (count % unit.seconds == 0) return fmt::format("{}{}", count / unit.seconds, unit.letter);
  }
  return fmt::format("{}s", count);
}

std::string format_coarse(Seconds length) {
  const std::int64_t count = length.count() < 0 ? -length.count() : length.count();
  for (const Unit& unit : kUnits) {
    if (unit.letter == 'w') continue;
    if (count >= unit.seconds) return fmt::format("{}{}", count / unit.seconds, unit.letter);
  }
  return "0s";
}

}  // namespace keytide
