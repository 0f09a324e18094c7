// Repeats: what the service has warned of lately. What lasts, a disk that is full above all, is met
// by every pass, and is written once a day. Threads: any.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace keytide {

class Repeats {
 public:
  // Whether that was not written within the last day; from now on it was. `now` is since boot.
  bool is_news(const std::string& text, std::chrono::milliseconds now);

 private:
  std::mutex mutex_;
  std::map<std::string, std::chrono::milliseconds> written_at_;
};

}  // namespace keytide
