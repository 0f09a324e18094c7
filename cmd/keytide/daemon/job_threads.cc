#include "cmd/keytide/daemon/job_threads.h"

#include <utility>

namespace keytide {

void JobThreads::start(std::function<void()> job) {
  for (auto one = jobs_.begin(); one != jobs_.end();) {
    if (!one->is_over) {
      ++one;
      continue;
    }
    one->thread.join();
    one = jobs_.erase(one);
  }
  Job& added = jobs_.emplace_back();
  added.thread = std::thread([&added, job = std::move(job)] {
    job();
    added.is_over = true;
  });
}

void JobThreads::join() {
  for (Job& job : jobs_) job.thread.join();
  jobs_.clear();
}

}  // namespace keytide
