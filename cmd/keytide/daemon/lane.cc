#include "cmd/keytide/daemon/lane.h"

#include <algorithm>
#include <utility>

#include "core/base/fingerprint.h"

namespace keytide {
namespace {

// What was worked on and is not done yet is not tried again before that.
constexpr Seconds kLeastPause{60};
constexpr Seconds kSecondLook{10};
// An entry that expires within so long makes its scope's pauses short.
constexpr Seconds kUrgent{std::chrono::hours(1)};

// A fleet's looks are spread, and stay so.
Seconds spread(const Scope& scope, Seconds interval) {
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(1, interval.count() / 10));
  return interval - Seconds(static_cast<std::int64_t>(stable_hash(describe(scope)) % most));
}

}  // namespace

Lane::Lane(Scope scope, Seconds interval)
    : scope_(std::move(scope)),
      interval_(spread(scope_, interval)),
      desired_(std::make_shared<DesiredState>()) {
  health_.scope = scope_;
}

void Lane::set_desired(std::shared_ptr<const DesiredState> desired) {
  desired_ = std::move(desired);
  want_scan();
}

void Lane::want_scan() {
  agenda_.want_scan();
  is_outrun_ = is_running_;
}

void Lane::hurry() {
  want_scan();
  breaker_.hurry();
}

std::optional<Agenda::Work> Lane::due(Instant now) const {
  if (is_running_ || !breaker_.lets_through(now)) return std::nullopt;
  // After failures a look at the whole scope tells whether it is back.
  if (is_failing()) return Agenda::Work{true, {}};
  return agenda_.due(now);
}

std::optional<Instant> Lane::next() const {
  if (is_running_) return Instant::max();
  if (is_failing()) return breaker_.next_try();
  return agenda_.next();
}

void Lane::finish(const Agenda::Work& work, const PassResult& result) {
  is_running_ = false;
  const bool counts = !std::exchange(is_outrun_, false);
  if (!result.error) forget_all_but(work, result);
  if (work.whole && counts && !result.error) agenda_.scanned(result.now, interval_);
  for (const EntryLook& look : result.looks) take(look, result);
  if (result.budget) health_.calls_left = result.budget->left;
  if (result.error) {
    health_.error = result.error->text();
    breaker_.failed(result.now, is_urgent(result.now));
    // It began before what the wanted look is about.
    if (!counts) breaker_.hurry();
    return;
  }
  health_.error.clear();
  breaker_.succeeded();
  if (work.whole) health_.scanned_at = result.now;
}

// Of what the pass was about: accounts that are neither wanted nor recorded any more.
void Lane::forget_all_but(const Agenda::Work& work, const PassResult& result) {
  std::erase_if(entries_, [&](const auto& entry) {
    const auto& [key, health] = entry;
    if (!work.whole && !work.entries.contains(health.address)) return false;
    const bool is_there = std::any_of(result.looks.begin(), result.looks.end(),
                                      [&](const EntryLook& look) { return look.row.key == key; });
    if (!is_there) agenda_.set(key, health.address, std::nullopt);
    return !is_there;
  });
}

void Lane::take(const EntryLook& look, const PassResult& result) {
  const auto before = entries_.find(look.row.key);
  EntryHealth health =
      health_of(look.row, result.now, before == entries_.end() ? nullptr : &before->second);
  health.held_by_store = result.store_restored && health.phase == Phase::blocked;
  entries_[look.row.key] = std::move(health);
  std::optional<Instant> moment = look.row.next_moment;
  if (look.was_worked_on) {
    // What was done is looked at once more: its row is of the records alone.
    moment = result.now + (look.row.planned.empty() ? kSecondLook : kLeastPause);
  }
  agenda_.set(look.row.key, look.row.address, moment);
}

bool Lane::is_urgent(Instant now) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& one) {
    const auto& expires_at = one.second.expires_at;
    return expires_at && *expires_at > now && *expires_at - now < kUrgent;
  });
}

bool Lane::is_over() const {
  return !is_running_ && !is_failing() && desired_->secrets.empty() && was_scanned() &&
         entries_.empty();
}

ScopeHealth Lane::health() const {
  ScopeHealth out = health_;
  out.failed_scans = breaker_.failures();
  out.next_try_at = breaker_.next_try();
  return out;
}

}  // namespace keytide
