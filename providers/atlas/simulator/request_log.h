// What was asked of the simulator: counts by operation, and the last requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "core/base/instant.h"

namespace keytide::simulator {

class RequestLog {
 public:
  struct Entry {
    std::string method;
    std::string path;  // with its query
    int status = 0;    // 0: closed without a reply
    Instant at;
  };

  void add(std::string_view operation, Entry entry);
  void clear();
  std::uint64_t total() const { return total_; }
  const std::map<std::string, std::uint64_t, std::less<>>& by_operation() const {
    return by_operation_;
  }
  // The last 10,000, oldest first.
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::uint64_t total_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_operation_;
  std::deque<Entry> entries_;
};

}  // namespace keytide::simulator
