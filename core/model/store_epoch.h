// StoreEpoch: how far a state store got, and how far it is known to have got. Each change counts it
// up, and what was reached is kept outside of the store too: a backup that was put back is behind.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/instant.h"

namespace keytide {

struct StoreEpoch {
  std::int64_t here = 0;  // of the store, as it was opened
  std::int64_t seen = 0;  // the highest that was ever written, as far as this host knows
  std::optional<Instant> written_at{};  // Atlas's clock at the last change; absent: none yet

  bool is_restored() const { return seen > here; }
};

}  // namespace keytide
