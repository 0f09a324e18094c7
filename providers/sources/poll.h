// When a source is looked at again. Pure.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/base/instant.h"

namespace keytide {

// The moment of the next look, on the clock of `now`: after `interval`, doubled for each failure in
// a row, but no more than 10 minutes, or `interval` where that is longer. Up to a tenth of the wait
// earlier, by a number drawn from `seed` and `now`: many hosts don't ask one server at once.
std::chrono::milliseconds next_poll(std::chrono::milliseconds now, Seconds interval,
                                    std::uint64_t seed, int failures);

}  // namespace keytide
