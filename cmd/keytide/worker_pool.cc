#include "cmd/keytide/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace keytide {

void for_each_in_parallel(std::size_t count, int workers,
                          const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  const std::size_t wanted = std::min(count, static_cast<std::size_t>(std::max(workers, 1)));
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(loop);
  loop();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace keytide
