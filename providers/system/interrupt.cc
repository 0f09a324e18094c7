#include "providers/system/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/base/check.h"

namespace keytide {
namespace {

// What a signal handler may touch.
std::atomic<bool> caught{false};
std::atomic<const char*> first_word{nullptr};
std::array<int, 2> wake_pipe{-1, -1};
std::atomic<bool> reload_wanted{false};
std::atomic<int> reload_wake_fd{-1};
static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<const char*>::is_always_lock_free);

void on_signal(int number) {
  const int saved = errno;
  if (caught.exchange(true)) {
    signal(number, SIG_DFL);
    raise(number);  // delivered when this handler returns
  } else {
    const char* word = first_word.load();
    [[maybe_unused]] ssize_t written = 0;
    if (word != nullptr) written = write(STDERR_FILENO, word, strlen(word));
    const char byte = 1;
    written = write(wake_pipe[1], &byte, 1);
  }
  errno = saved;
}

void on_hangup(int /*number*/) {
  const int saved = errno;
  reload_wanted = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(reload_wake_fd, &one, sizeof one);
  errno = saved;
}

}  // namespace

void catch_interrupts(const char* word) {
  first_word = word;
  CHECK(wake_pipe[0] < 0, "interrupts are caught once per process");
  CHECK(pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0, "there is a pipe for signals");
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  // A terminal that goes away says SIGHUP.
  // Under nohup that is ignored already, and stays so.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(number, nullptr, &before);
    if (number == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(number, &action, nullptr);
  }
}

void catch_reloads(int wake_fd) {
  reload_wake_fd = wake_fd;
  struct sigaction action = {};
  action.sa_handler = on_hangup;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
}

bool take_reload_request() { return reload_wanted.exchange(false); }

void ignore_broken_pipes() { signal(SIGPIPE, SIG_IGN); }

bool interrupted() { return caught.load(); }

int interrupt_fd() { return wake_pipe[0]; }

}  // namespace keytide
