#include "core/plan/restored.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/model/schedule.h"
#include "core/plan/situation.h"
#include "core/plan/strangers.h"

namespace keytide {
namespace {

// The highest that was ever given to a sink, as far as the record knows: an attempt that came to
// nothing may have stamped one.
std::int64_t highest_generation(const AccountRecord& record) {
  std::int64_t highest = record.generation;
  for (const OwnedSecret& secret : record.secrets) highest = std::max(highest, secret.generation);
  for (const Delivery& one : record.deliveries) highest = std::max(highest, one.generation);
  return highest;
}

const SinkView* find_later_stamp(const Situation& s) {
  if (s.sinks == nullptr) return nullptr;
  const std::int64_t known = highest_generation(*s.record);
  // One of failed tries alone knows nothing, which is not the same as being old.
  if (known == 0) return nullptr;
  for (const SinkView& view : s.sinks->views) {
    if (view.readable && view.generation > known) return &view;
  }
  return nullptr;
}

bool is_listed(const Situation& s, const SecretId& id) {
  const auto& listed = s.observed->secrets;
  return std::any_of(listed.begin(), listed.end(),
                     [&](const ObservedSecret& one) { return one.id == id; });
}

// An attempt whose outcome nobody learned may have made it, or it bears the tag of an older one.
bool is_explained(const Situation& s, const ObservedSecret& secret) {
  const auto made_it = [&](const Attempt& attempt) {
    const auto& before = attempt.ids_before;
    const bool is_new = std::find(before.begin(), before.end(), secret.id) == before.end();
    return is_new && secret.created_at >= attempt.atlas_time - kClockSlack;
  };
  if (s.record->attempt && made_it(*s.record->attempt)) return true;
  const auto& tags = s.record->open_tags;
  return std::any_of(tags.begin(), tags.end(),
                     [&](const Attempt& tag) { return bears_tag(secret, tag) || made_it(tag); });
}

const ObservedSecret* find_newer_unknown(const Situation& s) {
  const OwnedSecret* current = s.record->with_role(Role::current);
  const auto& end = s.input->store.written_at;
  if (current == nullptr || !end || is_listed(s, current->id)) return nullptr;
  for (const ObservedSecret& secret : s.observed->secrets) {
    const bool is_unknown = s.record->find(secret.id) == nullptr;
    if (is_unknown && secret.created_at > *end + kClockSlack && !is_explained(s, secret))
      return &secret;
  }
  return nullptr;
}

// A sink holds a secret that came after all that the store knows: keytide may have put it there.
const ObservedSecret* find_newer_held(const Situation& s) {
  const auto& end = s.input->store.written_at;
  if (!end || s.record->with_role(Role::current) == nullptr) return nullptr;
  for (const ObservedSecret& secret : s.observed->secrets) {
    const bool is_newer = secret.created_at > *end + kClockSlack && s.is_live(secret.expires_at);
    const bool is_unknown = s.record->find(secret.id) == nullptr && !is_explained(s, secret);
    if (is_newer && is_unknown && is_held_by_mask(s, secret)) return &secret;
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> find_restored_store(const PlanInput& input) {
  if (!input.store.is_restored()) return std::nullopt;
  return fmt::format(
      "the state store was restored from a backup: it ends with change {}, and change {} was "
      "written after that",
      input.store.here, input.store.seen);
}

std::optional<std::string> find_restored(const Situation& s) {
  if (auto whole = find_restored_store(*s.input)) return whole;
  if (!s.record) return std::nullopt;
  if (const SinkView* later = find_later_stamp(s)) {
    return fmt::format(
        "its record seems to be from a backup: {} has the stamp of generation {}, and the record "
        "knows {} at most",
        later->sink.str(), later->generation, highest_generation(*s.record));
  }
  if (s.observed == nullptr || s.hides_secrets) return std::nullopt;
  if (const ObservedSecret* held = find_newer_held(s)) {
    return fmt::format(
        "its record seems to be from a backup: a sink holds {} ({}), which was made after the last "
        "change of the state store",
        held->masked, held->id.str());
  }
  const ObservedSecret* newer = find_newer_unknown(s);
  if (newer == nullptr) return std::nullopt;
  return fmt::format(
      "its record seems to be from a backup: its secret {} is gone from Atlas, and {} ({}) was "
      "made after the last change of the state store",
      s.record->with_role(Role::current)->masked, newer->masked, newer->id.str());
}

Blocked restored_block(const Situation& s) {
  return {fmt::format("{}; nothing is created, deleted or written by it", *s.restored),
          "put the newer store back; or accept this one with `keytide apply -refresh-only`: it "
          "records what Atlas and the sinks show, and what is still needed is planned after that"};
}

void accept_restored(Situation& s) {
  AccountRecord& record = *s.record;
  record.escrow.reset();
  if (record.attempt) {
    const bool is_unknown = record.attempt->phase == AttemptPhase::posting ||
                            record.attempt->phase == AttemptPhase::unknown;
    if (is_unknown) leave_tag_open(record);
    record.end_attempt(AttemptEnd::Outcome::died, s.now);
  }
  for (OwnedSecret& secret : record.secrets) {
    secret.delete_intended = secret.delete_intended && secret.role == Role::orphan;
    if (secret.role == Role::fresh) secret.role = Role::quarantined;
  }
  record.generation = highest_generation(record);
  if (s.sinks == nullptr) return;
  for (const SinkView& view : s.sinks->views) {
    record.generation = std::max(record.generation, view.generation);
  }
}

}  // namespace keytide
