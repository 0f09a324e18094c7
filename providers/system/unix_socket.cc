#include "providers/system/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "providers/system/os_error.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLineMax = std::size_t{64} << 20;
constexpr int kSendTimeout = 10'000;  // ms
constexpr int kBacklog = 16;

struct SocketAddress {
  sockaddr_un value = {};
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
};

Result<SocketAddress> address_of(const std::string& path) {
  SocketAddress address;
  if (path.empty() || path.size() >= sizeof address.value.sun_path) {
    return fail(ErrorKind::invalid,
                fmt::format("the path of the control socket is longer than {} bytes: {}; name a "
                            "shorter one with listen.control",
                            sizeof address.value.sun_path - 1, path));
  }
  address.value.sun_family = AF_UNIX;
  std::memcpy(address.value.sun_path, path.data(), path.size());
  return address;
}

int make_socket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

bool wait_for(int fd, short what, milliseconds longest) {
  pollfd polled{fd, what, 0};
  return poll(&polled, 1, static_cast<int>(longest.count())) > 0;
}

enum class Standing { nothing, dead_socket };

// What stands at the path of a socket that is to be made. Errors: what must not be replaced.
Result<Standing> look_at_path(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return Standing::nothing;
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorKind::refused,
                fmt::format("{} is there and is no socket: move it away, or name another path with "
                            "listen.control",
                            path));
  }
  if (UnixStream::connect(path)) {
    return fail(ErrorKind::conflict,
                fmt::format("another service listens on {}: stop that one, or name another path "
                            "with listen.control",
                            path));
  }
  return Standing::dead_socket;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

UnixStream::~UnixStream() { close(fd_); }

Result<std::unique_ptr<UnixStream>> UnixStream::connect(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return fail(address.error());
  auto stream = std::make_unique<UnixStream>(make_socket());
  if (stream->fd() < 0) return fail(os_error("make", "a socket", errno));
  if (::connect(stream->fd(), address->get(), sizeof address->value) == 0) return stream;
  if (errno == ENOENT || errno == ECONNREFUSED) {
    return fail(ErrorKind::not_found, fmt::format("nobody listens on {}", path));
  }
  return fail(os_error("connect to", path, errno));
}

Result<void> UnixStream::send(std::string_view line) {
  const std::lock_guard lock(sending_);
  std::string bytes(line);
  bytes += '\n';
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t sent = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR &&
               (errno != EAGAIN || !wait_for(fd_, POLLOUT, milliseconds(kSendTimeout)))) {
      // Half a line must not be followed by another.
      shutdown(fd_, SHUT_RDWR);
      return fail(ErrorKind::unavailable, "the other side is gone");
    }
  }
  return {};
}

std::optional<std::string> UnixStream::take_line() {
  const auto end = received_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

Result<std::optional<std::string>> UnixStream::receive(milliseconds longest) {
  using std::chrono::steady_clock;
  const auto give_up = steady_clock::now() + longest;
  for (;;) {
    if (auto line = take_line()) return line;
    if (received_.size() > kLineMax) return fail(ErrorKind::invalid, "a line that never ends");
    const auto left = std::chrono::ceil<milliseconds>(give_up - steady_clock::now());
    if (!wait_for(fd_, POLLIN, std::max(left, milliseconds(0)))) {
      return std::optional<std::string>();
    }
    std::array<char, 65536> chunk{};
    const ssize_t count = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (count > 0) {
      received_.append(chunk.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      return fail(ErrorKind::unavailable, "the other side is gone");
    }
  }
}

bool UnixStream::is_trusted() const {
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

Result<std::unique_ptr<UnixListener>> UnixListener::listen(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return fail(address.error());
  const auto standing = look_at_path(path);
  if (!standing) return fail(standing.error());
  if (*standing == Standing::dead_socket) unlink(path.c_str());
  const int fd = make_socket();
  if (fd < 0) return fail(os_error("make", "a socket", errno));
  // The file is never there with more than its mode, not even for a moment.
  const mode_t before = umask(0177);
  const bool is_bound = bind(fd, address->get(), sizeof address->value) == 0;
  const int problem = errno;
  umask(before);
  if (is_bound && ::listen(fd, kBacklog) == 0) {
    return std::unique_ptr<UnixListener>(new UnixListener(fd, path));
  }
  close(fd);
  return fail(os_error("listen on", path, problem));
}

Result<void> UnixListener::check(const std::string& path) {
  if (const auto address = address_of(path); !address) return fail(address.error());
  if (const auto standing = look_at_path(path); !standing) return fail(standing.error());
  const std::string folder = folder_of(path);
  if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return fail(os_error("make a socket in", folder, errno));
}

UnixListener::~UnixListener() {
  close(fd_);
  unlink(path_.c_str());
}

std::unique_ptr<UnixStream> UnixListener::accept() const {
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return fd < 0 ? nullptr : std::make_unique<UnixStream>(fd);
}

}  // namespace keytide
