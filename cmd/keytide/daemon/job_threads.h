// JobThreads: runs jobs, each on a thread of its own. Few at a time and seldom, so threads are made
// when they are needed, and an idle service has none. Threads: start() and join() by one.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <thread>

namespace keytide {

class JobThreads {
 public:
  JobThreads() = default;
  JobThreads(const JobThreads&) = delete;
  JobThreads& operator=(const JobThreads&) = delete;
  ~JobThreads() { join(); }

  void start(std::function<void()> job);
  // Blocks until all have ended.
  void join();

 private:
  struct Job {
    std::atomic<bool> is_over{false};
    std::thread thread;
  };
  std::list<Job> jobs_;
};

}  // namespace keytide
