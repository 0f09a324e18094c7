#include "cmd/keytide/daemon/agenda.h"

#include <algorithm>

namespace keytide {

void Agenda::scanned(Instant now, Seconds interval) {
  next_scan_ = now + interval;
  interval_ = interval;
  moments_.clear();
}

void Agenda::set(const AccountKey& key, const Address& address, std::optional<Instant> moment) {
  if (moment) {
    moments_[key] = {address, *moment};
  } else {
    moments_.erase(key);
  }
}

std::optional<Agenda::Work> Agenda::due(Instant now) const {
  // A clock that was wrong and was put right must not silence the scope.
  const bool is_time = !next_scan_ || *next_scan_ <= now || *next_scan_ > now + interval_;
  if (is_time) return Work{true, {}};
  Work work;
  for (const auto& [key, moment] : moments_) {
    if (moment.at <= now) work.entries.insert(moment.address);
  }
  return work.entries.empty() ? std::nullopt : std::optional(std::move(work));
}

std::optional<Instant> Agenda::next() const {
  if (!next_scan_) return std::nullopt;
  Instant first = *next_scan_;
  for (const auto& [key, moment] : moments_) first = std::min(first, moment.at);
  return first;
}

}  // namespace keytide
