// RenewalModel: how many creates a stretch of time should cost, from the rule as people are told
// it, with draws of its own: nothing of core/model/schedule.h is in here.
//
//   life     = lifetime less 1 … max(2, 5 %), at most 168, whole hours; at least 9 h are left, and
//              under 10 h nothing is taken off
//   renew    life/3 before the end, life/2 where the life is 10 days or less,
//            and up to min(20 % of the life, 3 d) earlier
#pragma once

#include <cstdint>

namespace keytide::endurance {

struct ExpectedCreates {
  double mean = 0;       // of one entry, the first create counted
  double deviation = 0;  // of one entry
};

// Of an entry that is first served at the beginning of so many hours and renewed the moment it is
// due.
ExpectedCreates expected_creates(int lifetime_hours, double hours, std::uint64_t seed);

}  // namespace keytide::endurance
