// RawServer: a socket on loopback that follows a script, byte by byte: it can do what no real
// server would. Each accepted connection runs the next conversation of the script, in a thread of
// its own; the last one serves all that come after it. When a conversation returns, the server has
// closed that connection.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace keytide {

class RawConnection {
 public:
  RawConnection(int fd, std::function<void(const std::string&)> on_request)
      : fd_(fd), on_request_(std::move(on_request)) {}
  // Head and body (by Content-Length); empty when the peer has closed.
  std::string read_request();
  void send(const std::string& bytes);
  // 200 with that body and a Content-Length; `head` is more header lines, each ended by \r\n.
  void reply(const std::string& status_line, const std::string& body, const std::string& head = {});
  // Blocks until the peer closes.
  void wait_for_close();

 private:
  int fd_;
  std::function<void(const std::string&)> on_request_;
};

class RawServer {
 public:
  using Conversation = std::function<void(RawConnection&)>;

  explicit RawServer(std::vector<Conversation> script);
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer();

  std::string url(const std::string& path) const;
  int port() const { return port_; }
  // All requests that were read so far, in order.
  std::vector<std::string> requests() const;
  int connections() const;

 private:
  struct Peer {
    int fd;
    std::thread thread;
  };
  void serve();
  void talk(int fd, const Conversation& conversation);

  std::vector<Conversation> script_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // of the two below
  std::vector<Peer> peers_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// A port of loopback where nobody listens.
int closed_port();

}  // namespace keytide
