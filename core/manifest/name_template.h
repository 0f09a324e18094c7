// {{name}} in the texts of an entry, a profile or the defaults: the entry's address takes its
// place.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace keytide {

// Blanks inside the braces don't count. Errors: invalid, for any other name and for braces that are
// not closed.
Result<std::string> put_in_name(std::string_view text, std::string_view name);

}  // namespace keytide
