// From an error reply of Atlas to an Error: the kind, Atlas's own words, and the way out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/instant.h"
#include "providers/http/message.h"

namespace keytide {

// `doing` becomes a line of the context ("while listing the service accounts of org 32b6…"), as
// does the request id, where the reply carries one. The message holds status, errorCode and detail
// (schema ApiError); texts are cut, and freed of control characters and of what looks like a
// secret.
Error to_error(const HttpResponse& reply, std::string doing);

// `Retry-After` in seconds, of 429 and 503; absent where it is missing or a date.
std::optional<Seconds> retry_after_of(const HttpResponse& reply);

// Whether a 404 is about the scope: the org or project does not exist, or isn't ours to see.
bool is_about_the_scope(std::string_view error_code);

}  // namespace keytide
