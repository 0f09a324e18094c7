// One change of a plan as a block of text: the header with its reason, then what it does, line by
// line, as Terraform's users read it.
#pragma once

#include <string>

#include "cmd/keytide/views/style.h"
#include "core/model/plan.h"

namespace keytide {

// "created", "renewed", "updated in-place", "destroyed", "forgotten", "finished"
std::string_view participle_of(Action action);
// Green for what is added, yellow for what is changed, red for what goes.
Ink ink_of(Action action);

// Ends with a newline. `account` is the one that holds `change`; `now` is the plan's.
std::string render_change(const AccountPlan& account, const Change& change, Instant now,
                          const Style& style);

}  // namespace keytide
