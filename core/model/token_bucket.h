// TokenBucket: how many calls one rate limit of the issuer allows, as far as its replies told.
// Pure: `now` is the time since boot, and an argument. Before anything was learned it holds nothing
// back.
//
//   capacity ─┐            a call takes one; it fills up again at the refill, up to the capacity
//             │ ordinary chains stop here
//   30 % ─────┤
//             │ kept for what holds a plaintext and for what is about to expire
//   0 ────────┘
//
// The level is what the last reply said, less what is on its way, and what came back since: it may
// be wrong, for others draw from the same bucket, and every reply puts it right.
#pragma once

#include <chrono>
#include <optional>

#include "core/base/instant.h"

namespace keytide {

struct BucketSize {
  int capacity = 0;
  double refill_per_minute = 0;
};

// A bucket at one moment: what a plan is made with.
struct LearnedBudget {
  BucketSize size;
  int left = 0;  // calls, at that moment

  friend bool operator==(const LearnedBudget& a, const LearnedBudget& b) {
    return a.size.capacity == b.size.capacity &&
           a.size.refill_per_minute == b.size.refill_per_minute && a.left == b.left;
  }
};

// What one reply said of its bucket. Any of it may be missing.
struct RateReply {
  std::optional<int> limit;            // RateLimit-Limit: the capacity
  std::optional<int> remaining;        // RateLimit-Remaining, after this call
  bool refused = false;                // 429
  std::optional<Seconds> retry_after;  // Retry-After of a 429
  std::optional<BucketSize> said;      // of the body of a 429
};

class TokenBucket {
 public:
  static constexpr double kKeptShare = 0.3;

  // `published`: what the issuer's documentation says. Replies tell the capacity alone as a rule;
  // the refill is then taken in this proportion to it.
  explicit TokenBucket(BucketSize published) : published_(published) {}

  void sent(std::chrono::milliseconds now);
  // Of a call that sent() was told of; one without any reply says nothing (`RateReply{}`).
  void answered(std::chrono::milliseconds now, const RateReply& reply);

  // How long until so many calls more fit beside those that are `reserved`; 0: they do. The kept
  // share is left alone unless `may_use_kept`. What is over the whole capacity fits once it is
  // full.
  std::chrono::milliseconds wait_for(std::chrono::milliseconds now, int calls, int reserved,
                                     bool may_use_kept) const;

  // How long nothing at all may be asked, because a 429 said so: 0 as a rule.
  std::chrono::milliseconds closed_for(std::chrono::milliseconds now) const;

  // Absent: nothing was learned.
  std::optional<LearnedBudget> learned(std::chrono::milliseconds now) const;

 private:
  double level_at(std::chrono::milliseconds now) const;
  double refill_per_ms() const;
  void learn_size(const RateReply& reply);

  BucketSize published_;
  std::optional<int> capacity_;
  std::optional<double> refill_per_minute_;  // as a 429 said
  double level_ = 0;                         // at `at_`
  std::chrono::milliseconds at_{0};
  int on_their_way_ = 0;
  std::chrono::milliseconds closed_until_{0};
};

}  // namespace keytide
