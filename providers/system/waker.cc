#include "providers/system/waker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "core/base/check.h"
#include "providers/system/os_error.h"

namespace keytide {
namespace {

void drain(int fd) {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = read(fd, &count, sizeof count);
}

// A timer that counts suspended time too, which the time-out of poll() does not.
void set_timer(int fd, std::chrono::milliseconds length) {
  const auto least = std::max<std::int64_t>(1, length.count());
  itimerspec spec = {};
  spec.it_value.tv_sec = least / 1000;
  spec.it_value.tv_nsec = (least % 1000) * 1'000'000;
  CHECK(timerfd_settime(fd, 0, &spec, nullptr) == 0, "a timer can be set");
}

}  // namespace

Result<Waker> Waker::make() {
  const int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (event_fd >= 0 && timer_fd >= 0) return Waker(event_fd, timer_fd);
  Error error = os_error("make", "a timer", errno);
  if (event_fd >= 0) close(event_fd);
  if (timer_fd >= 0) close(timer_fd);
  return fail(std::move(error));
}

Waker::Waker(Waker&& other) noexcept
    : event_fd_(std::exchange(other.event_fd_, -1)),
      timer_fd_(std::exchange(other.timer_fd_, -1)) {}

Waker::~Waker() {
  if (event_fd_ >= 0) close(event_fd_);
  if (timer_fd_ >= 0) close(timer_fd_);
}

void Waker::wake() const {
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_fd_, &one, sizeof one);
  errno = saved;
}

void Waker::wait(std::chrono::milliseconds longest, const std::vector<int>& descriptors) const {
  set_timer(timer_fd_, longest);
  std::vector<pollfd> polled{{event_fd_, POLLIN, 0}, {timer_fd_, POLLIN, 0}};
  for (const int fd : descriptors) {
    if (fd >= 0) polled.push_back({fd, POLLIN, 0});
  }
  poll(polled.data(), polled.size(), -1);
  drain(event_fd_);
  drain(timer_fd_);
}

}  // namespace keytide
