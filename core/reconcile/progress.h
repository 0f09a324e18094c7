// Progress: what a reconcile tells while it works, for the terminal, -json and the log.
#pragma once

#include <string>

#include "core/model/ids.h"
#include "core/model/plan.h"

namespace keytide {

struct Progress {
  enum class Step {
    started,    // a change begins; detail: its reason
    created,    // Atlas made a secret; detail: its mask
    verified,   // it signs in
    delivered,  // one sink has it; detail: the sink
    switched,   // it is the current one; detail: its expiry
    deleted,    // a secret was deleted; detail: its mask
    waiting,    // detail: for what
    finished,   // the change is done
    failed,     // detail: why
  };
  Step step = Step::started;
  Address address;
  AccountKey account;
  Action action = Action::create;
  std::string detail;
};

class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  // Called from the thread that works; several accounts at once.
  virtual void on(const Progress& progress) = 0;
};

}  // namespace keytide
