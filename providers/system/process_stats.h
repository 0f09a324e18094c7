// ProcessStats: what the system says of this process, for its metrics.
#pragma once

#include <cstdint>

#include "core/base/result.h"

namespace keytide {

struct ProcessStats {
  double cpu_seconds = 0;  // user and system
  std::int64_t resident_bytes = 0;
  std::int64_t virtual_bytes = 0;
  std::int64_t locked_bytes = 0;  // against swapping
  std::int64_t open_files = 0;
  std::int64_t open_files_max = 0;  // -1: there is no limit
};

// Reads /proc. Errors: io.
Result<ProcessStats> read_process_stats();

}  // namespace keytide
