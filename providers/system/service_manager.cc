#include "providers/system/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>

namespace keytide {
namespace {

std::optional<std::chrono::milliseconds> parse_usec(std::string_view text) {
  std::uint64_t usec = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), usec);
  if (problem != std::errc() || end != text.data() + text.size() || usec == 0) return std::nullopt;
  return std::chrono::milliseconds(usec / 1000);
}

}  // namespace

ServiceManager::ServiceManager(std::string socket, std::string_view watchdog_usec)
    : socket_(std::move(socket)), watchdog_(parse_usec(watchdog_usec)) {
  if (socket_.empty()) watchdog_.reset();
}

void ServiceManager::status(std::string_view text) const {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  send("STATUS=" + line);
}

void ServiceManager::send(std::string_view message) const {
  sockaddr_un address = {};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  // A name that begins with @ is in the abstract namespace.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address), length);
  close(fd);
}

}  // namespace keytide
