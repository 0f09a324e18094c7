// Bounded parallel work. The API budget is the limit and not the CPU, so each worker runs
// straight-line, blocking code.
#pragma once

#include <cstddef>
#include <functional>

namespace keytide {

// Calls `work(i)` for each i < count, in order of i, on at most `workers` threads; returns when all
// are done. One worker: on the calling thread. `work` must not throw.
void for_each_in_parallel(std::size_t count, int workers,
                          const std::function<void(std::size_t)>& work);

}  // namespace keytide
