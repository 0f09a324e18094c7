// Crowd: the open connections of a server, and which of them has to go when there are too many: the
// one that has waited longest for its request, be it silent or slow. So a new caller is always
// let in, however many others hold a connection and say nothing.
//
// Threads: any, at once. Does not block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace keytide {

class Crowd {
 public:
  // At most so many connections; 0: any number.
  explicit Crowd(std::size_t most) : most_(most) {}

  // Opened, or at the end of a request: a connection is from then on the youngest. `socket` is
  // open until closed(). Shuts down those that are too many: their server reads the end of the
  // stream, and closes them.
  void joined(const void* connection, int socket);
  void served(const void* connection);
  void closed(const void* connection);

 private:
  struct Member {
    std::uint64_t turn = 0;
    int socket = -1;
  };
  void shut_oldest();

  const std::size_t most_;
  std::mutex mutex_;  // of all below
  std::uint64_t next_turn_ = 0;
  std::map<const void*, Member> members_;
  std::map<std::uint64_t, const void*> by_turn_;  // without those that were shut down
};

}  // namespace keytide
