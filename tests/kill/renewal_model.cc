#include "tests/kill/renewal_model.h"

#include <algorithm>
#include <cmath>

#include "tests/simulation/random.h"

namespace keytide::endurance {
namespace {

double draw(simulation::Random& random) {
  return static_cast<double>(random.next() >> 11) * 0x1.0p-53;
}

double life_hours(int lifetime_hours, simulation::Random& random) {
  const int wanted = std::min(std::max(2, lifetime_hours * 5 / 100), 168);
  const int most = std::min(wanted, lifetime_hours - 9);
  return most < 1 ? lifetime_hours : lifetime_hours - 1 - static_cast<int>(random.below(most));
}

double hours_to_renewal(double life, simulation::Random& random) {
  const double renew_before = life <= 240 ? life / 2 : life / 3;
  return life - renew_before - draw(random) * std::min(life * 0.2, 72.0);
}

int creates_of_one(int lifetime_hours, double hours, simulation::Random& random) {
  int creates = 0;
  for (double at = 0; at <= hours; ++creates) {
    at += hours_to_renewal(life_hours(lifetime_hours, random), random);
  }
  return creates;
}

}  // namespace

ExpectedCreates expected_creates(int lifetime_hours, double hours, std::uint64_t seed) {
  constexpr int kEntries = 2000;
  simulation::Random random(seed);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kEntries; ++i) {
    const double creates = creates_of_one(lifetime_hours, hours, random);
    sum += creates;
    squares += creates * creates;
  }
  const double mean = sum / kEntries;
  return {mean, std::sqrt(std::max(0.0, squares / kEntries - mean * mean))};
}

}  // namespace keytide::endurance
