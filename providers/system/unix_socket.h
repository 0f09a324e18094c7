// Sockets in the file system: text lines between processes of one host. The file's mode (0600) and
// the peer's user say who may speak. Threads: one a connection for sending and one for receiving.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace keytide {

class UnixStream {
 public:
  explicit UnixStream(int fd) : fd_(fd) {}
  UnixStream(const UnixStream&) = delete;
  UnixStream& operator=(const UnixStream&) = delete;
  ~UnixStream();

  // Errors: not_found (nobody listens there), denied, io.
  static Result<std::unique_ptr<UnixStream>> connect(const std::string& path);

  // A line, without its newline. A peer that does not read for 10 s counts as gone. Errors:
  // unavailable (the peer is gone).
  Result<void> send(std::string_view line);
  // Absent: nothing came in time. Errors: unavailable (the peer is gone), invalid (a line over
  // 64 MiB).
  Result<std::optional<std::string>> receive(std::chrono::milliseconds longest);
  // Whether the peer runs as this process's user or as root.
  bool is_trusted() const;
  int fd() const { return fd_; }

 private:
  std::optional<std::string> take_line();

  const int fd_;
  std::mutex sending_;
  std::string received_;
};

class UnixListener {
 public:
  // Replaces a socket that nobody listens on any more. Errors: conflict (somebody does), refused
  // (the path is something else), invalid (too long), denied, io; each with a way out.
  static Result<std::unique_ptr<UnixListener>> listen(const std::string& path);
  // Whether that would do, as far as can be told without making anything. Errors: the same, and
  // not_found (no such folder).
  static Result<void> check(const std::string& path);
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;
  ~UnixListener();  // removes the socket

  // Readable when somebody waits.
  int fd() const { return fd_; }
  // nullptr: nobody waits any more. Does not block.
  std::unique_ptr<UnixStream> accept() const;

 private:
  UnixListener(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  const int fd_;
  const std::string path_;
};

}  // namespace keytide
