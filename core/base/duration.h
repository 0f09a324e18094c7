// Durations as people write them: "90d", "36h", "2w", "30s", "5m". One number and one unit, so
// that nothing has to be added up in one's head.
#pragma once

#include <string>
#include <string_view>

#include "core/base/instant.h"
#include "core/base/result.h"

namespace keytide {

// Reads a whole number and a unit: s, m, h, d or w. Zero is "0s". Errors: invalid, with the reason
// and an example, for a missing unit, fractions, signs, blanks and more than 100 years.
Result<Seconds> parse_duration(std::string_view text);

// The largest unit that loses nothing, but never weeks: "90d", "36h", "90s".
std::string format_duration(Seconds length);

// For reasons that people read: the largest fitting unit, rounded down, days at the largest:
// "6d", "3h", "0s". Negative lengths lose their sign: the sentence says "ago".
std::string format_coarse(Seconds length);

}  // namespace keytide
