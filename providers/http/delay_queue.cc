#include "providers/http/delay_queue.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "core/base/check.h"

namespace keytide {
namespace {

void watch(int poll, int file) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = file;
  CHECK(epoll_ctl(poll, EPOLL_CTL_ADD, file, &event) == 0, "a new timer can be watched");
}

// A timer that is readable once after `delay`; -1 when the system has none left.
int one_shot_timer(std::chrono::milliseconds delay) {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  if (timer < 0) return -1;
  itimerspec when{};
  when.it_value.tv_sec = delay.count() / 1000;
  when.it_value.tv_nsec = delay.count() % 1000 * 1000000;
  timerfd_settime(timer, 0, &when, nullptr);
  return timer;
}

}  // namespace

DelayQueue::DelayQueue() : poll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC)) {
  CHECK(poll_ >= 0 && wake_ >= 0, "there are files left for a timer thread");
  watch(poll_, wake_);
  thread_ = std::thread([this] { run(); });
}

DelayQueue::~DelayQueue() {
  stop();
  close(poll_);
  close(wake_);
}

void DelayQueue::after(std::chrono::milliseconds delay, std::function<void()> then) {
  if (delay.count() > 0) {
    const std::lock_guard lock(mutex_);
    const int timer = stopped_ ? -1 : one_shot_timer(delay);
    if (timer >= 0) {
      waiting_.emplace(timer, std::move(then));
      watch(poll_, timer);
      return;
    }
  }
  then();
}

void DelayQueue::run() {
  for (;;) {
    epoll_event event{};
    const int count = epoll_wait(poll_, &event, 1, -1);
    if (count < 0 && errno == EINTR) continue;
    CHECK(count == 1, "the timer thread can wait");
    if (event.data.fd == wake_) return;
    fire(event.data.fd);
  }
}

void DelayQueue::fire(int timer) {
  std::function<void()> then;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(timer);
    if (found == waiting_.end()) return;
    then = std::move(found->second);
    waiting_.erase(found);
    close(timer);
  }
  then();
}

void DelayQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  const std::uint64_t one = 1;
  CHECK(write(wake_, &one, sizeof one) == sizeof one, "the timer thread can be woken");
  thread_.join();
  std::map<int, std::function<void()>> left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(waiting_);
  }
  for (auto& [timer, then] : left) {
    close(timer);
    then();
  }
}

}  // namespace keytide
