#include "providers/system/memory.h"

#include <malloc.h>

namespace keytide {
namespace {

constexpr int kPools = 2;

}  // namespace

void share_memory_pools() { mallopt(M_ARENA_MAX, kPools); }

void give_memory_back() { malloc_trim(0); }

}  // namespace keytide
