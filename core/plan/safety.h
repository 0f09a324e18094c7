// Safety: whether a whole plan is too large a change to be made without a person's word.
#pragma once

#include <string>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/input.h"

namespace keytide {

struct Refusal {
  std::string why;
  std::string way_out;  // names the flag and the key
};

// Empty: nothing speaks against it. Renewals by time never count.
std::vector<Refusal> check_safety(const PlanInput& input, const Plan& plan);

}  // namespace keytide
