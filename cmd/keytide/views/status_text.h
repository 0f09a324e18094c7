// The state of all entries as a table, and of one entry in detail.
#pragma once

#include <string>
#include <vector>

#include "cmd/keytide/views/status.h"
#include "cmd/keytide/views/style.h"

namespace keytide {

// One line an entry (ADDRESS, PHASE, EXPIRES, RENEWS, SECRET, SINKS), then the reasons of those
// that need somebody, then one line that counts. Ends with a newline.
std::string render_status(const std::vector<StatusRow>& rows, Instant now, const Style& style);

// One entry with all its secrets and sinks. Ends with a newline.
std::string render_show(const StatusRow& row, Instant now, const Style& style);

}  // namespace keytide
