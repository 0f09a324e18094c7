// SimClock: what time it is in the simulated Atlas, as a function of the host's time, which it is
// handed. `real` follows the host; `manual` stands still and moves by control alone.
#pragma once

#include <chrono>

#include "core/base/instant.h"

namespace keytide::simulator {

class SimClock {
 public:
  // Starts at `start`, when the host has been up for `uptime`; a manual clock has the rate 0.
  SimClock(Instant start, std::chrono::milliseconds uptime, double rate)
      : base_(start), base_uptime_(uptime), rate_(rate) {}

  Instant now(std::chrono::milliseconds uptime) const {
    const double passed = static_cast<double>((uptime - base_uptime_).count()) * rate_;
    return std::chrono::floor<Seconds>(
        base_ + std::chrono::milliseconds(static_cast<std::int64_t>(passed)));
  }
  double rate() const { return rate_; }

  void advance(Seconds by) { base_ += by; }
  void set(Instant to, std::chrono::milliseconds uptime) {
    base_ = to;
    base_uptime_ = uptime;
  }
  // Simulated seconds a second, from now on.
  void set_rate(double rate, std::chrono::milliseconds uptime) {
    const double passed = static_cast<double>((uptime - base_uptime_).count()) * rate_;
    base_ += std::chrono::milliseconds(static_cast<std::int64_t>(passed));
    base_uptime_ = uptime;
    rate_ = rate;
  }

 private:
  std::chrono::sys_time<std::chrono::milliseconds> base_;
  std::chrono::milliseconds base_uptime_;
  double rate_;
};

}  // namespace keytide::simulator
