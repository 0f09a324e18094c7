#include "state/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "core/base/duration.h"
#include "state/sqlite_file.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{250};
constexpr std::size_t kBytesMax = 4096;

std::string lock_path(const std::string& store_path) { return store_path + ".lock"; }

// A line's value stays on its line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string encode(const LockHolder& holder) {
  return fmt::format("who: {}\npid: {}\nfor: {}\nsince: {}\n", one_line(holder.who), holder.pid,
                     one_line(holder.purpose), format_instant(holder.since));
}

std::optional<std::string> line_of(std::string_view text, std::string_view key) {
  std::size_t begin = text.find(key);
  while (begin != std::string_view::npos && begin > 0 && text[begin - 1] != '\n') {
    begin = text.find(key, begin + 1);
  }
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find('\n', begin);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(begin + key.size(), end - begin - key.size()));
}

// Lines of a holder that is just writing them may be cut off: then nobody is known.
std::optional<LockHolder> decode(std::string_view text) {
  const auto who = line_of(text, "who: ");
  const auto pid = line_of(text, "pid: ");
  const auto purpose = line_of(text, "for: ");
  const auto since = line_of(text, "since: ");
  if (!who || !pid || !purpose || !since) return std::nullopt;
  LockHolder holder{*who, *purpose, 0, {}};
  std::from_chars(pid->data(), pid->data() + pid->size(), holder.pid);
  const auto at = parse_instant(*since);
  if (!at) return std::nullopt;
  holder.since = *at;
  return holder;
}

std::optional<LockHolder> read_holder(int fd) {
  std::array<char, kBytesMax> buffer{};
  const ssize_t count = pread(fd, buffer.data(), buffer.size(), 0);
  if (count <= 0) return std::nullopt;
  return decode({buffer.data(), static_cast<std::size_t>(count)});
}

// Only for people: a failure to write it does not make the lock less of one.
void write_holder(int fd, const LockHolder& holder) {
  const std::string text = encode(holder);
  [[maybe_unused]] const bool done =
      ftruncate(fd, 0) == 0 && pwrite(fd, text.data(), text.size(), 0) >= 0;
}

void clear_holder(int fd) { [[maybe_unused]] const int done = ftruncate(fd, 0); }

// Closes itself unless it was handed on; the lock goes with it.
class LockFile {
 public:
  explicit LockFile(int fd) : fd_(fd) {}
  LockFile(LockFile&& other) noexcept : fd_(other.hand_on()) {}
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int hand_on() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<LockFile> open_lock_file(const std::string& path, int flags) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (fd < 0) return fail(state_file_error("open the lock", path, errno));
  return LockFile(fd);
}

// True: it is ours now.
Result<bool> try_lock(int fd, const std::string& path) {
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return fail(state_file_error("lock", path, errno));
  }
  return true;
}

std::string holder_text(const std::optional<LockHolder>& holder) {
  return holder ? describe(*holder) : "another process";
}

tl::unexpected<Error> busy(const std::string& store_path, int fd, Seconds waited) {
  const std::string after =
      waited.count() > 0 ? fmt::format(" still, after {},", format_duration(waited)) : "";
  return fail(ErrorKind::conflict,
              fmt::format("the state store {} is{} locked by {}: wait for it to end (with "
                          "-lock-timeout=5m this command waits), or stop that process; the lock "
                          "goes with it",
                          store_path, after, holder_text(read_holder(fd))));
}

}  // namespace

std::string describe(const LockHolder& holder) {
  return fmt::format("{} (process {}) for {}, since {}", holder.who, holder.pid, holder.purpose,
                     format_instant(holder.since));
}

Result<StoreLock> StoreLock::acquire(const std::string& store_path, LockHolder me, Seconds timeout,
                                     Clock& clock) {
  const std::string path = lock_path(store_path);
  auto file = open_lock_file(path, O_CREAT);
  if (!file) return fail(std::move(file.error()));
  const milliseconds until = clock.since_boot() + timeout;
  while (true) {
    const auto locked = try_lock(file->get(), path);
    if (!locked) return fail(locked.error());
    if (*locked) break;
    const milliseconds left = until - clock.since_boot();
    if (left.count() <= 0) return busy(store_path, file->get(), timeout);
    clock.sleep(std::min(left, kPause));
  }
  auto left_behind = read_holder(file->get());
  me.pid = getpid();
  me.since = clock.now();
  write_holder(file->get(), me);
  return StoreLock(file->hand_on(), std::move(left_behind));
}

StoreLock::StoreLock(StoreLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), left_behind_(std::move(other.left_behind_)) {}

StoreLock& StoreLock::operator=(StoreLock&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::exchange(other.fd_, -1);
    left_behind_ = std::move(other.left_behind_);
  }
  return *this;
}

StoreLock::~StoreLock() { release(); }

void StoreLock::release() {
  if (fd_ < 0) return;
  clear_holder(fd_);
  close(std::exchange(fd_, -1));
}

Result<std::optional<LockHolder>> clear_dead_lock(const std::string& store_path) {
  const std::string path = lock_path(store_path);
  auto file = open_lock_file(path, 0);
  if (!file && file.error().kind == ErrorKind::not_found) return std::optional<LockHolder>();
  if (!file) return fail(std::move(file.error()));
  const auto locked = try_lock(file->get(), path);
  if (!locked) return fail(locked.error());
  std::optional<LockHolder> holder = read_holder(file->get());
  if (*locked) {
    clear_holder(file->get());
    return holder;
  }
  const std::string way_out =
      holder ? fmt::format("`kill {}`", holder->pid) : fmt::format("`fuser {}` names it", path);
  return fail(ErrorKind::refused,
              fmt::format("the state store {} is locked by {}, which is alive: end that process "
                          "first ({}); force-unlock clears only what a dead one left",
                          store_path, holder_text(holder), way_out));
}

}  // namespace keytide
