// Execute: carries out a plan with a bounded number of workers; one account is on one of them.
#pragma once

#include "core/model/plan.h"
#include "core/reconcile/account.h"

namespace keytide {

struct EntryFailure {
  Address address;
  Error error;
};

struct ExecuteResult {
  int added = 0;
  int changed = 0;
  int destroyed = 0;
  int forgotten = 0;
  int imported = 0;
  int not_started = 0;                 // left alone, or in part, after an interruption
  int unread_scopes = 0;               // organizations and projects that Atlas did not show
  std::vector<EntryFailure> failures;  // sorted by address
  std::vector<std::string> warnings;
};

// A failed entry stops no other. In the order of core/plan/order.h, each as soon as the rate limit
// has room for it: work_queue.h.
ExecuteResult execute(const Plan& plan, const Ports& ports, const RunContext& context,
                      int parallelism);

}  // namespace keytide
