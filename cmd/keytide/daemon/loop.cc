#include "cmd/keytide/daemon/loop.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cmd/keytide/daemon/chronicle.h"
#include "core/base/check.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// A loop that is well comes back within this, whatever it waits for: it is how others tell.
constexpr milliseconds kTick = std::chrono::minutes(1);
// Whoever changes one file often changes more, and is not done with the first.
constexpr milliseconds kQuiet{300};
// Passes at once. More would not be faster, for accounts are worked on side by side within each.
constexpr int kLanesAtOnce = 4;

std::map<Scope, std::shared_ptr<DesiredState>> by_scope(DesiredState desired) {
  std::map<Scope, std::shared_ptr<DesiredState>> parts;
  for (DesiredSecret& secret : desired.secrets) {
    auto& part = parts[secret.account.scope];
    if (!part) part = std::make_shared<DesiredState>();
    part->secrets.push_back(std::move(secret));
  }
  return parts;
}

// Sorted by address. One that moved to another account has two records under it for a while: the
// managed one is shown.
void take_one_each(std::vector<EntryHealth>& entries) {
  const auto place = [](const EntryHealth& one) {
    return std::tuple(one.address, one.phase == Phase::unmanaged);
  };
  std::sort(entries.begin(), entries.end(),
            [&](const EntryHealth& a, const EntryHealth& b) { return place(a) < place(b); });
  const auto is_same = [](const EntryHealth& a, const EntryHealth& b) {
    return a.address == b.address;
  };
  entries.erase(std::unique(entries.begin(), entries.end(), is_same), entries.end());
}

}  // namespace

Loop::Loop(LoopPorts ports, LoopOptions options)
    : ports_(std::move(ports)), options_(options), started_at_(ports_.host_now()) {}

void Loop::step() {
  take_messages();
  if (!stopping_) {
    look_at_manifests();
    run_alone();
    start_passes();
  } else {
    for (const Command& command : std::exchange(alone_, {})) command.run(false);
  }
  if (is_changed_) publish();
}

milliseconds Loop::next() {
  {
    const std::lock_guard lock(mutex_);
    if (!messages_.empty()) return milliseconds(0);
  }
  if (stopping_) return kTick;
  milliseconds wait = kTick;
  if (may_read()) {
    const bool is_time = next_reading() != Reading::changed;
    wait = std::min(wait, is_time ? milliseconds(0) : look_at_ - ports_.since_boot());
  }
  const Instant now = ports_.now();
  for (const auto& [scope, lane] : lanes_) {
    if (!may_start(lane)) continue;
    const auto at = lane.next();
    wait = std::min<milliseconds>(wait, at ? *at - now : Seconds(0));
  }
  return std::max(wait, milliseconds(0));
}

std::int64_t Loop::request_reload() {
  const std::int64_t number = ++reload_number_;
  post([this, number] {
    reloads_wanted_ = number;
    wants_read_ = true;
    for (auto& [scope, lane] : lanes_) lane.hurry();
  });
  return number;
}

void Loop::hint_change() {
  post([this] {
    look_at_ = std::min(look_at_, ports_.since_boot() + kQuiet);
    was_hinted_ = is_reading_;
  });
}

void Loop::request_stop() {
  stopping_ = true;
  post([this] { is_changed_ = true; });
}

void Loop::request_alone(std::function<void(bool)> command, bool changes) {
  has_waiting_command_ = true;
  post([this, changes, command = std::move(command)] { alone_.push_back({command, changes}); });
}

void Loop::post(std::function<void()> message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  ports_.wake();
}

void Loop::take_messages() {
  std::vector<std::function<void()>> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(messages_);
  }
  for (const auto& message : messages) message();
}

bool Loop::may_read() const { return !is_reading_ && !runs_alone_ && alone_.empty(); }

bool Loop::may_start(const Lane& lane) const {
  // Scopes that time out may not hold all places.
  const int failing_at_once = std::max(1, lanes_at_once() / 2);
  return has_desired_ && !must_read_first_ && !runs_alone_ && alone_.empty() &&
         !lane.is_running() && running_ < lanes_at_once() &&
         (!lane.is_failing() || running_failing_ < failing_at_once);
}

// What passes wait for comes first: a repository that does not answer must not hold them up.
Reading Loop::next_reading() const {
  if (must_read_first_) return Reading::on_disk;
  return wants_read_ ? Reading::all : Reading::changed;
}

void Loop::look_at_manifests() {
  const Reading reading = next_reading();
  const bool is_time = reading != Reading::changed || ports_.since_boot() >= look_at_;
  if (!may_read() || !is_time) return;
  is_reading_ = true;
  if (reading != Reading::on_disk) {
    reloads_read_for_ = reloads_wanted_;
    wants_read_ = false;
  }
  ++jobs_;
  ports_.start(
      [this, reading] { post([this, look = ports_.feed.look(reading)] { take_look(look); }); });
}

void Loop::take_look(FeedLook look) {
  --jobs_;
  is_reading_ = false;
  is_changed_ = true;
  reloads_done_ = reloads_read_for_;
  must_read_first_ = false;
  look_at_ = ports_.since_boot() +
             (std::exchange(was_hinted_, false) ? kQuiet : milliseconds(look.next_in));
  store_restored_ = look.store_restored;
  sources_ = std::move(look.sources);
  if (look.accepted || look.rejected) was_rejected_ = look.rejected;
  if (look.accepted) take_desired(std::move(*look.accepted), look.recorded);
}

void Loop::take_desired(DesiredState desired, const std::vector<Scope>& recorded) {
  has_desired_ = true;
  auto parts = by_scope(std::move(desired));
  // What no manifest names any more is planned too.
  for (const Scope& scope : recorded) parts.try_emplace(scope, nullptr);
  for (auto& [scope, lane] : lanes_) parts.try_emplace(scope, nullptr);
  for (auto& [scope, part] : parts) {
    Lane& lane = lanes_.try_emplace(scope, scope, options_.interval).first->second;
    lane.set_desired(part ? std::move(part) : std::make_shared<DesiredState>());
  }
}

void Loop::run_alone() {
  if (alone_.empty() || runs_alone_ || running_ > 0 || is_reading_) return;
  runs_alone_ = true;
  has_waiting_command_ = false;
  ++jobs_;
  ports_.start([this, command = alone_.front()] {
    command.run(true);
    post([this, changes = command.changes] {
      --jobs_;
      runs_alone_ = false;
      if (!changes) return;
      // What the person's command went by may be newer than what the lanes have.
      must_read_first_ = true;
      for (auto& [scope, lane] : lanes_) lane.hurry();
    });
  });
  alone_.erase(alone_.begin());
}

int Loop::lanes_at_once() const {
  return std::min(
      {kLanesAtOnce, options_.parallelism, std::max(1, static_cast<int>(lanes_.size()))});
}

std::vector<Lane*> Loop::due_lanes(Instant now) {
  std::vector<Lane*> due;
  for (auto& [scope, lane] : lanes_) {
    if (lane.due(now)) due.push_back(&lane);
  }
  const auto place = [](const Lane* lane) {
    return std::tuple(lane->is_failing(), lane->next().value_or(Instant::min()));
  };
  std::stable_sort(due.begin(), due.end(),
                   [&](const Lane* a, const Lane* b) { return place(a) < place(b); });
  return due;
}

void Loop::start_passes() {
  const Instant now = ports_.now();
  for (Lane* lane : due_lanes(now)) {
    if (!may_start(*lane)) continue;
    if (auto work = lane->due(now)) start_pass(*lane, std::move(*work));
  }
}

void Loop::start_pass(Lane& lane, Agenda::Work work) {
  const bool was_failing = lane.is_failing();
  lane.begin();
  ++jobs_;
  ++running_;
  running_failing_ += was_failing ? 1 : 0;
  PassRequest request;
  request.scope = lane.scope();
  request.desired = lane.desired();
  request.targets = work.entries;
  request.parallelism = std::max(1, options_.parallelism / lanes_at_once());
  request.stopping = [this] { return stopping_ || has_waiting_command_; };
  ports_.start([this, was_failing, request = std::move(request), work = std::move(work)] {
    post([this, was_failing, scope = request.scope, work, result = ports_.pass(request)] {
      running_failing_ -= was_failing ? 1 : 0;
      take_pass(scope, work, result);
    });
  });
}

void Loop::take_pass(const Scope& scope, const Agenda::Work& work, const PassResult& result) {
  --jobs_;
  --running_;
  is_changed_ = true;
  if (!result.error) {
    skew_ = result.skew;
    store_restored_ = result.store_restored;
  }
  const auto lane = lanes_.find(scope);
  CHECK(lane != lanes_.end(), "a lane outlives its pass");
  lane->second.finish(work, result);
  if (lane->second.is_over()) lanes_.erase(lane);
}

bool Loop::is_done() const {
  if (jobs_ > 0 || next_reading() != Reading::changed || !alone_.empty()) return false;
  if (!has_desired_) return true;
  const Instant now = ports_.now();
  return std::none_of(lanes_.begin(), lanes_.end(),
                      [&](const auto& one) { return one.second.due(now).has_value(); });
}

bool Loop::has_trouble() const {
  if (!has_desired_ || was_rejected_ || store_restored_) return true;
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& one) {
    const auto& entries = one.second.entries();
    return one.second.is_failing() ||
           std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
             return !entry.second.ready || entry.second.quarantined > 0;
           });
  });
}

void Loop::publish() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->at = ports_.host_now();
  snapshot->started_at = started_at_;
  snapshot->skew = skew_;
  for (const auto& [scope, lane] : lanes_) {
    snapshot->scopes.push_back(lane.health());
    for (const auto& [address, entry] : lane.entries()) snapshot->entries.push_back(entry);
  }
  take_one_each(snapshot->entries);
  snapshot->sources = sources_;
  snapshot->store_restored = store_restored_;
  snapshot->reloads = reloads_done_;
  snapshot->is_stopping = stopping_;
  is_changed_ = false;
  log_changes(published_.get(), *snapshot, ports_.log);
  published_ = std::move(snapshot);
  ports_.publish(published_);
}

}  // namespace keytide
