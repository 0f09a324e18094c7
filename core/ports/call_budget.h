// CallBudget: whether the issuer's rate limit has room for a chain of calls. A chain that holds a
// plaintext must not meet a rate limit in its middle: so it starts only once all of its calls fit.
// Threads: any, at once.
#pragma once

#include <chrono>

#include "core/model/ids.h"

namespace keytide {

class CallBudget {
 public:
  virtual ~CallBudget() = default;

  // Sets so many calls aside for a chain on that account, if they fit: 0. Otherwise how long it
  // takes until they may, and nothing is set aside. Never blocks. What nothing was learned about
  // always fits. `may_use_kept`: for what holds a plaintext, and for what is about to expire.
  virtual std::chrono::milliseconds reserve(const AccountKey& account, int calls,
                                            bool may_use_kept) = 0;
  // The chain is over: what is left of its calls is free for others.
  virtual void release(const AccountKey& account) = 0;
};

}  // namespace keytide
