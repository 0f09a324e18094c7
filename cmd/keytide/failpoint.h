// Failpoint: where a test build of keytide dies, as if it were killed there. Named like the steps
// of a chain (ARCHITECTURE.md draws them): KEYTIDE_FAILPOINT=before:W2, after:E1, before:Wb#2.
// Compiled with the CMake option KEYTIDE_FAILPOINTS alone; a release knows nothing of the variable.
//
//   W1 E1 W2 E2 W3                  the attempt: intent, create, created, sign-in, verified
//   Wb E3 Wd                        each sink: begun, write, delivered
//   W5                              the switch
//   W6 E4 W7                        the delete of the old secret: intent, call, gone
//   W-orphan E-orphan W-orphan-gone the same for one that nobody uses
//   W-abort E-abort W-abort-gone    the same for the new secret of a chain that is given up
//   W-settle                        an unknown create is decided about
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "providers/system/environment.h"

namespace keytide {

struct FailpointSpec {
  bool is_after = false;  // the step is done; else it is not begun
  std::string step;
  int hit = 1;  // the n-th time that this run comes there
};

// Of $KEYTIDE_FAILPOINT; absent: it is not set, or empty. Errors: no such step, or no such form;
// the message lists what there is.
Result<std::optional<FailpointSpec>> failpoint_from(const Environment& environment);

// Threads: any, at once.
class Failpoint {
 public:
  // `die` is called at the chosen instant.
  Failpoint(FailpointSpec spec, std::function<void()> die)
      : spec_(std::move(spec)), die_(std::move(die)) {}
  // Told by who takes the step; an empty step is none.
  void before(std::string_view step) { pass(step, false); }
  void after(std::string_view step) { pass(step, true); }

 private:
  void pass(std::string_view step, bool is_after);

  const FailpointSpec spec_;
  const std::function<void()> die_;
  std::atomic<int> hits_{0};
};

// SIGKILL to this process alone: nothing is flushed, nobody is told.
[[noreturn]] void die_at_once();

}  // namespace keytide
