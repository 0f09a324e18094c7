// What callers send in JSON, decoded: request bodies of the Admin API and control commands. The one
// file of the simulator with a JSON parser in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/instant.h"
#include "core/base/result.h"
#include "providers/atlas/simulator/fault.h"
#include "providers/http/message.h"

namespace keytide::simulator {

// ServiceAccountSecretRequest: the hours, or the 400 in their place.
std::variant<std::int64_t, HttpResponse> parse_create_body(std::string_view body);

// OrganizationSettings as far as it is simulated; absent: the field was not sent.
std::variant<std::optional<std::int64_t>, HttpResponse> parse_settings_body(std::string_view body);

// POST /_sim/clock: exactly one of the three.
struct ClockCommand {
  std::optional<Seconds> advance;
  std::optional<Instant> set;
  std::optional<double> rate;
};
Result<ClockCommand> parse_clock_command(std::string_view body);

// POST /_sim/faults: a list, or a single one.
Result<std::vector<Fault>> parse_faults(std::string_view body);

}  // namespace keytide::simulator
