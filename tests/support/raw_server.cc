#include "tests/support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace keytide {
namespace {

int bound_socket(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  void* raw = &address;
  if (fd < 0 || bind(fd, static_cast<sockaddr*>(raw), length) != 0 ||
      getsockname(fd, static_cast<sockaddr*>(raw), &length) != 0) {
    throw std::runtime_error("no socket on loopback");
  }
  port = ntohs(address.sin_port);
  return fd;
}

std::size_t body_length(const std::string& head) {
  static constexpr const char* kName = "\ncontent-length:";
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto at = lower.find(kName);
  return at == std::string::npos ? 0 : std::strtoul(lower.c_str() + at + 16, nullptr, 10);
}

}  // namespace

std::string RawConnection::read_request() {
  std::string seen;
  std::size_t wanted = std::string::npos;
  while (wanted == std::string::npos || seen.size() < wanted) {
    char buffer[4096];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    seen.append(buffer, static_cast<std::size_t>(got));
    const auto end = seen.find("\r\n\r\n");
    if (end != std::string::npos) wanted = end + 4 + body_length(seen.substr(0, end + 2));
  }
  on_request_(seen);
  return seen;
}

void RawConnection::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

void RawConnection::reply(const std::string& status_line, const std::string& body,
                          const std::string& head) {
  send("HTTP/1.1 " + status_line + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
       head + "\r\n" + body);
}

void RawConnection::wait_for_close() {
  char buffer[4096];
  while (recv(fd_, buffer, sizeof buffer, 0) > 0) {
  }
}

RawServer::RawServer(std::vector<Conversation> script) : script_(std::move(script)) {
  listener_ = bound_socket(port_);
  if (listen(listener_, 16) != 0) throw std::runtime_error("can't listen on loopback");
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  // Descriptors stay open until here, so that none is shut down that belongs to somebody else.
  for (Peer& peer : peers_) shutdown(peer.fd, SHUT_RDWR);
  for (Peer& peer : peers_) {
    peer.thread.join();
    close(peer.fd);
  }
  close(listener_);
}

void RawServer::serve() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    const Conversation& next = script_[std::min(peers_.size(), script_.size() - 1)];
    peers_.push_back({fd, std::thread([this, fd, &next] { talk(fd, next); })});
  }
}

void RawServer::talk(int fd, const Conversation& conversation) {
  RawConnection connection(fd, [this](const std::string& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  });
  conversation(connection);
  shutdown(fd, SHUT_RDWR);
}

int RawServer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(peers_.size());
}

std::string RawServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<std::string> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int closed_port() {
  int port = 0;
  close(bound_socket(port));
  return port;
}

}  // namespace keytide
