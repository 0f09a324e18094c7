#include "providers/atlas/simulator/request_log.h"

#include <utility>

namespace keytide::simulator {

void RequestLog::add(std::string_view operation, Entry entry) {
  constexpr std::size_t kMost = 10000;
  ++total_;
  const auto count = by_operation_.find(operation);
  if (count == by_operation_.end()) {
    by_operation_.emplace(operation, 1);
  } else {
    ++count->second;
  }
  entries_.push_back(std::move(entry));
  if (entries_.size() > kMost) entries_.pop_front();
}

void RequestLog::clear() { *this = RequestLog(); }

}  // namespace keytide::simulator
