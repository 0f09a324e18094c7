// Own account: what keytide signs in with itself, where no entry renews it. When its last secret
// ends nothing of that organization is renewed any more, so people are told in good time.
#pragma once

#include <string>
#include <vector>

#include "core/plan/input.h"

namespace keytide {

// One line for each such account whose last secret ends within 30 days, as far as the listings of
// the scopes show them.
std::vector<std::string> warn_of_own_accounts(const PlanInput& input);

}  // namespace keytide
