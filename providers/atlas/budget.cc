#include "providers/atlas/budget.h"

#include <algorithm>
#include <charconv>

#include "providers/atlas/api_error.h"
#include "providers/atlas/decode.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// As Atlas's documentation has them for service accounts. What counts of them is the proportion of
// the refill to the capacity: headers tell the capacity alone.
constexpr BucketSize kOrgBucket{500, 250};
constexpr BucketSize kProjectBucket{1200, 500};

std::optional<int> number_in(const HttpResponse& reply, std::string_view name) {
  const auto text = find_header(reply.headers, name);
  int value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

RateReply rate_reply_of(const HttpResponse& reply) {
  RateReply rate;
  rate.limit = number_in(reply, "RateLimit-Limit");
  rate.remaining = number_in(reply, "RateLimit-Remaining");
  rate.refused = reply.status == 429;
  if (rate.refused) {
    rate.retry_after = retry_after_of(reply);
    rate.said = decode_bucket_size(reply.body);
  }
  return rate;
}

TokenBucket& AtlasBudget::bucket_of(EndpointSet endpoints, const Scope& scope) {
  const TokenBucket fresh(scope.kind == Scope::Kind::org ? kOrgBucket : kProjectBucket);
  return buckets_.try_emplace({endpoints, scope}, fresh).first->second;
}

int AtlasBudget::reserved_in(const Scope& scope) const {
  int calls = 0;
  for (const auto& [account, left] : reserved_) {
    if (account.scope == scope) calls += left;
  }
  return calls;
}

milliseconds AtlasBudget::reserve(const AccountKey& account, int calls, bool may_use_kept) {
  const std::lock_guard lock(mutex_);
  const TokenBucket& bucket = bucket_of(EndpointSet::service_accounts, account.scope);
  const milliseconds wait =
      bucket.wait_for(clock_.since_boot(), calls, reserved_in(account.scope), may_use_kept);
  if (wait == milliseconds(0)) reserved_[account] = calls;
  return wait;
}

void AtlasBudget::release(const AccountKey& account) {
  const std::lock_guard lock(mutex_);
  reserved_.erase(account);
}

std::optional<LearnedBudget> AtlasBudget::learned(const Scope& scope) {
  const std::lock_guard lock(mutex_);
  return bucket_of(EndpointSet::service_accounts, scope).learned(clock_.since_boot());
}

void AtlasBudget::sent(const Draw& draw) {
  const std::lock_guard lock(mutex_);
  bucket_of(draw.endpoints, draw.scope).sent(clock_.since_boot());
  if (draw.account.str().empty()) return;
  const auto reserved = reserved_.find({draw.scope, draw.account});
  if (reserved != reserved_.end()) reserved->second = std::max(0, reserved->second - 1);
}

void AtlasBudget::answered(const Draw& draw, const HttpResponse* reply) {
  const RateReply rate = reply == nullptr ? RateReply{} : rate_reply_of(*reply);
  const std::lock_guard lock(mutex_);
  bucket_of(draw.endpoints, draw.scope).answered(clock_.since_boot(), rate);
}

milliseconds AtlasBudget::closed_for(const Draw& draw) {
  const std::lock_guard lock(mutex_);
  return bucket_of(draw.endpoints, draw.scope).closed_for(clock_.since_boot());
}

}  // namespace keytide
