#include "core/plan/retire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/duration.h"
#include "core/base/mutant.h"

namespace keytide {
namespace {

bool used_after_switch(const Situation& s, const OwnedSecret& secret) {
  return secret.last_used_at && s.record->switched_at &&
         *secret.last_used_at > *s.record->switched_at;
}

bool is_past_overlap(const Situation& s) {
  return !s.record->switched_at || s.now >= *s.record->switched_at + s.windows_of_current().overlap;
}

// Begun, and nobody could look: it may hold the old one still.
bool may_hold_anything(const Situation& s, const Delivery& delivery) {
  if (delivery.status != DeliveryStatus::begun || delivery.label == "notify") return false;
  if (s.sinks == nullptr) return true;
  const auto& views = s.sinks->views;
  return std::none_of(views.begin(), views.end(), [&](const SinkView& view) {
    return view.sink == delivery.sink && view.readable;
  });
}

// A sink that was not switched over, or came back with an old content, still serves the old secret:
// it is not taken away from it.
bool is_held_by_sink(const Situation& s, const OwnedSecret& secret) {
  const auto& all = s.record->deliveries;
  const bool was_given = std::any_of(all.begin(), all.end(), [&](const Delivery& one) {
    return one.secret_id == secret.id || may_hold_anything(s, one);
  });
  if (was_given || s.sinks == nullptr || secret.fingerprint.empty()) return was_given;
  const auto& views = s.sinks->views;
  return std::any_of(views.begin(), views.end(), [&](const SinkView& view) {
    return view.readable && view.fingerprint == secret.fingerprint;
  });
}

// keytide's own account: until its new secret has worked for a call, the old one is its way in.
bool is_our_way_in(const Situation& s) {
  if (!s.is_own) return false;
  const OwnedSecret* current = s.current();
  const auto used = s.input->signed_in.find(s.key().client_id);
  return current == nullptr || used == s.input->signed_in.end() || current->fingerprint.empty() ||
         used->second != current->fingerprint;
}

// Not deleted before it expires, whatever else is true.
bool is_in_someones_hands(const Situation& s, const OwnedSecret& secret) {
  if (is_mutated(Mutant::held_secret_goes)) return false;
  return secret.is_adopted || is_held_by_sink(s, secret) || is_our_way_in(s);
}

bool current_lives(const Situation& s) {
  const OwnedSecret* current = s.current();
  return current != nullptr && s.is_live(current->expires_at);
}

void retire_previous(const Situation& s, const OwnedSecret& previous, Retirement& out) {
  if (!is_past_overlap(s) || !current_lives(s)) return;
  if (previous.is_adopted) {
    out.notes.push_back(
        fmt::format("{} was adopted: it is kept until it expires", previous.masked));
  } else if (is_our_way_in(s)) {
    out.notes.push_back(
        fmt::format("{} is kept: keytide has not signed in with the secret that replaced it yet",
                    previous.masked));
  } else if (is_in_someones_hands(s, previous)) {
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

// A begun deletion is taken back when the current secret is gone, or a sink came back with this
// one.
bool is_deletion_to_go_on(const Situation& s, const OwnedSecret& secret) {
  return secret.delete_intended && current_lives(s) && !is_in_someones_hands(s, secret);
}

Change destroy_orphan(const OwnedSecret& orphan) {
  return destroy_change(orphan, Reason::interrupted,
                        orphan.delete_intended
                            ? "its deletion was begun"
                            : "a create whose reply was lost made it: nobody has its value");
}

// An entry that no manifest names any more: what came to nothing goes at once, the rest only where
// the entry was to be retired.
void retire_removed(const Situation& s, Retirement& out) {
  const AccountRecord& record = *s.record;
  for (const OwnedSecret& secret : record.secrets) {
    if (secret.role == Role::orphan) out.destroys.push_back(destroy_orphan(secret));
  }
  if (record.on_remove != OnRemove::retire || !record.removed_at) return;
  if (s.is_own) {
    out.notes.push_back("keytide itself signs in with this account: its secrets are not retired");
    return;
  }
  if (s.now < *record.removed_at + record.overlap) return;
  for (const OwnedSecret& secret : record.secrets) {
    if (secret.role == Role::orphan || secret.role == Role::quarantined) continue;
    out.destroys.push_back(destroy_change(secret, Reason::removed,
                                          "removed from the manifests with on_remove: retire"));
  }
}

using MaybeVictim = std::optional<OwnedSecret>;

MaybeVictim maybe(const OwnedSecret* secret) {
  return secret != nullptr ? MaybeVictim(*secret) : std::nullopt;
}

MaybeVictim expired_leftover(const Situation& s) {
  for (const OwnedSecret& secret : s.record->secrets) {
    const bool may_go = secret.role != Role::current && secret.role != Role::quarantined;
    if (may_go && !s.is_live(secret.expires_at)) return secret;
  }
  return std::nullopt;
}

MaybeVictim expired_quarantined(const Situation& s) {
  for (const OwnedSecret& secret : s.record->secrets) {
    if (secret.role == Role::quarantined && !s.is_live(secret.expires_at)) return secret;
  }
  return std::nullopt;
}

MaybeVictim orphan(const Situation& s) { return maybe(s.record->with_role(Role::orphan)); }

MaybeVictim previous_past_overlap(const Situation& s) {
  const OwnedSecret* previous = s.record->with_role(Role::previous);
  if (previous == nullptr || !is_past_overlap(s) || !current_lives(s)) return std::nullopt;
  return maybe(is_in_someones_hands(s, *previous) ? nullptr : previous);
}

MaybeVictim unused_previous_near_the_deadline(const Situation& s) {
  const OwnedSecret* previous = s.record->with_role(Role::previous);
  if (previous == nullptr || !current_lives(s)) return std::nullopt;
  if (!s.is_deadline_near(s.now)) return std::nullopt;
  const bool needed = used_after_switch(s, *previous) || is_in_someones_hands(s, *previous);
  return maybe(needed ? nullptr : previous);
}

MaybeVictim oldest_of_all(const Situation& s) {
  if (!is_mutated(Mutant::victim_by_age) || s.foreign.empty()) return std::nullopt;
  OwnedSecret secret;
  secret.id = s.foreign.front().id;
  secret.role = Role::reclaimed;
  secret.last_used_at = s.foreign.front().last_used_at;
  return secret;
}

// One that expired first, else the one that was unused for longest.
MaybeVictim unused_foreign(const Situation& s) {
  const auto& limit = s.input->safety.reclaim_unused_for;
  if (!limit) return std::nullopt;
  const auto unused_since = [](const ObservedSecret& one) {
    return one.last_used_at.value_or(one.created_at);
  };
  const ObservedSecret* victim = nullptr;
  for (const ObservedSecret& one : s.foreign) {
    const bool is_unused = !is_our_way_in(s) && s.now - unused_since(one) >= *limit;
    if (s.is_live(one.expires_at) && !is_unused) continue;
    const bool is_better =
        victim == nullptr ||
        (s.is_live(victim->expires_at) &&
         (!s.is_live(one.expires_at) || unused_since(one) < unused_since(*victim)));
    if (is_better) victim = &one;
  }
  if (victim == nullptr) return std::nullopt;
  OwnedSecret secret;
  secret.id = victim->id;
  secret.role = Role::reclaimed;
  secret.masked = victim->masked;
  secret.created_at = victim->created_at;
  secret.expires_at = victim->expires_at;
  secret.last_used_at = victim->last_used_at;
  return secret;
}

MaybeVictim expired_current(const Situation& s) {
  const OwnedSecret* current = s.current();
  return maybe(current != nullptr && !s.is_live(current->expires_at) ? current : nullptr);
}

// The first that there is goes. The order is part of the design.
constexpr std::array kVictims{
    expired_leftover,                   // nobody can use it
    expired_quarantined,                // nor that, whosever it was
    orphan,                             // ours, and nobody has its value
    previous_past_overlap,              // its time is over
    unused_previous_near_the_deadline,  // its time is not over, but the other one's nearly is
    unused_foreign,                     // not ours: where `reclaim_foreign` allows it
    expired_current,                    // better none that works for a moment than none for ever
};

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
    const bool is_kept = secret.role == Role::current || secret.role == Role::fresh ||
                         secret.role == Role::quarantined;
    if (is_kept) continue;
    if (!s.is_live(secret.expires_at)) {
      out.destroys.push_back(
          destroy_change(secret, Reason::overlap_over,
                         fmt::format("expired {} ago", format_coarse(s.now - secret.expires_at))));
    } else if (secret.role == Role::orphan) {
      out.destroys.push_back(destroy_orphan(secret));
    } else if (secret.role == Role::reclaimed || is_deletion_to_go_on(s, secret)) {
      out.destroys.push_back(destroy_change(secret, Reason::interrupted, "its deletion was begun"));
    } else {
      retire_previous(s, secret, out);
    }
  }
  return out;
}

std::optional<OwnedSecret> find_slot_victim(const Situation& s) {
  if (!s.record) return unused_foreign(s);
  if (auto oldest = oldest_of_all(s)) return oldest;
  for (const auto& candidate : kVictims) {
    if (auto victim = candidate(s)) return victim;
  }
  return std::nullopt;
}

}  // namespace keytide
