// VirtualClock: time that moves only when somebody sleeps, or a test says so.
#pragma once

#include <mutex>
#include <vector>

#include "core/ports/clock.h"

namespace keytide {

class VirtualClock : public Clock {
 public:
  // 2026-11-23T20:00:00Z
  explicit VirtualClock(Instant start = Instant(Seconds(1795464000))) : start_(start) {}

  Instant now() override { return start_ + std::chrono::floor<Seconds>(since_boot()); }
  std::chrono::milliseconds since_boot() override {
    const std::lock_guard lock(mutex_);
    return passed_;
  }
  void sleep(std::chrono::milliseconds length) override {
    const std::lock_guard lock(mutex_);
    passed_ += length;
    sleeps_.push_back(length);
  }

  void advance(std::chrono::milliseconds length) {
    const std::lock_guard lock(mutex_);
    passed_ += length;
  }
  std::vector<std::chrono::milliseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  const Instant start_;
  mutable std::mutex mutex_;
  std::chrono::milliseconds passed_{0};
  std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace keytide
