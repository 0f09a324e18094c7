// Wire: one exchange with one Atlas, and what is learned from each: Atlas's time, how much of the
// rate limit is left (budget.h), how many requests were made. It retries nothing. Threads: any, at
// once.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/instant.h"
#include "core/ports/clock.h"
#include "providers/atlas/budget.h"
#include "providers/http/transport.h"

namespace keytide {

// Requests by operationId of the public description, "token" and "revoke" for the two of OAuth.
struct RequestCounts {
  std::map<std::string, std::int64_t> by_operation;
  std::int64_t total = 0;
  std::int64_t retries = 0;  // among the total
};

class Wire {
 public:
  Wire(Transport& transport, Clock& clock, std::string base_url)
      : transport_(transport), clock_(clock), base_url_(std::move(base_url)), budget_(clock) {}

  const std::string& base_url() const { return base_url_; }
  Clock& clock() { return clock_; }

  // Sends once. `operation` is for the counts; `draw` names the bucket, null where there is none.
  tl::expected<HttpResponse, TransportError> send(const std::string& operation, const Draw* draw,
                                                  const HttpRequest& request,
                                                  const SendOptions& options);

  // Atlas's clock: the host's until the first reply, then the last Date and the time since boot
  // that has passed. Never read from a reply that a cache kept (`Age`).
  Instant now();

  AtlasBudget& budget() { return budget_; }

  void count_retry();
  RequestCounts counts() const;

 private:
  void learn_time(const HttpResponse& reply);

  Transport& transport_;
  Clock& clock_;
  const std::string base_url_;
  AtlasBudget budget_;
  mutable std::mutex mutex_;  // of all below
  std::optional<Instant> date_;
  std::chrono::milliseconds date_at_{0};  // since boot
  RequestCounts counts_;
};

}  // namespace keytide
