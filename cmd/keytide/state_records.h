// Which record a person means: `state show|mv|rm` name one by its address, or by its client_id
// where two records share an address.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/record.h"

namespace keytide {

// Each name's record, in the order of the names; a record that is named twice comes once. Errors,
// of all names at once: not_found (with the nearest address), invalid (several records share the
// address: which client_ids).
Result<std::vector<AccountRecord>> find_records(const std::vector<AccountRecord>& all,
                                                const std::vector<std::string>& names);

}  // namespace keytide
