// The plan as lines of -json: drift, then each change, then what is blocked, then one line that
// counts. Terraform's words where it has them; the action of a renewal is "renew", because nothing
// is destroyed by it.
#pragma once

#include <string>

#include "core/model/plan.h"

namespace keytide {

// Pure. `at` is the time that the lines carry; times within them are Atlas's.
std::string json_plan(const Plan& plan, Instant at);

}  // namespace keytide
