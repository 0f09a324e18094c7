// The promises, as questions that are asked after each tick, and their exceptions, which are
// counted.
#include <fmt/format.h>

#include <algorithm>

#include "core/plan/make_plan.h"
#include "tests/simulation/world.h"

namespace keytide::simulation {
namespace {

// As the loop guard counts; of a life that was edited the shorter one, by which it counted then.
std::ptrdiff_t came_to_nothing(const AccountRecord& record, Seconds lifetime, Instant now) {
  const Seconds life = std::min(lifetime, record.lifetime);
  const Seconds window = std::min<Seconds>(std::chrono::hours(24), life / 3);
  return std::count_if(record.ended.begin(), record.ended.end(), [&](const AttemptEnd& end) {
    return counts_for_loop_guard(end.outcome) && end.at > now - window;
  });
}

}  // namespace

void SimWorld::fail(std::string what) {
  if (!is_broken()) {
    verdict_.broken = fmt::format("{} at {}", what, format_instant(clock_.atlas_now()));
  }
}

void SimWorld::excuse(Subject& subject, const std::string& why) {
  if (subject.excuse.empty()) ++verdict_.excuses[why];
  subject.excuse = why;
}

bool SimWorld::is_alive(const Subject& subject, const std::string& value) const {
  const auto& secrets = subject.account->secrets;
  return std::any_of(secrets.begin(), secrets.end(), [&](const simulator::Secret& secret) {
    return secret.value == value && secret.expires_at > clock_.atlas_now();
  });
}

// The exceptions of promise 1 that a plan shows by itself.
void SimWorld::note_excuses(const Plan& plan) {
  for (const AccountPlan& account : plan.accounts) {
    const auto subject = std::find_if(subjects_.begin(), subjects_.end(), [&](const Subject& one) {
      return one.desired.account == account.key;
    });
    if (account.blocked && account.blocked->why.find("loop guard") != std::string::npos) {
      excuse(*subject, "the loop guard tripped");
    }
    if (account.blocked && account.blocked->why.find("half delivered") != std::string::npos) {
      excuse(*subject, "the value did not survive a crash");
    }
    // Judged anew by each plan: one that was used is in doubt before a record says so.
    if (account.quarantined) excuse(*subject, "a quarantined secret has a slot");
    for (const Change& change : account.changes) {
      const bool waits = !change.cuts.empty() && !change.cuts_approved;
      if (waits) excuse(*subject, "a cut waits for consent");
    }
  }
}

void SimWorld::look_at_attempts() {
  const std::vector<AccountRecord> all_records = records();
  for (const AccountRecord& record : all_records) {
    const auto subject = std::find_if(subjects_.begin(), subjects_.end(), [&](const Subject& one) {
      return one.desired.account == record.key;
    });
    const bool untagged = record.attempt && !record.attempt->is_tagged;
    const bool is_open = record.attempt && (record.attempt->phase == AttemptPhase::posting ||
                                            record.attempt->phase == AttemptPhase::unknown);
    if (untagged && is_open && !subject->desired.exclusive) {
      excuse(*subject, "an untagged life after a lost reply");
    }
    if (record.with_role(Role::quarantined) != nullptr) {
      excuse(*subject, "a quarantined secret has a slot");
    }
  }
}

// 1. A consumer that was ever served holds a secret that Atlas accepts.
void SimWorld::check_consumers() {
  for (Subject& subject : subjects_) {
    bool all_are_well = true;
    for (const SinkSpec& sink : subject.desired.deliver) {
      if (sink.is_hook()) continue;
      const SimFile& file = disk_[sink.name];
      const bool is_served = file.was_served && is_alive(subject, file.value);
      const Instant now = clock_.atlas_now();
      const bool is_reached = file.down_until <= now && file.unreadable_until <= now;
      all_are_well = all_are_well && is_served && is_reached && file.secret_id != kRestored;
      if (is_served || !file.was_served) continue;
      if (dies_all_the_time(subject)) excuse(subject, "the process did not live for a whole chain");
      if (!subject.excuse.empty()) continue;
      fail(fmt::format("promise 1: {} of {} holds a dead secret ({})", sink.name.str(),
                       subject.desired.address.str(), file.secret_id));
    }
    const auto& secrets = subject.account->secrets;
    const bool has_foreign = std::any_of(
        secrets.begin(), secrets.end(),
        [&](const simulator::Secret& secret) { return subject.foreign.contains(secret.id); });
    const auto record = store_->find(subject.desired.account).value();
    const bool is_at_rest =
        record && subject.is_named &&
        subject.desired.lifetime <= std::chrono::hours(org_->max_validity_hours) &&
        !record->attempt && record->with_role(Role::quarantined) == nullptr &&
        record->with_role(Role::current) != nullptr && due_at(*record) > clock_.atlas_now() &&
        came_to_nothing(*record, subject.desired.lifetime, clock_.atlas_now()) <
            SafetyPolicy{}.max_creates;
    if (all_are_well && is_at_rest && !has_foreign) subject.excuse.clear();
  }
}

// 4. Nobody else's secret is deleted while it lives. (One that was quarantined and has expired is.)
void SimWorld::check_deletes() {
  for (const Subject& subject : subjects_) {
    for (const auto& [id, at] : subject.deleted) {
      const bool was_alive = subject.expiry.at(id) > at;
      const bool is_others = subject.foreign.contains(id) && !subject.lookalikes.contains(id);
      if (is_others && was_alive) {
        fail("promise 4: a person's secret was deleted: " + id);
      }
    }
  }
}

// 3. Each secret of ours is recorded, or an attempt that may have made it is open.
void SimWorld::check_nothing_unreported() {
  const auto all = records();
  for (Subject& subject : subjects_) {
    const auto record = std::find_if(all.begin(), all.end(), [&](const AccountRecord& one) {
      return one.key == subject.desired.account;
    });
    for (const simulator::Secret& secret : subject.account->secrets) {
      if (subject.foreign.contains(secret.id)) continue;
      if (!subject.is_named && record == all.end()) {
        // Forgotten, and its record dropped when nothing of it lived any more.
        if (secret.expires_at > clock_.atlas_now())
          fail("a living secret was dropped: " + secret.id);
        subject.foreign.insert(secret.id);
        continue;
      }
      const bool known = record != all.end() && record->find(SecretId(secret.id)) != nullptr;
      const bool may_be_found =
          record != all.end() && (record->attempt || !record->open_tags.empty());
      if (!known && !may_be_found) fail("promise 3: nobody knows of " + secret.id);
    }
  }
}

void SimWorld::check_create_was_intended(const std::string& client_id) {
  const auto all = records();
  const auto record = std::find_if(all.begin(), all.end(), [&](const AccountRecord& one) {
    return one.key.client_id.str() == client_id;
  });
  const bool intended =
      record != all.end() && record->attempt && record->attempt->phase == AttemptPhase::posting;
  if (!intended) return fail("a create without its intent");
  // What lies between the two is the sign-in, which may have to wait for the rate limit.
  const Seconds age = clock_.atlas_now() - record->attempt->atlas_time;
  if (age > Seconds(60)) fail(fmt::format("a create by an intent of {} s ago", age.count()));
  atlas_->with([&](simulator::State& state, simulator::Faults&, simulator::RequestLog&) {
    for (const simulator::PendingCreate& pending : state.pending_creates) {
      if (pending.account->client_id == client_id && pending.at > clock_.since_boot()) {
        fail("a create while an earlier one may still be committed");
      }
    }
  });
}

// As a last resort the new secret is deleted when the store can't record it: its attempt is open.
void SimWorld::check_delete_was_intended(const std::string& secret_id) {
  const std::vector<AccountRecord> known = records();
  for (const AccountRecord& record : known) {
    const OwnedSecret* secret = record.find(SecretId(secret_id));
    if (secret != nullptr && secret->delete_intended) return;
    if (secret == nullptr && record.attempt) return;
  }
  fail("a delete without its intent: " + secret_id);
}

bool SimWorld::dies_all_the_time(const Subject& subject) const {
  constexpr int kDeaths = 10;
  const Instant begin = clock_.atlas_now() - subject.desired.lifetime / 2;
  return std::count_if(deaths_.begin(), deaths_.end(), [&](Instant at) { return at > begin; }) >=
         kDeaths;
}

// What Atlas refuses is not delivered. (What it could not say may be, near the deadline.)
void SimWorld::check_delivered_signs_in(const std::string& secret_id) {
  for (const Subject& subject : subjects_) {
    for (const simulator::Secret& secret : subject.account->secrets) {
      if (secret.id == secret_id && secret.usable_from > clock_.atlas_now()) {
        fail("a secret is delivered that does not sign in: " + secret_id);
      }
    }
  }
}

// What a consumer holds is not deleted while it lives, nor the last one that the last look showed.
void SimWorld::check_delete_harms_nobody(const std::string& secret_id) {
  for (const Subject& subject : subjects_) {
    const auto& secrets = subject.account->secrets;
    const auto victim =
        std::find_if(secrets.begin(), secrets.end(),
                     [&](const simulator::Secret& one) { return one.id == secret_id; });
    if (victim == secrets.end() || victim->expires_at <= clock_.atlas_now()) continue;
    if (!subject.is_named) continue;  // `on_remove: retire` ends them all
    for (const SinkSpec& sink : subject.desired.deliver) {
      const SimFile& file = disk_[sink.name];
      if (file.value == victim->value && file.unreadable_until <= clock_.atlas_now()) {
        fail("a secret that " + sink.name.str() + " holds is deleted");
      }
    }
    const auto record = store_->find(subject.desired.account).value();
    const OwnedSecret* secret = record ? record->find(SecretId(secret_id)) : nullptr;
    if (secret == nullptr || secret->role != Role::previous) continue;
    const bool is_last = std::none_of(subject.seen.begin(), subject.seen.end(),
                                      [&](const std::string& id) { return id != secret_id; });
    if (is_last) fail("the last living secret is deleted: " + secret_id);
  }
}

void SimWorld::check_delivery_was_begun(const SinkName& sink, const std::string& secret_id) {
  const std::vector<AccountRecord> known = records();
  for (const AccountRecord& record : known) {
    const Delivery* delivery = record.delivery(sink);
    if (delivery != nullptr && delivery->secret_id.str() == secret_id) return;
  }
  fail("a delivery without its intent: " + sink.str());
}

// Two looks that agree, so far apart.
void SimWorld::check_settled_by_two_looks(const AccountKey& key) {
  const Subject& subject = subject_of(key);
  const auto first = subject.looks.empty() ? clock_.since_boot() : subject.looks.front();
  const auto last = subject.looks.empty() ? first : subject.looks.back();
  if (last - first < SafetyPolicy{}.confirm_after) {
    fail("an unknown create was decided about without a second look");
  }
}

// A living previous secret serves again when the current one was deleted.
void SimWorld::check_roles() {
  const std::vector<AccountRecord> known = records();
  for (const AccountRecord& record : known) {
    const OwnedSecret* previous = record.with_role(Role::previous);
    const bool is_stale = previous == nullptr || previous->expires_at <= clock_.atlas_now() ||
                          previous->is_adopted || previous->delete_intended;
    if (record.with_role(Role::current) == nullptr && !is_stale && !record.attempt &&
        record.managed) {
      fail("the previous secret of " + record.address.str() + " lives, and none is current");
    }
  }
}

void SimWorld::check_half_delivered(const Plan& plan) {
  for (const AccountPlan& account : plan.accounts) {
    const bool is_half =
        account.blocked && account.blocked->why.find("half delivered") != std::string::npos;
    if (!is_half || !account.record) continue;
    const OwnedSecret* old = account.record->with_role(Role::current);
    if (old == nullptr || old->expires_at <= plan.now) {
      fail("half delivered, and the old secret is dead: nobody serves the others");
    }
  }
}

// At most twice max_creates in the window came to nothing.
void SimWorld::check_loop_guard() {
  const int most = 2 * SafetyPolicy{}.max_creates;
  const std::vector<AccountRecord> known = records();
  for (const AccountRecord& record : known) {
    const Seconds lifetime = subject_of(record.key).desired.lifetime;
    if (came_to_nothing(record, lifetime, clock_.atlas_now()) > most) {
      fail("the loop guard let one create too many pass");
    }
  }
}

// 2. No value in the store.
void SimWorld::check_no_plaintext() {
  std::string all;
  const std::vector<Event> events = store_->events({}).value();
  for (const Event& event : events) all += event.why + "\n";
  const std::vector<AccountRecord> all_records = records();
  for (const AccountRecord& record : all_records) {
    for (const OwnedSecret& secret : record.secrets) all += secret.masked + "\n";
    if (record.escrow) all += record.escrow->sealed + "\n";
    if (record.attempt) all += record.attempt->reason + "\n";
  }
  for (const auto& [name, file] : disk_) {
    if (file.value.starts_with("mdb_sa_sk_") && all.find(file.value) != std::string::npos) {
      fail("promise 2: a value is in the store");
    }
  }
}

// After the quiet time: everything is in order, and 5. the second apply does nothing.
void SimWorld::check_all_is_well() {
  check_no_plaintext();
  const auto all = records();
  for (const Subject& subject : subjects_) {
    const std::string name = subject.desired.address.str();
    const auto record = std::find_if(all.begin(), all.end(), [&](const AccountRecord& one) {
      return one.key == subject.desired.account;
    });
    if (record == all.end()) return fail("at the end " + name + " has no record");
    if (record->with_role(Role::quarantined) != nullptr) continue;  // a person has to decide
    if (record->attempt) return fail("at the end a chain of " + name + " is open");
    if (record->escrow) return fail("at the end the escrow of " + name + " is not erased");
    const OwnedSecret* current = record->with_role(Role::current);
    if (current == nullptr) return fail("at the end " + name + " has no secret");
    for (const SinkSpec& sink : subject.desired.deliver) {
      if (sink.is_hook()) continue;
      const SimFile& file = disk_[sink.name];
      if (file.secret_id != current->id.str() || !is_alive(subject, file.value)) {
        return fail(fmt::format("at the end {} of {} does not hold the current secret",
                                sink.name.str(), name));
      }
    }
    for (const simulator::Secret& secret : subject.account->secrets) {
      if (record->find(SecretId(secret.id)) == nullptr) {
        return fail("at the end nobody knows of " + secret.id);
      }
    }
  }
  check_second_apply();
}

// Time goes on while the first one works: something else may be due by then, but not for ever.
void SimWorld::check_second_apply() {
  std::string busy;
  for (int i = 0; i < 5; ++i) {
    tick();
    busy.clear();
    for (const AccountPlan& account : make_plan(gather()).accounts) {
      if (account.quarantined) continue;
      if (!account.changes.empty() || account.blocked) busy = account.address.str();
    }
    if (busy.empty()) return;
  }
  fail("promise 5: the second apply has something to do for " + busy);
}

}  // namespace keytide::simulation
