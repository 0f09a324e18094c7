// Order: which account is worked on first where not all can be at once.
#pragma once

#include <compare>

#include "core/model/plan.h"

namespace keytide {

// The first that holds. The first two may use the share of the rate limit that is kept for them.
enum class Urgency {
  holds_secret,  // a chain is open whose new secret exists: its plaintext may be at hand still
  emergency,     // a new secret is due, and the current one is about to expire, or has
  missing,       // a new secret is due, and there is none
  due,           // a new secret is due
  retire,        // a secret is to be deleted
  rest,          // all else
};

Urgency urgency_of(const AccountPlan& account, Instant now);

inline bool may_use_kept_share(Urgency urgency) { return urgency <= Urgency::emergency; }

// Less is earlier: the urgency, then the earliest deadline.
struct QueuePlace {
  bool is_own = false;  // keytide's own account last: the others are not to depend on a new sign-in
  Urgency urgency = Urgency::rest;
  Instant deadline{};
  AccountKey key;

  friend auto operator<=>(const QueuePlace&, const QueuePlace&) = default;
};

QueuePlace queue_place(const AccountPlan& account, Instant now, bool is_own);

}  // namespace keytide
