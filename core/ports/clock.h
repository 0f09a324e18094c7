// Clock: the only way to the time. Implemented by providers/system for real, and by tests.
#pragma once

#include <chrono>

#include "core/base/instant.h"

namespace keytide {

class Clock {
 public:
  virtual ~Clock() = default;
  // The host's wall clock, UTC. May be wrong, and may step.
  virtual Instant now() = 0;
  // Never steps, counts through a suspend; only differences mean something.
  virtual std::chrono::milliseconds since_boot() = 0;
  // Blocks the calling thread.
  virtual void sleep(std::chrono::milliseconds length) = 0;
};

}  // namespace keytide
