// Harness: keytide killed at random instants, hundreds of times, against a real atlas-sim, while
// consumers sign in with what they were delivered. A seed repeats the draws, not the instants of
// two real processes: a failure prints both the seed and what was done.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "providers/system/system_clock.h"
#include "tests/kill/fleet.h"
#include "tests/kill/open_work.h"
#include "tests/kill/prober.h"
#include "tests/simulation/random.h"

namespace keytide::endurance {

struct KillOptions {
  int kills = 500;
  int accounts = 199;
  std::uint64_t seed = 1;
};

class Harness {
 public:
  explicit Harness(const KillOptions& options);
  // Prints the figures; 0, or 1 with what broke.
  int run();

 private:
  void slow_atlas_down();
  bool kill_once();       // false: it ended by itself before
  bool run_to_the_end();  // true: exit 0
  void advance(std::int64_t minutes);
  void end_round(bool was_killed);
  void expect_all_mended();
  void print_figures();
  void say(std::string line);
  void break_promise(std::string what);

  const KillOptions options_;
  simulation::Random random_;
  SystemClock clock_;
  Fleet fleet_;
  Prober prober_;
  KillCounts counts_;
  bool is_clean_ = true;  // the last round left no unknown create to the next
  std::vector<std::string> transcript_;
  std::vector<std::string> broken_;
};

}  // namespace keytide::endurance
