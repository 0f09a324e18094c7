// What an apply tells while it works, and at its end.
//
// Where stdout is a terminal, one line is rewritten in place (what is in flight, how much is done)
// and only ends and failures stay; elsewhere every step is a line of its own:
//   ci-deployer: Renewing... (expires in 6d, renew_before 14d)
//   ci-deployer: verified
//   ci-deployer: delivered to file:/run/ci/atlas.env
//   ci-deployer: Renewal complete after 2s
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "cmd/keytide/execute.h"
#include "cmd/keytide/views/style.h"
#include "core/ports/clock.h"
#include "core/reconcile/progress.h"

namespace keytide {

// One step as a line without its newline. `elapsed` is of the change: ends and failures show it.
std::string render_progress(const Progress& progress, std::chrono::milliseconds elapsed,
                            const Style& style);

struct ProgressTextOptions {
  Style style;
  bool rewrite = false;  // stdout is a terminal
  int total = 0;         // changes of the plan
  int columns = 80;      // of the terminal: the rewritten line stays within
};

// Writes through `write`, which is called with one lock held: it must not call back. Thread-safe.
class ProgressText final : public ProgressListener {
 public:
  ProgressText(ProgressTextOptions options, Clock& clock,
               std::function<void(std::string_view)> write);

  void on(const Progress& progress) override;
  // Brings the rewritten line up to date, for a ticker. Nothing where there is no such line.
  void redraw();
  // Takes the rewritten line away. Call it before anything else is written.
  void clear();

 private:
  struct Flight {
    std::string address;
    std::string doing;
    std::chrono::milliseconds begun{0};
  };

  std::string status_line(std::chrono::milliseconds now) const;
  void draw(std::chrono::milliseconds now);
  void erase();

  const ProgressTextOptions options_;
  Clock& clock_;
  const std::function<void(std::string_view)> write_;
  std::mutex mutex_;  // guards all below
  std::map<AccountKey, Flight> flights_;
  int done_ = 0;
  int failed_ = 0;
  bool drawn_ = false;
};

// One line for each entry that failed, for stderr. Empty where none did.
std::string render_failures(const ExecuteResult& result);

// The end of an apply: what was done and what to do next. `planned` counts the entries that the
// plan could not serve. Ends with a newline. The first words are a contract:
//   Apply complete! Secrets: 1 added, 0 changed, 0 destroyed.
// and "Apply incomplete." where something failed, was left undone, is blocked or in quarantine.
std::string render_apply_summary(const ExecuteResult& result, const PlanCounts& planned,
                                 const Style& style);

// The line with the first words, without its newline.
std::string apply_line(const ExecuteResult& result, const PlanCounts& planned);

}  // namespace keytide
