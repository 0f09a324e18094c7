// What plan_file.cc writes and plan_file_parse.cc reads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace keytide {

// Counts up when an older keytide could not apply the file rightly any more.
inline constexpr std::int64_t kPlanFileVersion = 1;
inline constexpr std::size_t kPlanFileBytesMax = std::size_t{64} * 1024 * 1024;

}  // namespace keytide
