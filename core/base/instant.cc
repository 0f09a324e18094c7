#include "core/base/instant.h"

#include <date/date.h>
#include <fmt/format.h>

#include <optional>
#include <sstream>

namespace keytide {
namespace {

// date's parser is lenient about what follows: the whole text must be used up.
template <class Duration>
bool parse_all(std::string_view text, const char* format,
               std::chrono::time_point<std::chrono::system_clock, Duration>& out) {
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  in >> date::parse(format, out);
  return !in.fail() && in.peek() == std::istringstream::traits_type::eof();
}

struct Fields {
  date::year_month_day day;
  date::hh_mm_ss<Seconds> time;
};

Fields fields_of(Instant at) {
  const auto midnight = date::floor<date::days>(at);
  return {date::year_month_day{midnight}, date::hh_mm_ss<Seconds>{at - midnight}};
}

// Exactly "2026-11-23T20:47:46Z", which is what Atlas and the store write: listings hold tens of
// thousands of them. What is not of this form, or no such moment, is left to the parser of all.
std::optional<Instant> parse_plain_utc(std::string_view text) {
  static constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(at, length)) value = value * 10 + (c - '0');
    return value;
  };
  const date::year_month_day day{date::year{number(0, 4)},
                                 date::month{static_cast<unsigned>(number(5, 2))},
                                 date::day{static_cast<unsigned>(number(8, 2))}};
  const int hours = number(11, 2);
  const int minutes = number(14, 2);
  const int seconds = number(17, 2);
  if (!day.ok() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  return date::sys_days{day} + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         Seconds(seconds);
}

}  // namespace

std::string format_instant(Instant at) {
  const auto [day, time] = fields_of(at);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

Result<Instant> parse_instant(std::string_view text) {
  if (const auto at = parse_plain_utc(text)) return *at;
  using Fine = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
  Fine fine;
  if (!parse_all(text, "%FT%TZ", fine) && !parse_all(text, "%FT%T%Ez", fine)) {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not a time: write it as 2026-11-23T20:47:46Z", text));
  }
  return std::chrono::floor<Seconds>(fine);
}

Result<Instant> parse_http_date(std::string_view text) {
  Instant at;
  if (!parse_all(text, "%a, %d %b %Y %T GMT", at)) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not an HTTP date", text));
  }
  return at;
}

std::string format_http_date(Instant at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto [day, time] = fields_of(at);
  const date::weekday weekday{date::sys_days{day}};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday.c_encoding()],
                     static_cast<unsigned>(day.day()),
                     kMonths[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace keytide
