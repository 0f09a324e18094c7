// Wire: one exchange with one Atlas, and what is learned from each: Atlas's time, how much of the
// rate limit is left, how many requests were made. It retries nothing. Threads: any, at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/instant.h"
#include "core/ports/clock.h"
#include "providers/http/transport.h"

namespace keytide {

// Requests by operationId of the public description, "token" and "revoke" for the two of OAuth.
struct RequestCounts {
  std::map<std::string, std::int64_t> by_operation;
  std::int64_t total = 0;
  std::int64_t retries = 0;  // among the total
};

// The bucket of one scope, as its replies told: any of it may never be said.
struct RateLimitView {
  std::optional<int> limit;      // RateLimit-Limit
  std::optional<int> remaining;  // RateLimit-Remaining
};

class Wire {
 public:
  Wire(Transport& transport, Clock& clock, std::string base_url)
      : transport_(transport), clock_(clock), base_url_(std::move(base_url)) {}

  const std::string& base_url() const { return base_url_; }
  Clock& clock() { return clock_; }

  // Sends once. `operation` is for the counts; `scope_id` names the bucket, "" where there is none.
  tl::expected<HttpResponse, TransportError> send(const std::string& operation,
                                                  const std::string& scope_id,
                                                  const HttpRequest& request,
                                                  const SendOptions& options);

  // Atlas's clock: the host's until the first reply, then the last Date and the time since boot
  // that has passed. Never read from a reply that a cache kept (`Age`).
  Instant now();

  // How long nothing may be asked of that scope, because a 429 said so: 0 as a rule.
  std::chrono::milliseconds closed_for(const std::string& scope_id);
  // Closes the scope's gate for all callers, at least until then.
  void close_for(const std::string& scope_id, std::chrono::milliseconds length);

  void count_retry();
  RequestCounts counts() const;
  RateLimitView rate_limit(const std::string& scope_id) const;

 private:
  struct Bucket {
    RateLimitView seen;
    std::chrono::milliseconds closed_until{0};  // since boot
  };
  void learn(const std::string& scope_id, const HttpResponse& reply);
  void learn_time(const HttpResponse& reply);

  Transport& transport_;
  Clock& clock_;
  const std::string base_url_;
  mutable std::mutex mutex_;  // of all below
  std::optional<Instant> date_;
  std::chrono::milliseconds date_at_{0};  // since boot
  std::map<std::string, Bucket> buckets_;
  RequestCounts counts_;
};

}  // namespace keytide
