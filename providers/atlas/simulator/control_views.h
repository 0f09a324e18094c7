// What the control endpoints show, as JSON.
#pragma once

#include <string>

#include "providers/atlas/simulator/request_log.h"
#include "providers/atlas/simulator/state.h"

namespace keytide::simulator {

// GET /_sim/state: with the values of all secrets in the clear.
std::string state_json(State& state, Instant now);
// GET /_sim/requests
std::string requests_json(const RequestLog& requests);

}  // namespace keytide::simulator
