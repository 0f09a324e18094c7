// The course of time, and what has a will of its own: disks and clocks. (people.cc has the people.)
#include <fmt/format.h>

#include <algorithm>

#include "core/model/schedule.h"
#include "core/plan/make_plan.h"
#include "tests/simulation/world.h"

namespace keytide::simulation {

// When its current secret is to be renewed.
Instant SimWorld::due_at(const AccountRecord& record) const {
  const OwnedSecret& current = *record.with_role(Role::current);
  const Seconds life = std::chrono::hours(current.asked_hours);
  const Seconds jitter = jitter_of(life, identity_.lineage, record.key, current.generation);
  return renew_at(current.expires_at, windows_of(life, {}, {}).renew_before, jitter);
}

// When something is due as far as the records tell; a while from now where something failed.
Instant SimWorld::next_moment() {
  const Instant now = clock_.atlas_now();
  Instant next = now + std::chrono::hours(24 * 400);
  const auto at = [&](Instant moment) {
    if (moment > now) next = std::min(next, moment + Seconds(1));
  };
  const auto all = records();
  bool is_restless = store_->epoch().value().is_restored();
  for (const Subject& subject : subjects_) {
    const bool has_record = std::any_of(all.begin(), all.end(), [&](const AccountRecord& one) {
      return one.key == subject.desired.account;
    });
    is_restless = is_restless || (subject.is_named && !has_record);
    at(subject.named_again_at);
    for (const SinkSpec& sink : subject.desired.deliver) {
      at(disk_[sink.name].down_until);
      at(disk_[sink.name].unreadable_until);
    }
  }
  for (const AccountRecord& record : all) {
    is_restless = is_restless || record.attempt || record.with_role(Role::orphan) != nullptr;
    const OwnedSecret* current = record.with_role(Role::current);
    if (current == nullptr && record.managed) is_restless = true;
    for (const OwnedSecret& secret : record.secrets) at(secret.expires_at);
    if (record.switched_at) at(*record.switched_at + record.overlap);
    if (current == nullptr) continue;
    const Seconds life = std::chrono::hours(current->asked_hours);
    const Instant due = due_at(record);
    at(due);
    if (due <= now && record.managed) is_restless = true;
    // Trouble comes at all times.
    if (options_.seed % 8 >= 4) at(now + life / 12);
  }
  if (!is_restless) return next;
  // As often as a service would try: a long life can wait for longer.
  Seconds shortest = std::chrono::hours(24 * 365);
  for (const Subject& one : subjects_) shortest = std::min(shortest, one.desired.lifetime);
  const Seconds pause = std::clamp<Seconds>(shortest / 400, Seconds(120), Seconds(3600));
  next = std::min(next, now + pause + Seconds(chaos_.random().below(600)));
  return next;
}

void SimWorld::advance() {
  const Instant next = next_moment();
  const Seconds length = std::max<Seconds>(next - clock_.atlas_now(), Seconds(1));
  clock_.sleep(length);
  check_consumers();
}

void SimWorld::live() {
  let_people_act();
  let_sinks_fail();
  let_store_be_replaced();
  if (chaos_.happens(&Mood::clock, "the host's clock steps")) {
    clock_.offset = Seconds(chaos_.random().below(400) - 200);
  }
}

// Of what it has and of what it is to have: an edit counts from the next secret on.
Seconds SimWorld::shortest_life(const Subject& subject) {
  const auto record = store_->find(subject.desired.account).value();
  Seconds life = subject.desired.lifetime;
  if (!record) return life;
  for (const OwnedSecret& secret : record->secrets) {
    life = std::min<Seconds>(life, std::chrono::hours(secret.asked_hours));
  }
  return life;
}

void SimWorld::let_sinks_fail() {
  Random& random = chaos_.random();
  for (Subject& subject : subjects_) {
    const Seconds life = shortest_life(subject);
    for (const SinkSpec& sink : subject.desired.deliver) {
      if (sink.is_hook() || !is_due_for_trouble(subject, &Mood::sinks, "sinks")) continue;
      SimFile& file = disk_[sink.name];
      const Instant now = clock_.atlas_now();
      const Seconds while_ = std::min<Seconds>(life / 24, Seconds(86400));
      switch (subject.is_own ? 0 : random.below(6)) {
        case 0:
          file.down_until = std::max(file.down_until, now + while_);
          trace_.add(sink.name.str() + " can't be written");
          break;
        case 1:
          file.unreadable_until = std::max(file.unreadable_until, now + while_);
          trace_.add(sink.name.str() + " can't be read");
          break;
        case 2:
          file.value.clear();
          file.generation = 0;
          trace_.add(sink.name.str() + " was lost");
          break;
        case 3:
          // Longer than any window: what it may hold can't be told.
          if (!random.chance(0.2)) break;
          file.unreadable_until = now + std::min<Seconds>(life * 2, Seconds(20 * 86400));
          excuse(subject, "a sink could not be reached for longer than the window");
          trace_.add(sink.name.str() + " can't be read for long");
          break;
        case 4:
          // From a backup.
          if (subject.old_value.empty() || file.value == subject.old_value) break;
          subject.old_value.swap(file.value);
          file.secret_id = kRestored;
          excuse(subject, "a sink came back with an old value");
          trace_.add(sink.name.str() + " holds an old value");
          break;
        default:
          file.value = "altered by somebody";
          trace_.add(sink.name.str() + " was altered");
          break;
      }
      if (file.value.empty() || file.value == "altered by somebody") file.was_served = false;
    }
  }
}

// A sink that came back with an old value keeps that alive, and its slot taken, until it expires.
bool SimWorld::holds_previous() {
  return std::any_of(subjects_.begin(), subjects_.end(), [&](const Subject& subject) {
    const auto record = store_->find(subject.desired.account).value();
    const OwnedSecret* previous = record ? record->with_role(Role::previous) : nullptr;
    if (previous == nullptr || previous->expires_at <= clock_.atlas_now()) return false;
    const auto& deliver = subject.desired.deliver;
    return std::any_of(deliver.begin(), deliver.end(), [&](const SinkSpec& sink) {
      return !subject.old_value.empty() && disk_[sink.name].value == subject.old_value;
    });
  });
}

// Nobody disturbs any more: everything comes to rest.
void SimWorld::settle_down() {
  chaos_.calm();
  clock_.offset = Seconds(0);
  org_->max_validity_hours = kMostHours;
  for (auto& [name, file] : disk_) {
    file.down_until = Instant{};
    file.unreadable_until = Instant{};
  }
  for (Subject& subject : subjects_) {
    subject.is_named = true;
    std::erase_if(subject.account->secrets, [&](const simulator::Secret& secret) {
      return subject.foreign.contains(secret.id);
    });
    subject.account->json.clear();
  }
  Seconds longest{0};
  for (const Subject& one : subjects_) longest = std::max(longest, one.desired.lifetime);
  const Instant end = clock_.atlas_now() + Seconds(3 * 86400) + longest / 4;
  const auto is_waiting = [&] { return clock_.atlas_now() < end || holds_previous(); };
  for (int i = 0; i < 3000 && !is_broken() && is_waiting(); ++i) {
    tick();
    if (!is_broken()) advance();
  }
  if (!is_broken()) check_all_is_well();
}

}  // namespace keytide::simulation
