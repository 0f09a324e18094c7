// Breaker: leaves a scope alone after its last looks failed, so that one that is down, throttled or
// locked us out costs the others nothing. One look goes through when the pause is over; the first
// that succeeds closes it. Pure.
#pragma once

#include <optional>

#include "core/base/instant.h"

namespace keytide {

class Breaker {
 public:
  // A pause is never longer than this, whatever came before: a look is one call.
  static constexpr Seconds kPauseMax{std::chrono::minutes(10)};

  // `is_urgent`: an entry of the scope is about to expire. Then the pause is a minute.
  void failed(Instant now, bool is_urgent);
  void succeeded();
  // The next look goes through at once: somebody thinks that it may succeed.
  void hurry() { next_try_.reset(); }

  int failures() const { return failures_; }
  // Absent: it is closed.
  std::optional<Instant> next_try() const { return next_try_; }
  // A clock that was wrong and was put right keeps nothing out.
  bool lets_through(Instant now) const {
    return !next_try_ || *next_try_ <= now || *next_try_ > now + kPauseMax;
  }

 private:
  int failures_ = 0;
  std::optional<Instant> next_try_;
};

}  // namespace keytide
