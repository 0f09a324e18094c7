#include "providers/system/memory.h"

#include <malloc.h>

namespace keytide {
namespace {

constexpr int kPools = 2;
// A buffer of this size or more is a mapping of its own, and gone from memory the moment it is
// free. glibc would raise that limit with each large buffer that it sees.
constexpr int kOwnMapping = 64 << 10;

}  // namespace

void share_memory_pools() {
  mallopt(M_ARENA_MAX, kPools);
  mallopt(M_MMAP_THRESHOLD, kOwnMapping);
}

void give_memory_back() { malloc_trim(0); }

}  // namespace keytide
