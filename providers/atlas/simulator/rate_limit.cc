#include "providers/atlas/simulator/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace keytide::simulator {

BucketAnswer take(Bucket& bucket, const BucketSize& size, Instant now) {
  const double per_second = size.refill_per_minute / 60.0;
  if (bucket.level < 0) {
    bucket.level = size.capacity;
  } else if (now > bucket.at) {
    const auto waited = static_cast<double>((now - bucket.at).count());
    bucket.level = std::min<double>(size.capacity, bucket.level + waited * per_second);
  }
  bucket.at = now;
  BucketAnswer answer;
  answer.allowed = bucket.level >= 1;
  if (answer.allowed) {
    bucket.level -= 1;
  } else {
    const double wait = per_second > 0 ? (1 - bucket.level) / per_second : 3600;
    answer.retry_after_s = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(wait)));
  }
  answer.remaining = static_cast<int>(bucket.level);
  return answer;
}

}  // namespace keytide::simulator
