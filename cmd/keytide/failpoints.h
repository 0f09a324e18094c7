// Failpoints: what a workspace knows of them. A build with the CMake option KEYTIDE_FAILPOINTS has
// failing_ports.cc behind it, any other no_failpoints.cc.
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/reconcile/run.h"
#include "providers/system/environment.h"

namespace keytide {

class Failpoints {
 public:
  // Null: none is set, or this build has none. Errors: see failpoint_from.
  static Result<std::unique_ptr<Failpoints>> of(const Environment& environment);
  virtual ~Failpoints() = default;
  // The same ports, of a run that dies on its way; they live as long as this does.
  virtual Ports over(const Ports& inner) = 0;
};

}  // namespace keytide
