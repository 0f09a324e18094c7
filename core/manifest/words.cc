#include "core/manifest/words.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace keytide {
namespace {

// How many letters have to be changed, added, removed or swapped with the next.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

bool is_number(std::string_view plain) {
  std::string_view text = plain;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return false;
  const auto all_of = [](std::string_view s, std::string_view set) {
    return !s.empty() && s.find_first_not_of(set) == std::string_view::npos;
  };
  if (text.size() > 2 && text[0] == '0') {
    const std::string_view digits = text.substr(2);
    if (text[1] == 'x' && all_of(digits, "0123456789abcdefABCDEF_")) return true;
    if (text[1] == 'o' && all_of(digits, "01234567")) return true;
    if (text[1] == 'b' && all_of(digits, "01_")) return true;
  }
  if (text == ".inf" || text == ".Inf" || text == ".INF" || plain == ".nan" || plain == ".NaN") {
    return true;
  }
  // Digits, one point, one exponent; `_` and `:` count in YAML 1.1 ("190:20:30" is a number there).
  const std::size_t exponent = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent);
  if (exponent != std::string_view::npos) {
    std::string_view power = text.substr(exponent + 1);
    if (!power.empty() && (power[0] == '-' || power[0] == '+')) power.remove_prefix(1);
    if (!all_of(power, "0123456789")) return false;
  }
  if (mantissa.empty()) return false;
  const bool starts =
      (mantissa[0] >= '0' && mantissa[0] <= '9') || (mantissa[0] == '.' && mantissa.size() > 1);
  return starts && all_of(mantissa, "0123456789._:") &&
         std::count(mantissa.begin(), mantissa.end(), '.') <= 1 && mantissa.back() != ':';
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > 40) return {};
  std::string_view best;
  std::size_t least = word.size() <= 4 ? 2 : 3;  // this many changes are too many
  for (const std::string_view one : known) {
    const std::size_t changes = distance(word, one);
    if (changes < least) {
      least = changes;
      best = one;
    }
  }
  return best;
}

std::optional<std::string_view> other_meaning(std::string_view plain) {
  static constexpr std::array<std::string_view, 22> kFlags{
      "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No",
      "NO",   "on",   "On",   "ON",    "off",   "Off",   "OFF", "y",   "Y",   "n",  "N"};
  if (plain.empty() || plain == "~" || plain == "null" || plain == "Null" || plain == "NULL") {
    return "nothing";
  }
  if (std::find(kFlags.begin(), kFlags.end(), plain) != kFlags.end()) return "true or false";
  if (is_number(plain)) return "a number";
  return std::nullopt;
}

}  // namespace keytide
