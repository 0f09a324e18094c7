#include "providers/atlas/wire.h"

#include <algorithm>
#include <charconv>

namespace keytide {
namespace {

using std::chrono::milliseconds;

// Replies tell whole seconds: a difference of one is how they were rounded.
constexpr Seconds kRounding{1};

std::optional<int> number_in(const HttpResponse& reply, std::string_view name) {
  const auto text = find_header(reply.headers, name);
  int value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

tl::expected<HttpResponse, TransportError> Wire::send(const std::string& operation,
                                                      const std::string& scope_id,
                                                      const HttpRequest& request,
                                                      const SendOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.by_operation[operation];
    ++counts_.total;
  }
  auto reply = transport_.send(request, options);
  if (reply) learn(scope_id, *reply);
  return reply;
}

void Wire::learn(const std::string& scope_id, const HttpResponse& reply) {
  const std::lock_guard lock(mutex_);
  learn_time(reply);
  if (scope_id.empty()) return;
  RateLimitView& seen = buckets_[scope_id].seen;
  if (const auto limit = number_in(reply, "RateLimit-Limit")) seen.limit = limit;
  if (const auto left = number_in(reply, "RateLimit-Remaining")) seen.remaining = left;
}

void Wire::learn_time(const HttpResponse& reply) {
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

milliseconds Wire::closed_for(const std::string& scope_id) {
  const std::lock_guard lock(mutex_);
  const auto bucket = buckets_.find(scope_id);
  if (bucket == buckets_.end()) return milliseconds(0);
  return std::max(milliseconds(0), bucket->second.closed_until - clock_.since_boot());
}

void Wire::close_for(const std::string& scope_id, milliseconds length) {
  const std::lock_guard lock(mutex_);
  milliseconds& until = buckets_[scope_id].closed_until;
  until = std::max(until, clock_.since_boot() + length);
}

void Wire::count_retry() {
  const std::lock_guard lock(mutex_);
  ++counts_.retries;
}

RequestCounts Wire::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

RateLimitView Wire::rate_limit(const std::string& scope_id) const {
  const std::lock_guard lock(mutex_);
  const auto bucket = buckets_.find(scope_id);
  return bucket == buckets_.end() ? RateLimitView{} : bucket->second.seen;
}

}  // namespace keytide
