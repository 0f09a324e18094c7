// Rows of `status -json` and `state list -json`: an array, one entry a line. Its members are a
// contract; a new one may be added, none is renamed.
#pragma once

#include <string>
#include <vector>

#include "cmd/keytide/views/status.h"

namespace keytide {

// Ends with a newline. A time that is not known is null.
std::string json_status(const std::vector<StatusRow>& rows);

// One entry as one object: the members of json_status and those that only `show ADDR` has (owner,
// lifetime_hours, generation, switched_at, planned, notes, way_out).
std::string json_show(const StatusRow& row);

}  // namespace keytide
