// Harness: keytide killed at random instants, hundreds of times, against a real atlas-sim, while
// consumers sign in with what they were delivered. A seed repeats the draws, not the instants of
// two real processes: a failure prints both the seed and what was done.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "providers/system/system_clock.h"
#include "tests/kill/fleet.h"
#include "tests/kill/prober.h"
#include "tests/simulation/random.h"

namespace keytide::endurance {

struct KillOptions {
  int kills = 500;
  int accounts = 199;
  std::uint64_t seed = 1;
};

// Where the accounts stood that a killed run had an attempt open for; one kill counts in several.
struct KillCounts {
  int kills = 0;
  int with_an_attempt = 0;  // at least one account had an attempt open
  int in_an_attempt = 0;    // at least one account was between W1 and W5 by the work of that run
  int posting = 0;          // … W1 to W2
  int created = 0;          // … W2 to W3
  int verified = 0;         // … W3 to W5
  int in_a_delete = 0;      // … between W6 and W7, or the same of an orphan
  int runs_to_the_end = 0;
  std::int64_t simulated_minutes = 0;
};

class Harness {
 public:
  explicit Harness(const KillOptions& options);
  // Prints the figures; 0, or 1 with what broke.
  int run();

 private:
  void slow_atlas_down();
  bool kill_once();  // false: it ended by itself before
  void count_what_was_open(const std::vector<AccountRecord>& before);
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
