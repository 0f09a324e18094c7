// A clock that only moves when it is told to.
#pragma once

#include "core/ports/clock.h"
#include "tests/unit/cmd/views/sample.h"

namespace keytide {

class FakeClock final : public Clock {
 public:
  Instant now() override { return sample::now(); }
  std::chrono::milliseconds since_boot() override { return since_boot_; }
  void sleep(std::chrono::milliseconds length) override { since_boot_ += length; }

 private:
  std::chrono::milliseconds since_boot_{1000000};
};

}  // namespace keytide
