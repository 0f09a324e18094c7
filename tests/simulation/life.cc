// The course of time, and those who have a will of their own: people, disks and clocks.
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
  bool is_restless = all.size() < subjects_.size() || store_->epoch().value().is_restored();
  for (const Subject& subject : subjects_) {
    for (const SinkSpec& sink : subject.desired.deliver) {
      at(disk_[sink.name].down_until);
      at(disk_[sink.name].unreadable_until);
    }
  }
  for (const AccountRecord& record : all) {
    is_restless = is_restless || record.attempt || record.with_role(Role::orphan) != nullptr;
    const OwnedSecret* current = record.with_role(Role::current);
    if (current == nullptr) is_restless = true;
    for (const OwnedSecret& secret : record.secrets) at(secret.expires_at);
    if (record.switched_at) at(*record.switched_at + record.overlap);
    if (current == nullptr) continue;
    const Seconds life = std::chrono::hours(current->asked_hours);
    const Instant due = due_at(record);
    at(due);
    if (due <= now) is_restless = true;
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

// Counted in lives, not in ticks: an entry that is worked on often has no more enemies for that.
bool SimWorld::is_due_for_trouble(Subject& subject, double Mood::*kind, std::string_view what) {
  if (clock_.atlas_now() < subject.calm_until || !chaos_.happens(kind, what)) return false;
  subject.calm_until = clock_.atlas_now() + subject.desired.lifetime / 6;
  return true;
}

void SimWorld::delete_one_by_hand(Subject& subject) {
  simulator::Account& account = *subject.account;
  if (account.secrets.empty()) return;
  const auto count = static_cast<std::int64_t>(account.secrets.size());
  const auto victim = account.secrets.begin() + chaos_.random().below(count);
  trace_.add("a person deleted " + victim->id);
  if (!subject.foreign.contains(victim->id)) excuse(subject, "a person deleted our secret");
  account.secrets.erase(victim);
  account.json.clear();
}

void SimWorld::make_one_by_hand(Subject& subject) {
  simulator::Account& account = *subject.account;
  if (account.secrets.size() >= 2 || subject.desired.exclusive) return;
  const Instant now = clock_.atlas_now();
  atlas_->with([&](simulator::State& state, simulator::Faults&, simulator::RequestLog&) {
    simulator::Secret secret;
    secret.id = state.random.object_id();
    secret.value = state.random.secret_value();
    secret.created_at = now;
    secret.expires_at = now + std::chrono::hours(8 + chaos_.random().below(24 * 90));
    secret.usable_from = now;
    for (simulator::Secret& other : account.secrets) {
      other.expires_at = std::min(other.expires_at, now + Seconds(7 * 86400));
    }
    subject.foreign.insert(secret.id);
    account.secrets.push_back(std::move(secret));
    account.json.clear();
  });
  trace_.add("a person made a secret");
  excuse(subject, "a foreign secret took a slot");
}

bool SimWorld::is_unknown(const Subject& subject) {
  const auto record = store_->find(subject.desired.account).value();
  return record && record->attempt &&
         (record->attempt->phase == AttemptPhase::posting ||
          record->attempt->phase == AttemptPhase::unknown);
}

void SimWorld::let_people_act() {
  Random& random = chaos_.random();
  for (Subject& subject : subjects_) {
    // Who sees that a renewal hangs helps himself.
    if (is_unknown(subject) && chaos_.happens(&Mood::people, "people in the window")) {
      make_one_by_hand(subject);
    }
    if (!is_due_for_trouble(subject, &Mood::people, "people")) continue;
    simulator::Account& account = *subject.account;
    const Instant now = clock_.atlas_now();
    const std::int64_t what = random.below(5);
    if (what == 0 && !subject.desired.exclusive) {
      make_one_by_hand(subject);
    } else if (what == 1 && !account.secrets.empty()) {
      delete_one_by_hand(subject);
    } else if (what == 2 && !account.secrets.empty()) {
      for (simulator::Secret& secret : account.secrets) secret.last_used_at = now;
      account.json.clear();
      trace_.add("the secrets were used");
    } else if (what == 3) {
      subject.desired.rotation_id = fmt::format("{}", random.below(1000));
      trace_.add("rotation_id was edited");
    } else if (what == 4) {
      // People clean up after themselves.
      std::erase_if(account.secrets, [&](const simulator::Secret& secret) {
        return subject.foreign.contains(secret.id);
      });
      account.json.clear();
    }
  }
}

void SimWorld::let_sinks_fail() {
  Random& random = chaos_.random();
  for (Subject& subject : subjects_) {
    const Seconds life = subject.desired.lifetime;
    for (const SinkSpec& sink : subject.desired.deliver) {
      if (sink.is_hook() || !is_due_for_trouble(subject, &Mood::sinks, "sinks")) continue;
      SimFile& file = disk_[sink.name];
      const Instant now = clock_.atlas_now();
      const Seconds while_ = std::min<Seconds>(life / 24, Seconds(86400));
      switch (random.below(6)) {
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

// Nobody disturbs any more: everything comes to rest.
void SimWorld::settle_down() {
  chaos_.calm();
  clock_.offset = Seconds(0);
  for (auto& [name, file] : disk_) {
    file.down_until = Instant{};
    file.unreadable_until = Instant{};
  }
  for (Subject& subject : subjects_) {
    std::erase_if(subject.account->secrets, [&](const simulator::Secret& secret) {
      return subject.foreign.contains(secret.id);
    });
    subject.account->json.clear();
  }
  Seconds longest{0};
  for (const Subject& one : subjects_) longest = std::max(longest, one.desired.lifetime);
  const Instant end = clock_.atlas_now() + Seconds(3 * 86400) + longest / 4;
  for (int i = 0; i < 3000 && !is_broken() && clock_.atlas_now() < end; ++i) {
    tick();
    if (!is_broken()) advance();
  }
  if (!is_broken()) check_all_is_well();
}

}  // namespace keytide::simulation
