// Waker: where a loop waits: for a time, for a byte on one of its descriptors, or for another
// thread that wakes it. The time goes on while the machine is suspended, so what became due
// meanwhile is found at once. Threads: wait() by one, wake() by any, from signal handlers too.
#pragma once

#include <chrono>
#include <vector>

#include "core/base/result.h"

namespace keytide {

class Waker {
 public:
  // Errors: io (no descriptors left).
  static Result<Waker> make();
  Waker(Waker&& other) noexcept;
  Waker& operator=(Waker&&) = delete;
  Waker(const Waker&) = delete;
  ~Waker();

  void wake() const;
  // Returns after `longest`, after a wake() (one that came before the call counts, once), or when
  // one of the descriptors is readable. Negative ones are skipped.
  void wait(std::chrono::milliseconds longest, const std::vector<int>& descriptors) const;
  // For signal handlers: what wake() writes to.
  int wake_fd() const { return event_fd_; }

 private:
  Waker(int event_fd, int timer_fd) : event_fd_(event_fd), timer_fd_(timer_fd) {}
  int event_fd_ = -1;
  int timer_fd_ = -1;
};

}  // namespace keytide
