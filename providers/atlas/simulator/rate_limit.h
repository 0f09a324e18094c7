// Token buckets, by Atlas's own clock.
#pragma once

#include <cstdint>

#include "providers/atlas/simulator/world.h"

namespace keytide::simulator {

struct BucketSize {
  int capacity = 0;
  int refill_per_minute = 0;
};

struct BucketAnswer {
  bool allowed = true;
  int remaining = 0;
  std::int64_t retry_after_s = 0;  // until the next whole token, where refused
};

// Takes one token, if there is one.
BucketAnswer take(Bucket& bucket, const BucketSize& size, Instant now);

}  // namespace keytide::simulator
