// People: they create, use and delete secrets, edit manifests, and administrate the organization.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/world.h"

namespace keytide::simulation {

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

// One in a few thousand: nobody can tell such a secret from one that a lost reply left.
bool SimWorld::bears_a_tag(const Subject& subject, Seconds life) {
  const auto record = store_->find(subject.desired.account).value();
  if (!record) return false;
  const int hours = static_cast<int>(life / std::chrono::hours(1));
  const auto& tags = record->open_tags;
  return (record->attempt && record->attempt->asked_hours == hours) ||
         std::any_of(tags.begin(), tags.end(),
                     [&](const Attempt& tag) { return tag.asked_hours == hours; });
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
    secret.expires_at = now + std::chrono::hours(8 + chaos_.random().below(std::min(
                                                         24 * 90, org_->max_validity_hours - 7)));
    secret.usable_from = now;
    for (simulator::Secret& other : account.secrets) {
      other.expires_at = std::min(other.expires_at, now + Seconds(7 * 86400));
    }
    subject.foreign.insert(secret.id);
    if (bears_a_tag(subject, secret.expires_at - now)) {
      subject.lookalikes.insert(secret.id);
      ++verdict_.excuses["(4) a person's secret bore a tag by chance"];
    }
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

// An administrator lowers the cap of lives, and lifts it again.
void SimWorld::move_cap() {
  const bool is_low = org_->max_validity_hours < kMostHours;
  if (is_low && clock_.atlas_now() >= low_until_) {
    org_->max_validity_hours = kMostHours;
    trace_.add("the cap of lives was lifted");
  } else if (!is_low && chaos_.happens(&Mood::cap, "the cap of lives")) {
    std::int64_t cap = 8 + chaos_.random().below(24 * 100);
    // A month long keytide says why its own account is blocked: somebody heeds it.
    for (const Subject& subject : subjects_) {
      if (subject.is_own) cap = std::max(cap, subject.desired.lifetime / std::chrono::hours(1));
    }
    org_->max_validity_hours = static_cast<int>(cap);
    low_until_ = clock_.atlas_now() + subjects_.front().desired.lifetime / 4;
    trace_.add(fmt::format("lives are capped at {} h", org_->max_validity_hours));
  }
  const Seconds cap = std::chrono::hours(org_->max_validity_hours);
  for (Subject& subject : subjects_) {
    if (subject.desired.lifetime > cap) excuse(subject, "the organization's cap is too low");
  }
}

void SimWorld::edit_sinks(Subject& subject) {
  auto& deliver = subject.desired.deliver;
  const auto is_file = [](const SinkSpec& sink) { return !sink.is_hook(); };
  const auto files = std::count_if(deliver.begin(), deliver.end(), is_file);
  if (files > 1 && chaos_.random().chance(0.5)) {
    const auto gone = std::find_if(deliver.begin(), deliver.end(), is_file);
    trace_.add(gone->name.str() + " was taken out of the manifest");
    deliver.erase(gone);
  } else if (has_escrow_ && files < 4) {
    const std::string path = fmt::format("/run/new/{}", ++new_files_);
    deliver.insert(deliver.begin(),
                   {SinkName("file:" + path), FileSink{path, FileFormat::env, 0600, "", ""}, {}});
    std::sort(deliver.begin(), deliver.end(),
              [](const SinkSpec& a, const SinkSpec& b) { return a.name < b.name; });
    trace_.add(path + " is new in the manifest");
  }
}

void SimWorld::edit_manifest(Subject& subject) {
  Random& random = chaos_.random();
  DesiredSecret& entry = subject.desired;
  switch (subject.is_own ? 4 : random.below(5)) {
    case 0:
      entry.lifetime = lifetime_of(random.below(60));
      trace_.add(fmt::format("lifetime is {} h now", entry.lifetime / std::chrono::hours(1)));
      break;
    case 1:
      edit_sinks(subject);
      break;
    case 2:
      subject.is_named = false;
      subject.named_again_at =
          clock_.atlas_now() + Seconds(1 + random.below((entry.lifetime / 3).count()));
      trace_.add(entry.address.str() + " was taken out of the manifest");
      excuse(subject, "no manifest named it");
      break;
    default:
      entry.rotation_id = fmt::format("{}", random.below(1000));
      trace_.add("rotation_id was edited");
  }
}

// Of keytide's own account people heed at once what a blocked plan asks of them.
void SimWorld::keep_slot_free(Subject& subject) {
  const std::string served = own_secret();
  const auto gone = std::erase_if(subject.account->secrets, [&](const simulator::Secret& secret) {
    return subject.foreign.contains(secret.id) && secret.value != served;
  });
  if (gone == 0) return;
  subject.account->json.clear();
  trace_.add("a person freed the slot of keytide's own account");
}

void SimWorld::let_people_act() {
  Random& random = chaos_.random();
  move_cap();
  for (Subject& subject : subjects_) {
    if (!subject.is_named && clock_.atlas_now() >= subject.named_again_at) {
      subject.is_named = true;
      trace_.add(subject.desired.address.str() + " is in the manifest again");
    }
    if (subject.is_own) keep_slot_free(subject);
    // Who sees that a renewal hangs helps himself.
    if (!subject.is_own && is_unknown(subject) &&
        chaos_.happens(&Mood::people, "people in the window")) {
      make_one_by_hand(subject);
    }
    if (!is_due_for_trouble(subject, &Mood::people, "people")) continue;
    simulator::Account& account = *subject.account;
    const Instant now = clock_.atlas_now();
    // Nobody has a hand in it but by its entry: without it keytide is locked out.
    const std::int64_t what = subject.is_own ? 7 : random.below(8);
    if (what == 0 && !subject.desired.exclusive) {
      make_one_by_hand(subject);
    } else if (what == 1 && !account.secrets.empty()) {
      delete_one_by_hand(subject);
    } else if (what == 2 && !account.secrets.empty()) {
      for (simulator::Secret& secret : account.secrets) secret.last_used_at = now;
      account.json.clear();
      trace_.add("the secrets were used");
    } else if (what >= 4) {
      edit_manifest(subject);
    } else if (what == 3) {
      // People clean up after themselves.
      std::erase_if(account.secrets, [&](const simulator::Secret& secret) {
        return subject.foreign.contains(secret.id);
      });
      account.json.clear();
    }
  }
}

}  // namespace keytide::simulation
