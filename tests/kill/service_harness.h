// ServiceHarness: `keytide run` killed at random instants while months pass in Atlas, and consumers
// sign in with what they were delivered.
//
// Round for round: time passes and the service is told, it is killed some times in the middle of
// what is due then, with a slow Atlas; then it may finish that, creates of unknown outcome too; and
// then it lives for some days undisturbed. A seed repeats the draws, not the instants of two real
// processes: a failure prints both the seed and what was done.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "providers/system/system_clock.h"
#include "tests/kill/fleet.h"
#include "tests/kill/open_work.h"
#include "tests/kill/prober.h"
#include "tests/simulation/random.h"

namespace keytide::endurance {

struct ServiceKillOptions {
  int kills = 100;
  int accounts = 100;       // two of five with a short life, the others with 90 d
  int shortest_hours = 24;  // 8 … 48
  std::uint64_t seed = 1;
};

class ServiceHarness {
 public:
  explicit ServiceHarness(const ServiceKillOptions& options);
  // Prints the figures; 0, or 1 with what broke.
  int run();

 private:
  void start();
  void wait_until_it_works();
  void kill_after(std::chrono::milliseconds length);
  // Atlas's clock moves on, and the service, which can't know, is told to look.
  void pass_time(std::int64_t minutes);
  std::int64_t some_minutes() { return 1 + random_.below(step_max_); }
  // Waits until nothing is left to do. `but_for_blocked`: nothing that can be done now.
  void expect_quiet(const std::string& when, bool but_for_blocked = false);
  void disturb(int kills_max);
  void mend();
  void live_on();
  void stop();
  void audit();
  void print_figures();
  bool is_broken() const { return !broken_.empty(); }
  void say(std::string line) { transcript_.push_back(std::move(line)); }
  void break_promise(std::string what);

  const ServiceKillOptions options_;
  const std::int64_t step_max_;  // minutes: nearly a third of the shortest life
  simulation::Random random_;
  SystemClock clock_;
  Fleet fleet_;
  Prober prober_;
  std::unique_ptr<testing::BackgroundRun> service_;
  std::vector<AccountRecord> before_;  // the records when it was started
  KillCounts counts_;
  int starts_ = 0;
  std::vector<std::string> transcript_;
  std::vector<std::string> broken_;
};

}  // namespace keytide::endurance
