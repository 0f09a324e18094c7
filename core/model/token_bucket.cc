#include "core/model/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace keytide {
namespace {

using std::chrono::milliseconds;

constexpr double kMinute_ms = 60000;

}  // namespace

double TokenBucket::refill_per_ms() const {
  if (refill_per_minute_) return *refill_per_minute_ / kMinute_ms;
  return *capacity_ * published_.refill_per_minute / published_.capacity / kMinute_ms;
}

double TokenBucket::level_at(milliseconds now) const {
  const auto passed = static_cast<double>(std::max(now - at_, milliseconds(0)).count());
  return std::min<double>(*capacity_, level_ + passed * refill_per_ms());
}

void TokenBucket::sent(milliseconds now) {
  ++on_their_way_;
  if (!capacity_) return;
  level_ = std::max(0.0, level_at(now) - 1);
  at_ = now;
}

void TokenBucket::learn_size(const RateReply& reply) {
  if (reply.said && reply.said->capacity > 0 && reply.said->refill_per_minute > 0) {
    capacity_ = reply.said->capacity;
    refill_per_minute_ = reply.said->refill_per_minute;
  } else if (reply.limit && *reply.limit > 0) {
    capacity_ = *reply.limit;
  }
}

void TokenBucket::answered(milliseconds now, const RateReply& reply) {
  on_their_way_ = std::max(0, on_their_way_ - 1);
  if (reply.refused && reply.retry_after) {
    closed_until_ = std::max(closed_until_, now + *reply.retry_after);
  }
  const bool is_first = !capacity_;
  if (!is_first) {
    level_ = level_at(now);
    at_ = now;
  }
  learn_size(reply);
  if (!capacity_) return;
  if (is_first) {
    level_ = std::max(0, *capacity_ - 1 - on_their_way_);
    at_ = now;
  }
  if (reply.remaining) level_ = std::max(0, *reply.remaining - on_their_way_);
  if (reply.refused) level_ = 0;
}

milliseconds TokenBucket::closed_for(milliseconds now) const {
  return std::max(milliseconds(0), closed_until_ - now);
}

milliseconds TokenBucket::wait_for(milliseconds now, int calls, int reserved,
                                   bool may_use_kept) const {
  const milliseconds closed = closed_for(now);
  if (!capacity_) return closed;
  const double kept = may_use_kept ? 0 : std::floor(*capacity_ * kKeptShare);
  const double wanted = std::min<double>(calls + kept, *capacity_) + reserved;
  const double missing = wanted - level_at(now);
  if (missing <= 0) return closed;
  return std::max(closed,
                  milliseconds(static_cast<std::int64_t>(std::ceil(missing / refill_per_ms()))));
}

std::optional<LearnedBudget> TokenBucket::learned(milliseconds now) const {
  if (!capacity_) return std::nullopt;
  return LearnedBudget{{*capacity_, refill_per_ms() * kMinute_ms},
                       static_cast<int>(std::floor(level_at(now)))};
}

}  // namespace keytide
