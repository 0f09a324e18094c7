// The one refusal that all stores have in common, in one wording.
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/model/ids.h"

namespace keytide {

// `stored` is 0 where there is no such record.
tl::unexpected<Error> version_conflict(const AccountKey& key, std::int64_t expected,
                                       std::int64_t stored);

}  // namespace keytide
