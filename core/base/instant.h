// Instant: a moment in UTC, to the second, which is as exact as Atlas tells time. It is a value:
// nothing here reads a clock.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace keytide {

using Instant = std::chrono::sys_seconds;
using Seconds = std::chrono::seconds;

// RFC 3339, always UTC: "2026-11-23T20:47:46Z".
std::string format_instant(Instant at);

// Reads RFC 3339 with "Z" or an offset, and drops fractions of a second.
// Errors: invalid, for anything else, 30 February included.
Result<Instant> parse_instant(std::string_view text);

// Reads the date of an HTTP header: "Mon, 23 Nov 2026 20:47:46 GMT" (the one form that is sent
// today). Errors: invalid.
Result<Instant> parse_http_date(std::string_view text);
std::string format_http_date(Instant at);

}  // namespace keytide
