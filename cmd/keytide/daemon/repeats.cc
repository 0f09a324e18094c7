#include "cmd/keytide/daemon/repeats.h"

namespace keytide {
namespace {

constexpr std::chrono::milliseconds kOnceIn = std::chrono::hours(24);

}  // namespace

bool Repeats::is_news(const std::string& text, std::chrono::milliseconds now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(written_at_, [&](const auto& one) { return now - one.second >= kOnceIn; });
  return written_at_.emplace(text, now).second;
}

}  // namespace keytide
