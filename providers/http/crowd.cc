#include "providers/http/crowd.h"

#include <sys/socket.h>

namespace keytide {

void Crowd::joined(const void* connection, int socket) {
  if (most_ == 0) return;
  const std::lock_guard lock(mutex_);
  const std::uint64_t turn = next_turn_++;
  members_[connection] = {turn, socket};
  by_turn_[turn] = connection;
  while (by_turn_.size() > most_) shut_oldest();
}

void Crowd::served(const void* connection) {
  if (most_ == 0) return;
  const std::lock_guard lock(mutex_);
  const auto at = members_.find(connection);
  if (at == members_.end() || by_turn_.erase(at->second.turn) == 0) return;
  at->second.turn = next_turn_++;
  by_turn_[at->second.turn] = connection;
}

void Crowd::closed(const void* connection) {
  if (most_ == 0) return;
  const std::lock_guard lock(mutex_);
  const auto at = members_.find(connection);
  if (at == members_.end()) return;
  by_turn_.erase(at->second.turn);
  members_.erase(at);
}

void Crowd::shut_oldest() {
  const auto oldest = by_turn_.begin();
  shutdown(members_.at(oldest->second).socket, SHUT_RDWR);
  by_turn_.erase(oldest);
}

}  // namespace keytide
