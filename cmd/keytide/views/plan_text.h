// The plan for people, in the shape that Terraform's users know: what changed outside of keytide,
// then each change with its reason, then what is blocked, then one line that counts.
//
// Pure: equal plans give byte-equal texts. The words of the last line are a contract:
//   Plan: 1 to add, 0 to change, 0 to destroy.
//   No changes. Your secrets match the configuration.
#pragma once

#include <string>

#include "cmd/keytide/views/style.h"
#include "core/model/plan.h"

namespace keytide {

struct PlanTextOptions {
  Style style;
  bool refresh_only = false;  // of `plan -refresh-only`: nothing but the state would change
};

// Ends with a newline.
std::string render_plan(const Plan& plan, const PlanTextOptions& options);

// "Plan: 1 to add, 0 to change, 0 to destroy." No newline.
std::string plan_line(const PlanCounts& counts);

}  // namespace keytide
