#include "cmd/keytide/daemon/agenda.h"

#include <algorithm>

namespace keytide {

void Agenda::scanned(Instant now, Seconds interval) {
  next_scan_ = now + interval;
  moments_.clear();
}

void Agenda::set(const Address& address, std::optional<Instant> moment) {
  if (moment) {
    moments_[address] = *moment;
  } else {
    moments_.erase(address);
  }
}

std::optional<Agenda::Work> Agenda::due(Instant now) const {
  if (!next_scan_ || *next_scan_ <= now) return Work{true, {}};
  Work work;
  for (const auto& [address, moment] : moments_) {
    if (moment <= now) work.entries.insert(address);
  }
  return work.entries.empty() ? std::nullopt : std::optional(std::move(work));
}

std::optional<Instant> Agenda::next() const {
  if (!next_scan_) return std::nullopt;
  Instant first = *next_scan_;
  for (const auto& [address, moment] : moments_) first = std::min(first, moment);
  return first;
}

}  // namespace keytide
