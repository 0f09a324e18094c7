#include "core/plan/retire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/duration.h"

namespace keytide {
namespace {

bool used_after_switch(const Situation& s, const OwnedSecret& secret) {
  return secret.last_used_at && s.record->switched_at &&
         *secret.last_used_at > *s.record->switched_at;
}

bool is_past_overlap(const Situation& s) {
  return !s.record->switched_at || s.now >= *s.record->switched_at + s.windows_of_current().overlap;
}

// A sink that was not switched over still serves the old secret: it is not taken away from it.
bool is_held_by_sink(const Situation& s, const OwnedSecret& secret) {
  const auto& all = s.record->deliveries;
  return std::any_of(all.begin(), all.end(),
                     [&](const Delivery& one) { return one.secret_id == secret.id; });
}

bool current_lives(const Situation& s) {
  const OwnedSecret* current = s.current();
  return current != nullptr && s.is_live(current->expires_at);
}

void retire_previous(const Situation& s, const OwnedSecret& previous, Retirement& out) {
  if (!is_past_overlap(s) || !current_lives(s)) return;
  if (is_held_by_sink(s, previous)) {
    out.notes.push_back(
        fmt::format("{} is kept until it expires: a sink still holds it", previous.masked));
  } else if (used_after_switch(s, previous)) {
    out.notes.push_back(fmt::format(
        "{} was used at {}, after the switch: it is kept until it expires at {}", previous.masked,
        format_instant(*previous.last_used_at), format_instant(previous.expires_at)));
  } else {
    out.destroys.push_back(destroy_change(
        previous, Reason::overlap_over,
        fmt::format("overlap of {} is over", format_duration(s.windows_of_current().overlap))));
  }
}

// An entry that no manifest names any more: what came to nothing goes at once, the rest only where
// the entry was to be retired.
void retire_removed(const Situation& s, Retirement& out) {
  const AccountRecord& record = *s.record;
  for (const OwnedSecret& secret : record.secrets) {
    if (secret.role != Role::orphan) continue;
    out.destroys.push_back(destroy_change(secret, Reason::interrupted, "its deletion was begun"));
  }
  if (record.on_remove != OnRemove::retire || !record.removed_at) return;
  if (s.now < *record.removed_at + record.overlap) return;
  for (const OwnedSecret& secret : record.secrets) {
    if (secret.role == Role::orphan) continue;
    out.destroys.push_back(destroy_change(secret, Reason::removed,
                                          "removed from the manifests with on_remove: retire"));
  }
}

const OwnedSecret* expired_leftover(const Situation& s) {
  for (const OwnedSecret& secret : s.record->secrets) {
    if (secret.role != Role::current && !s.is_live(secret.expires_at)) return &secret;
  }
  return nullptr;
}

const OwnedSecret* orphan(const Situation& s) { return s.record->with_role(Role::orphan); }

const OwnedSecret* previous_past_overlap(const Situation& s) {
  const OwnedSecret* previous = s.record->with_role(Role::previous);
  if (previous == nullptr || !is_past_overlap(s) || !current_lives(s)) return nullptr;
  return is_held_by_sink(s, *previous) ? nullptr : previous;
}

const OwnedSecret* unused_previous_near_the_deadline(const Situation& s) {
  const OwnedSecret* previous = s.record->with_role(Role::previous);
  const OwnedSecret* current = s.current();
  if (previous == nullptr || !current_lives(s)) return nullptr;
  if (!is_deadline_near(current->expires_at, s.life_of(*current), s.now)) return nullptr;
  const bool needed = used_after_switch(s, *previous) || is_held_by_sink(s, *previous);
  return needed ? nullptr : previous;
}

const OwnedSecret* expired_current(const Situation& s) {
  const OwnedSecret* current = s.current();
  return current != nullptr && !s.is_live(current->expires_at) ? current : nullptr;
}

constexpr std::array kVictims{expired_leftover, orphan, previous_past_overlap,
                              unused_previous_near_the_deadline, expired_current};

}  // namespace

Change destroy_change(const OwnedSecret& secret, Reason reason, std::string why) {
  Change change;
  change.action = Action::destroy;
  change.reason = reason;
  change.why = std::move(why);
  change.secret = secret;
  return change;
}

Retirement find_retirement(const Situation& s) {
  Retirement out;
  if (!s.record) return out;
  if (s.desired == nullptr) {
    retire_removed(s, out);
    return out;
  }
  for (const OwnedSecret& secret : s.record->secrets) {
    if (secret.role == Role::current || secret.role == Role::fresh) continue;
    if (!s.is_live(secret.expires_at)) {
      out.destroys.push_back(
          destroy_change(secret, Reason::overlap_over,
                         fmt::format("expired {} ago", format_coarse(s.now - secret.expires_at))));
    } else if (secret.role == Role::orphan || (secret.delete_intended && current_lives(s))) {
      out.destroys.push_back(destroy_change(secret, Reason::interrupted, "its deletion was begun"));
    } else {
      retire_previous(s, secret, out);
    }
  }
  return out;
}

std::optional<OwnedSecret> find_slot_victim(const Situation& s) {
  if (!s.record) return std::nullopt;
  for (const auto& candidate : kVictims) {
    if (const OwnedSecret* victim = candidate(s)) return *victim;
  }
  return std::nullopt;
}

}  // namespace keytide
