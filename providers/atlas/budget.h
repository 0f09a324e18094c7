// AtlasBudget: Atlas's rate limits, as its replies tell them. Atlas has one token bucket for each
// set of endpoints and each organization or project, shared by all who call it; this process sees
// its own calls alone, and every reply puts right what it thinks is left. Threads: any, at once.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/model/ids.h"
#include "core/model/token_bucket.h"
#include "core/ports/call_budget.h"
#include "core/ports/clock.h"
#include "providers/http/message.h"

namespace keytide {

// The sets of endpoints that keytide calls.
enum class EndpointSet {
  service_accounts,  // with their secrets
  settings,          // of an organization
};

// Which bucket a call draws on, and for whose chain.
struct Draw {
  EndpointSet endpoints = EndpointSet::service_accounts;
  Scope scope;
  ClientId account;  // empty: the call is of no chain
};

// What the reply said of its bucket: the headers RateLimit-Limit, RateLimit-Remaining and
// Retry-After, and the parameters of RATE_LIMITED_TOKEN_BUCKET. Pure.
RateReply rate_reply_of(const HttpResponse& reply);

class AtlasBudget : public CallBudget {
 public:
  // The clock must outlive it.
  explicit AtlasBudget(Clock& clock) : clock_(clock) {}

  // Of the bucket for service accounts.
  std::chrono::milliseconds reserve(const AccountKey& account, int calls,
                                    bool may_use_kept) override;
  void release(const AccountKey& account) override;
  std::optional<LearnedBudget> learned(const Scope& scope);

  // Around each call. A null reply: none came.
  void sent(const Draw& draw);
  void answered(const Draw& draw, const HttpResponse* reply);
  // How long nothing may be asked of that bucket, because a 429 said so: 0 as a rule.
  std::chrono::milliseconds closed_for(const Draw& draw);

 private:
  TokenBucket& bucket_of(EndpointSet endpoints, const Scope& scope);
  int reserved_in(const Scope& scope) const;

  Clock& clock_;
  std::mutex mutex_;  // of all below
  std::map<std::pair<EndpointSet, Scope>, TokenBucket> buckets_;
  std::map<AccountKey, int> reserved_;  // calls that a chain has not made yet
};

}  // namespace keytide
