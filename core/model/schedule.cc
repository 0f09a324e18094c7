#include "core/model/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/base/fingerprint.h"

namespace keytide {
namespace {

using std::chrono::hours;

constexpr Seconds kDay = hours(24);
constexpr int kLeastTaggedHours = 9;

std::uint64_t draw(std::string_view what, std::string_view lineage, const AccountKey& key,
                   std::int64_t number) {
  return stable_hash(
      fmt::format("{}\n{}\n{}\n{}\n{}", what, lineage, key.scope.id, key.client_id.str(), number));
}

Seconds whole_hours(Seconds length) { return std::chrono::floor<hours>(length); }

}  // namespace

Windows windows_of(Seconds life, std::optional<Seconds> renew_before,
                   std::optional<Seconds> overlap) {
  const Seconds usual = life <= 10 * kDay ? life / 2 : life / 3;
  return {renew_before.value_or(usual),
          std::min(overlap.value_or(std::min(kDay, life / 4)), 7 * kDay)};
}

int tag_limit_hours(Seconds lifetime) {
  const auto all = static_cast<int>(whole_hours(lifetime) / hours(1));
  const int wanted = std::min(std::max(2, all / 20), 168);
  return std::max(0, std::min(wanted, all - kLeastTaggedHours));
}

int asked_hours(Seconds lifetime, std::string_view lineage, const AccountKey& key,
                std::int64_t attempt) {
  const auto all = static_cast<int>(whole_hours(lifetime) / hours(1));
  const int limit = tag_limit_hours(lifetime);
  if (limit == 0) return all;
  const std::uint64_t drawn = draw("tag", lineage, key, attempt);
  return all - 1 - static_cast<int>(drawn % static_cast<std::uint64_t>(limit));
}

Seconds jitter_limit(Seconds life) { return std::min(life / 5, 3 * kDay); }

Seconds jitter_of(Seconds life, std::string_view lineage, const AccountKey& key,
                  std::int64_t generation) {
  const auto limit = static_cast<std::uint64_t>(jitter_limit(life).count());
  if (limit == 0) return Seconds(0);
  const std::uint64_t drawn = draw("jitter", lineage, key, generation);
  return Seconds(static_cast<std::int64_t>(drawn % limit));
}

Instant renew_at(Instant expires_at, Seconds renew_before, Seconds jitter) {
  return expires_at - renew_before - jitter;
}

Seconds chain_time_of(const std::vector<Seconds>& last) {
  Seconds slowest = std::chrono::minutes(2);
  for (const Seconds one : last) slowest = std::max(slowest, one);
  return slowest;
}

Seconds deadline_window(Seconds life, Seconds chain_time) {
  const Seconds counted = std::min(life, 7 * kDay);
  return std::max(std::min(3 * chain_time, counted / 4), counted / 20);
}

bool is_deadline_near(Instant expires_at, Seconds life, Seconds chain_time, Instant now) {
  return expires_at - now < deadline_window(life, chain_time);
}

Instant sent_by(Instant intent_at, const IssuerLimits& limits) {
  return intent_at + kSendWithin + limits.create_time_limit;
}

Seconds settle_time(Instant sent_by, std::optional<Instant> current_expires_at,
                    const IssuerLimits& limits) {
  const Seconds least = std::max<Seconds>(2 * limits.create_time_limit, std::chrono::minutes(15));
  if (!current_expires_at) return least;
  const Seconds wanted = (*current_expires_at - sent_by) / 8;
  return std::clamp<Seconds>(wanted, least, std::max<Seconds>(least, hours(1)));
}

std::optional<LifeProblem> find_life_problem(Seconds lifetime, std::optional<Seconds> renew_before,
                                             std::optional<Seconds> overlap,
                                             const IssuerLimits& limits) {
  const Seconds life = lifetime - hours(tag_limit_hours(lifetime));
  const Windows windows = windows_of(life, renew_before, overlap);
  const Seconds jitter = jitter_limit(life);
  const Seconds most = whole_hours(life * 7 / 10 - jitter);
  if (windows.renew_before + jitter > life * 7 / 10) {
    return LifeProblem{
        "renew_before",
        fmt::format("renew_before {} with its jitter of up to {} is over 70 % of a "
                    "life of {}: it could renew in a loop",
                    format_duration(windows.renew_before), format_coarse(jitter),
                    format_duration(life)),
        fmt::format("write at most {}, or a longer lifetime", format_duration(most))};
  }
  if (overlap && *overlap > limits.cut) {
    return LifeProblem{
        "overlap",
        fmt::format("overlap {} is longer than {}: a create cuts the old secret to that",
                    format_duration(*overlap), format_duration(limits.cut)),
        fmt::format("write at most {}", format_duration(limits.cut))};
  }
  const Seconds next_renewal = life - windows.renew_before - jitter;
  if (windows.overlap >= next_renewal) {
    return LifeProblem{"overlap",
                       fmt::format("overlap {} reaches the next renewal, which can come {} after "
                                   "the switch",
                                   format_duration(windows.overlap), format_coarse(next_renewal)),
                       "write a shorter overlap, a shorter renew_before or a longer lifetime"};
  }
  return std::nullopt;
}

}  // namespace keytide
