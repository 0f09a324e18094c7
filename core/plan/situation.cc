#include "core/plan/situation.h"

#include <algorithm>

#include "core/base/mutant.h"
#include "core/base/seal.h"
#include "core/plan/restored.h"
#include "core/plan/strangers.h"

namespace keytide {
namespace {

template <class List, class Key, class Get>
auto find_sorted(const List& list, const Key& key, Get get) -> const typename List::value_type* {
  const auto at = std::lower_bound(
      list.begin(), list.end(), key,
      [&](const auto& element, const Key& wanted) { return get(element) < wanted; });
  return at != list.end() && get(*at) == key ? &*at : nullptr;
}

const ObservedSecret* find_observed(const ObservedAccount& account, const SecretId& id) {
  const auto at = std::find_if(account.secrets.begin(), account.secrets.end(),
                               [&](const ObservedSecret& secret) { return secret.id == id; });
  return at == account.secrets.end() ? nullptr : &*at;
}

// A previous secret that lives serves again when the current one was deleted by somebody.
void restore_previous(AccountRecord& record, Instant now) {
  OwnedSecret* previous = record.with_role(Role::previous);
  if (record.with_role(Role::current) != nullptr || previous == nullptr) return;
  if (previous->is_adopted || is_mutated(Mutant::previous_stays_previous)) return;
  if (previous->expires_at <= now) return;
  previous->role = Role::current;
  previous->delete_intended = false;
}

std::optional<Instant> expiry_of_current(const AccountRecord& record) {
  const OwnedSecret* current = record.with_role(Role::current);
  return current == nullptr ? std::nullopt : std::optional(current->expires_at);
}

// Late enough, what Atlas lists decides: the attempt is closed, and its tag stays open.
void settle(Situation& s) {
  const auto at = s.settles_at();
  const PlanOptions& options = s.input->options;
  const bool rests =
      options.refresh_only || options.import_only || (s.desired != nullptr && s.desired->suspend);
  const bool is_early = at && s.now < *at && !is_mutated(Mutant::no_settling);
  if (!at || is_early || rests) return;
  AccountRecord& record = *s.record;
  const bool died = record.attempt->phase == AttemptPhase::posting;
  s.settled = record.attempt->number;
  if (!is_mutated(Mutant::tag_closes_with_attempt)) leave_tag_open(record);
  record.end_attempt(died ? AttemptEnd::Outcome::died : AttemptEnd::Outcome::lost, s.now);
}

void record_stranger(Situation& s, const Stranger& stranger) {
  const ObservedSecret& seen = stranger.secret;
  OwnedSecret secret;
  secret.id = seen.id;
  // By a record from a backup nobody can tell what became of it: it may serve by now.
  // Neither is one that a sink holds anybody's leftover.
  const bool may_serve = s.restored || is_held_by_mask(s, seen);
  const bool is_ours =
      (stranger.origin == Origin::ours && !may_serve) || is_mutated(Mutant::window_is_proof);
  secret.role = is_ours ? Role::orphan : Role::quarantined;
  secret.masked = seen.masked;
  secret.created_at = seen.created_at;
  secret.expires_at = seen.expires_at;
  secret.last_used_at = seen.last_used_at;
  secret.asked_hours = stranger.asked_hours;
  s.record->secrets.push_back(std::move(secret));
  s.drifted = true;
}

void sort_strangers(Situation& s) {
  AccountRecord& record = *s.record;
  std::erase_if(record.open_tags,
                [&](const Attempt& tag) { return tag.atlas_time + kTagKept < s.now; });
  const StrangerRules rules{s.now, settle_time(s.now, expiry_of_current(record), s.input->limits),
                            s.desired != nullptr && s.desired->exclusive, s.input->limits};
  for (const Stranger& stranger : find_strangers(*s.observed, record, rules)) {
    if (stranger.origin == Origin::settling) s.settling.push_back(stranger.secret);
    if (stranger.origin == Origin::foreign || stranger.origin == Origin::settling) {
      s.foreign.push_back(stranger.secret);
    } else {
      record_stranger(s, stranger);
    }
  }
}

// What was about to be deleted is judged by what is true now: a secret that is used is nobody's
// leftover, and one of others goes only while that is allowed.
void look_again_at_victims(Situation& s) {
  AccountRecord& record = *s.record;
  const auto& limit = s.input->safety.reclaim_unused_for;
  std::erase_if(record.secrets, [&](const OwnedSecret& secret) {
    if (secret.role != Role::reclaimed) return false;
    const Instant unused_since = secret.last_used_at.value_or(secret.created_at);
    const bool may_go = limit && (secret.expires_at <= s.now || s.now - unused_since >= *limit);
    return !may_go;
  });
  for (OwnedSecret& secret : record.secrets) {
    // One that keytide saw the reply of has a generation, and no such doubt.
    if (secret.role != Role::orphan || secret.generation > 0 || !secret.last_used_at) continue;
    secret.role = Role::quarantined;
    secret.delete_intended = false;
  }
}

void take_over(Situation& situation, const ObservedAccount& observed) {
  AccountRecord& record = *situation.record;
  if (const OwnedSecret* current = record.with_role(Role::current);
      current != nullptr && find_observed(observed, current->id) == nullptr) {
    situation.gone = *current;
  }
  situation.drifted = take_over_secrets(record, observed);
  look_again_at_victims(situation);
  restore_previous(record, situation.now);
  settle(situation);
  sort_strangers(situation);
}

void count_slots(Situation& situation) {
  if (situation.observed == nullptr) {
    situation.slots_taken =
        situation.record ? static_cast<int>(situation.record->secrets.size()) : 0;
    return;
  }
  situation.slots_taken = static_cast<int>(situation.observed->secrets.size());
  if (!situation.record) situation.foreign = situation.observed->secrets;
}

}  // namespace

bool take_over_secrets(AccountRecord& record, const ObservedAccount& observed) {
  bool drifted = false;
  for (auto secret = record.secrets.begin(); secret != record.secrets.end();) {
    const ObservedSecret* seen = find_observed(observed, secret->id);
    if (seen == nullptr) {
      secret = record.secrets.erase(secret);
      drifted = true;
      continue;
    }
    drifted = drifted || seen->expires_at != secret->expires_at;
    secret->expires_at = seen->expires_at;
    secret->last_used_at = seen->last_used_at;
    if (!seen->masked.empty()) secret->masked = seen->masked;
    ++secret;
  }
  return drifted;
}

bool Situation::is_in_escrow(const SecretId& id) const {
  if (!record || !record->escrow || record->escrow->id != id) return false;
  const std::string& key = input->escrow_key;
  return !key.empty() && key_id_of(record->escrow->sealed) == key;
}

std::optional<Instant> Situation::settles_at() const {
  if (!record || !record->attempt) return std::nullopt;
  const Attempt& attempt = *record->attempt;
  if (attempt.phase != AttemptPhase::posting && attempt.phase != AttemptPhase::unknown) {
    return std::nullopt;
  }
  const Instant sent = sent_by(attempt.atlas_time, input->limits);
  return sent + settle_time(sent, expiry_of_current(*record), input->limits);
}

Seconds Situation::life_of(const OwnedSecret& secret) const {
  return std::chrono::hours(secret.asked_hours);
}

Windows Situation::windows_of_current() const {
  const OwnedSecret* secret = current();
  const Seconds planned = desired != nullptr ? desired->lifetime : record->lifetime;
  const Seconds life = secret != nullptr ? life_of(*secret) : planned;
  if (desired == nullptr) return {windows_of(life, {}, {}).renew_before, record->overlap};
  return windows_of(life, desired->renew_before, desired->overlap);
}

std::optional<Instant> Situation::renew_at_of_current() const {
  const OwnedSecret* secret = current();
  if (secret == nullptr || desired == nullptr) return std::nullopt;
  const Seconds jitter = jitter_of(life_of(*secret), input->lineage, key(), secret->generation);
  return renew_at(secret->expires_at, windows_of_current().renew_before, jitter);
}

bool Situation::is_deadline_near(Instant by) const {
  const OwnedSecret* secret = current();
  if (secret == nullptr) return false;
  return keytide::is_deadline_near(secret->expires_at, life_of(*secret),
                                   chain_time_of(record->chain_times), by);
}

const SinkView* Situation::view_of(const SinkSpec& sink) const {
  if (sinks == nullptr) return nullptr;
  const SinkView* view =
      find_sorted(sinks->views, sink.name, [](const SinkView& one) { return one.sink; });
  return view != nullptr && view->target_digest == target_digest(sink) ? view : nullptr;
}

Situation gather_situation(const PlanInput& input, const DesiredSecret* desired,
                           const AccountRecord* loaded) {
  Situation situation;
  situation.input = &input;
  situation.desired = desired;
  situation.loaded = loaded;
  situation.now = input.now;
  const AccountKey& key = situation.key();
  if (input.options.refresh) {
    situation.scope = find_sorted(input.scopes, key.scope,
                                  [](const ObservedScope& scope) { return scope.scope; });
  }
  if (situation.scope != nullptr && !situation.scope->error) {
    situation.observed =
        find_sorted(situation.scope->accounts, key.client_id,
                    [](const ObservedAccount& account) { return account.key.client_id; });
  }
  situation.sinks =
      find_sorted(input.sinks, key, [](const AccountSinks& sinks) { return sinks.key; });
  situation.is_own = input.own_accounts.contains(key.client_id);
  situation.replace = input.options.replace.contains(situation.address());
  if (loaded != nullptr) situation.record = *loaded;
  const bool is_read = loaded != nullptr && situation.observed != nullptr;
  // "No list" is not "an empty list": a whole fleet would seem gone.
  situation.hides_secrets =
      is_read && !situation.observed->says_secrets && !situation.record->secrets.empty();
  if (!is_mutated(Mutant::restored_goes_on)) situation.restored = find_restored(situation);
  const bool is_accepted = situation.restored && input.options.refresh_only && loaded != nullptr;
  if (is_accepted) accept_restored(situation);
  situation.adopted = adopt(situation, situation.not_adopted);
  const bool is_known = situation.record && situation.observed != nullptr;
  if (is_known && !situation.hides_secrets) take_over(situation, *situation.observed);
  // What bears the tag of an attempt that a backup remembers may serve by now: it was looked for
  // once more, and no later one is a leftover.
  if (is_accepted) situation.record->open_tags.clear();
  count_slots(situation);
  return situation;
}

}  // namespace keytide
