#include "core/model/back_off.h"

#include <algorithm>
#include <array>

namespace keytide {
namespace {

using std::chrono::minutes;

constexpr Seconds kLeast = minutes(1);
constexpr Seconds kMost = std::chrono::hours(6);
constexpr std::array<Seconds, 7> kFirst{minutes(1),  minutes(2),  minutes(5), minutes(10),
                                        minutes(20), minutes(30), minutes(60)};

}  // namespace

Seconds pause_after(int failures, std::optional<Seconds> left) {
  const auto step = static_cast<std::size_t>(std::max(failures, 1) - 1);
  if (step < kFirst.size()) return kFirst[step];
  return left ? std::clamp(*left / 10, kLeast, kMost) : kFirst.back();
}

Instant next_try_at(const Failures& failures, const std::optional<Deadline>& deadline) {
  const Instant failed = failures.last_at;
  if (!deadline) return failed + pause_after(failures.count, std::nullopt);
  const Instant rested = failed + pause_after(failures.count, deadline->at - failed);
  const Instant near_at = deadline->at - deadline->near_within;
  return std::min(rested, std::max(near_at, failed + kLeast));
}

}  // namespace keytide
