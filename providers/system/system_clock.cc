#include "providers/system/system_clock.h"

#include <poll.h>
#include <time.h>

#include <algorithm>

#include "core/base/check.h"
#include "providers/system/interrupt.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// poll() does not count a suspend: it waits in slices, so that a sleep that should have ended while
// the machine was suspended ends at most this long after it woke.
constexpr milliseconds kSlice{10000};

timespec read_clock(clockid_t which) {
  timespec time{};
  CHECK(clock_gettime(which, &time) == 0, "the system has the clock");
  return time;
}

// Until the length is over, or `wake_fd` is readable; -1: never.
void sleep_until_woken(Clock& clock, milliseconds length, int wake_fd) {
  const milliseconds end = clock.since_boot() + length;
  for (milliseconds left = length; left.count() > 0; left = end - clock.since_boot()) {
    pollfd wake{wake_fd, POLLIN, 0};
    const auto slice = static_cast<int>(std::min(left, kSlice).count());
    if (poll(&wake, 1, slice) > 0) return;  // a signal alone is -1, EINTR: sleep on
  }
}

}  // namespace

Instant SystemClock::now() { return Instant{Seconds{read_clock(CLOCK_REALTIME).tv_sec}}; }

milliseconds SystemClock::since_boot() {
  const timespec time = read_clock(CLOCK_BOOTTIME);
  return milliseconds{std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1000000};
}

void SystemClock::sleep(milliseconds length) { sleep_until_woken(*this, length, -1); }

void InterruptibleClock::sleep(milliseconds length) {
  sleep_until_woken(*this, length, interrupt_fd());
}

}  // namespace keytide
