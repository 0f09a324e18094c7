// DelayQueue: runs something later, on one thread of its own, without reading a clock: the kernel
// counts (timerfd). For replies that are to come late; not for anything that has to be exact.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace keytide {

class DelayQueue {
 public:
  DelayQueue();
  ~DelayQueue();  // as stop()
  DelayQueue(const DelayQueue&) = delete;
  DelayQueue& operator=(const DelayQueue&) = delete;

  // Runs `then` once, after at least `delay`; at once, on the calling thread, when the queue is
  // stopped or the system has no timer left. Any thread.
  void after(std::chrono::milliseconds delay, std::function<void()> then);
  // Runs everything that still waits, now, and ends the thread. May be called twice.
  void stop();

 private:
  void run();
  void fire(int timer);

  std::mutex mutex_;
  std::map<int, std::function<void()>> waiting_;  // by timerfd
  bool stopped_ = false;
  int poll_ = -1;
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace keytide
