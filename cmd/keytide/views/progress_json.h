// What an apply tells with -json: one line for each step, one that counts at its end.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "cmd/keytide/execute.h"
#include "core/ports/clock.h"
#include "core/reconcile/progress.h"

namespace keytide {

// One step as a line, newline included. `elapsed` is of the change.
std::string json_progress(const Progress& progress, std::chrono::milliseconds elapsed, Instant at);

// Writes whole lines through `write`, which is called with one lock held: it must not call back.
// Thread-safe.
class ProgressJson final : public ProgressListener {
 public:
  ProgressJson(Clock& clock, std::function<void(std::string_view)> write);

  void on(const Progress& progress) override;

 private:
  Clock& clock_;
  const std::function<void(std::string_view)> write_;
  std::mutex mutex_;  // guards all below
  std::map<AccountKey, std::chrono::milliseconds> begun_;
};

// A diagnostic for each warning and failure, then the change_summary of the apply. `planned` counts
// the entries that the plan could not serve.
std::string json_apply_summary(const ExecuteResult& result, const PlanCounts& planned, Instant at);

}  // namespace keytide
