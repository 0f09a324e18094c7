#include "providers/atlas/wire.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// Replies tell whole seconds: a difference of one is how they were rounded.
constexpr Seconds kRounding{1};

}  // namespace

tl::expected<HttpResponse, TransportError> Wire::send(const std::string& operation,
                                                      const Draw* draw, const HttpRequest& request,
                                                      const SendOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.by_operation[operation];
    ++counts_.total;
  }
  if (draw != nullptr) budget_.sent(*draw);
  auto reply = transport_.send(request, options);
  if (draw != nullptr) budget_.answered(*draw, reply ? &*reply : nullptr);
  if (reply) learn_time(*reply);
  return reply;
}

void Wire::learn_time(const HttpResponse& reply) {
  const std::lock_guard lock(mutex_);
  const auto header = find_header(reply.headers, "Date");
  if (!header || find_header(reply.headers, "Age")) return;
  const auto date = parse_http_date(*header);
  if (!date) return;
  const milliseconds at = clock_.since_boot();
  if (date_) {
    const Instant expected = *date_ + std::chrono::floor<Seconds>(at - date_at_);
    if (std::chrono::abs(*date - expected) <= kRounding) return;
  }
  date_ = *date;
  date_at_ = at;
}

Instant Wire::now() {
  const std::lock_guard lock(mutex_);
  if (!date_) return clock_.now();
  return *date_ + std::chrono::floor<Seconds>(clock_.since_boot() - date_at_);
}

void Wire::count_retry() {
  const std::lock_guard lock(mutex_);
  ++counts_.retries;
}

RequestCounts Wire::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace keytide
