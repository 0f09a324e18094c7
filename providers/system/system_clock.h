// SystemClock: the host's clocks. This folder alone reads them; everybody else is given a Clock.
#pragma once

#include "core/ports/clock.h"

namespace keytide {

// A sleep lasts its whole length, whatever signals come: the pauses of core/reconcile are part of
// its promises (two looks a minute apart), and a shorter one would be a wrong answer.
class SystemClock : public Clock {
 public:
  Instant now() override;
  std::chrono::milliseconds since_boot() override;
  void sleep(std::chrono::milliseconds length) override;
};

// For servers alone: a sleep ends early once interrupted (see interrupt.h). Who sleeps in a loop
// asks interrupted() after each.
class InterruptibleClock : public SystemClock {
 public:
  void sleep(std::chrono::milliseconds length) override;
};

}  // namespace keytide
