#include "core/plan/guards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/duration.h"
#include "core/base/mutant.h"

namespace keytide {
namespace {

using MaybeBlocked = std::optional<Blocked>;

std::string shown(const ObservedSecret& secret) {
  return secret.masked.empty() ? secret.id.str()
                               : fmt::format("{} ({})", secret.masked, secret.id.str());
}

std::string shown(const OwnedSecret& secret) {
  return secret.masked.empty() ? secret.id.str()
                               : fmt::format("{} ({})", secret.masked, secret.id.str());
}

std::vector<std::string> unknown_since(const Situation& s, const Attempt& attempt) {
  std::vector<std::string> ids;
  for (const ObservedSecret& secret : s.foreign) {
    const auto& before = attempt.ids_before;
    if (std::find(before.begin(), before.end(), secret.id) == before.end()) {
      ids.push_back(shown(secret));
    }
  }
  return ids;
}

std::string way_out_of_quarantine(const Situation& s) {
  return fmt::format(
      "if nobody uses it, `keytide orphan delete {0}`; if somebody does, `keytide "
      "orphan adopt {0}`",
      s.address().str());
}

MaybeBlocked too_young_to_tell(const Situation& s, bool /*slot_is_free*/) {
  if (s.settling.empty()) return std::nullopt;
  return Blocked{
      fmt::format("{} seems to be of a create of keytide whose reply was lost, and is too "
                  "young to tell",
                  shown(s.settling.front())),
      "apply again in an hour: it is then deleted if nobody used it"};
}

MaybeBlocked wrong_name(const Situation& s, bool /*slot_is_free*/) {
  if (s.observed == nullptr || !s.desired->account_name) return std::nullopt;
  if (*s.desired->account_name == s.observed->name) return std::nullopt;
  return Blocked{fmt::format("account_name is \"{}\", but Atlas calls {} \"{}\"",
                             *s.desired->account_name, describe(s.key()), s.observed->name),
                 "correct client_id or account_name in the manifest"};
}

MaybeBlocked over_the_cap(const Situation& s, bool /*slot_is_free*/) {
  if (s.scope == nullptr || !s.scope->max_validity_hours) return std::nullopt;
  const int cap = *s.scope->max_validity_hours;
  if (s.desired->lifetime <= std::chrono::hours(cap)) return std::nullopt;
  return Blocked{
      fmt::format("lifetime {} is over what {} allows, {}", format_duration(s.desired->lifetime),
                  describe(s.key().scope), format_duration(std::chrono::hours(cap))),
      fmt::format("set lifetime to {} or less, or raise the organization's setting "
                  "maxServiceAccountSecretValidityInHours",
                  format_duration(std::chrono::hours(cap)))};
}

std::string way_out_of_full_slots(const Situation& s) {
  if (s.record && s.record->with_role(Role::quarantined) != nullptr) {
    return way_out_of_quarantine(s);
  }
  const bool has_adopted =
      s.record && std::any_of(s.record->secrets.begin(), s.record->secrets.end(),
                              [](const OwnedSecret& one) { return one.is_adopted; });
  if (has_adopted) {
    return fmt::format(
        "the adopted one is kept until it expires: if nobody uses it any more, "
        "`keytide orphan delete {}`",
        s.address().str());
  }
  const bool has_live = std::any_of(s.foreign.begin(), s.foreign.end(),
                                    [&](const auto& one) { return s.is_live(one.expires_at); });
  if (!s.foreign.empty() && !has_live) {
    return "delete the expired one in Atlas, or let keytide do it with safety.reclaim_foreign";
  }
  return s.foreign.empty() ? "wait until the overlap is over, or shorten `overlap`"
                           : fmt::format(
                                 "delete a secret that nobody uses in Atlas, take it over "
                                 "with `keytide import {} SECRET_ID`, or let keytide "
                                 "delete it with safety.reclaim_foreign",
                                 s.address().str());
}

MaybeBlocked no_free_slot(const Situation& s, bool slot_is_free) {
  if (slot_is_free) return std::nullopt;
  std::vector<std::string> holders;
  for (const ObservedSecret& secret : s.foreign) {
    holders.push_back(fmt::format("{}, not made by keytide, {} {}", shown(secret),
                                  s.is_live(secret.expires_at) ? "expires" : "expired",
                                  format_instant(secret.expires_at)));
  }
  if (s.record) {
    for (const OwnedSecret& secret : s.record->secrets) {
      const bool doubtful = secret.role == Role::quarantined;
      holders.push_back(doubtful
                            ? fmt::format("{}, quarantined", shown(secret))
                            : fmt::format("{}, {} of keytide, expires {}", secret.masked,
                                          name_of(secret.role), format_instant(secret.expires_at)));
    }
  }
  return Blocked{fmt::format("all {} slots of the account are taken: {}", s.input->limits.slots,
                             fmt::join(holders, "; ")),
                 way_out_of_full_slots(s)};
}

MaybeBlocked loop_guard(const Situation& s, bool /*slot_is_free*/) {
  if (!s.record || is_mutated(Mutant::no_loop_guard)) return std::nullopt;
  using Outcome = AttemptEnd::Outcome;
  const Seconds window = std::min<Seconds>(std::chrono::hours(24), s.desired->lifetime / 3);
  const auto count = [&](std::initializer_list<Outcome> outcomes) {
    return std::count_if(
        s.record->ended.begin(), s.record->ended.end(), [&](const AttemptEnd& end) {
          return end.at > s.now - window &&
                 std::find(outcomes.begin(), outcomes.end(), end.outcome) != outcomes.end();
        });
  };
  // Attempts that died with their process have a limit of their own: they say nothing of the entry.
  const int limit = s.input->safety.max_creates;
  const auto came_to_nothing = count({Outcome::aborted, Outcome::lost});
  // One that is open still is about to be the next of them.
  const auto failed = came_to_nothing + count({Outcome::died}) + (s.record->attempt ? 1 : 0);
  if (came_to_nothing < limit && failed < 2 * limit) return std::nullopt;
  return Blocked{fmt::format("{} creates within {} did not end in a delivered secret: loop guard",
                             failed, format_duration(window)),
                 "see `keytide events` for what failed and repair it; safety.max_creates sets "
                 "the limit"};
}

constexpr std::array kCreateGuards{
    wrong_name,         // the manifest may name the wrong account
    over_the_cap,       // Atlas would refuse that life
    too_young_to_tell,  // the create would cut, and so wipe, the tag of a secret of ours
    no_free_slot,       // Atlas would refuse a third secret
    loop_guard,         // something fails again and again: stop before it cuts lives for nothing
};

}  // namespace

std::optional<Blocked> find_obstacle(const Situation& s) {
  if (s.scope != nullptr && s.scope->error) {
    return Blocked{
        fmt::format("{} can't be read: {}", describe(s.key().scope), s.scope->error->text()),
        "repair that, then plan again"};
  }
  if (s.scope != nullptr && s.observed == nullptr) {
    return Blocked{fmt::format("Atlas lists no service account {}", describe(s.key())),
                   "correct client_id, org or project in the manifest, or remove the entry"};
  }
  if (s.hides_secrets) {
    return Blocked{fmt::format("Atlas's reply says nothing of the secrets of {}, of which keytide "
                               "knows {}",
                               describe(s.key()), s.record->secrets.size()),
                   "plan again; if it stays so, look at the service account in Atlas"};
  }
  return find_unknown_create(s);
}

std::optional<Blocked> find_unknown_create(const Situation& s) {
  if (!s.record || !s.record->attempt) return std::nullopt;
  const Attempt& attempt = *s.record->attempt;
  if (attempt.phase != AttemptPhase::posting && attempt.phase != AttemptPhase::unknown) {
    return std::nullopt;
  }
  const auto ids = unknown_since(s, attempt);
  return Blocked{
      fmt::format("the outcome of the create begun at {} is unknown: {}",
                  format_instant(attempt.atlas_time),
                  ids.empty() ? std::string("Atlas lists no new secret so far")
                              : fmt::format("it may have made {}", fmt::join(ids, ", "))),
      fmt::format("nothing is created meanwhile; an apply after {} finds out what came of it",
                  format_instant(*s.settles_at()))};
}

std::optional<Blocked> find_quarantine(const Situation& s) {
  if (!s.record) return std::nullopt;
  std::vector<std::string> ids;
  for (const OwnedSecret& secret : s.record->secrets) {
    if (secret.role == Role::quarantined) ids.push_back(shown(secret));
  }
  if (ids.empty()) return std::nullopt;
  const auto& secrets = s.record->secrets;
  const bool is_made = std::all_of(secrets.begin(), secrets.end(), [](const OwnedSecret& one) {
    return one.role != Role::quarantined || one.generation > 0;
  });
  if (is_made) {
    return Blocked{fmt::format("{} was made by keytide in a renewal that a restored state store "
                               "knows the beginning of alone, and may serve by now",
                               fmt::join(ids, ", ")),
                   "look whether a sink holds it; then " + way_out_of_quarantine(s)};
  }
  return Blocked{fmt::format("{} appeared while a create of keytide was on its way, and may be "
                             "keytide's or somebody's",
                             fmt::join(ids, ", ")),
                 way_out_of_quarantine(s)};
}

std::optional<Blocked> find_create_guard(const Situation& situation, bool slot_is_free) {
  for (const auto& guard : kCreateGuards) {
    if (auto blocked = guard(situation, slot_is_free)) return blocked;
  }
  return std::nullopt;
}

std::optional<Blocked> find_clock_guard(const Situation& s) {
  const auto& limit = s.input->safety.max_clock_skew;
  if (!limit || s.input->approvals.clock_skew || !s.input->options.refresh) return std::nullopt;
  const Seconds skew = std::chrono::abs(s.now - s.input->host_now);
  if (skew <= *limit) return std::nullopt;
  return Blocked{fmt::format("the clocks of Atlas ({}) and of this host ({}) are {} apart, more "
                             "than {}",
                             format_instant(s.now), format_instant(s.input->host_now),
                             format_coarse(skew), format_duration(*limit)),
                 "set the host's clock, or allow it with -allow-clock-skew or "
                 "safety.max_clock_skew"};
}

std::vector<ForeignCut> find_cuts(const Situation& s) {
  std::vector<ForeignCut> cuts;
  for (const ObservedSecret& secret : s.foreign) {
    if (secret.expires_at - s.now <= s.input->limits.cut) continue;
    cuts.push_back({secret.id, secret.masked, secret.expires_at, secret.last_used_at});
  }
  return cuts;
}

bool are_cuts_approved(const Situation& s, const std::vector<ForeignCut>& cuts) {
  const Approvals& approvals = s.input->approvals;
  if (s.desired->foreign == ForeignPolicy::cut || approvals.foreign_cut) return true;
  // The attempt that was interrupted had the consent for what it listed, and cut it already.
  std::set<SecretId> consented = approvals.cuts;
  const auto inherit = [&](const Attempt& attempt) {
    consented.insert(attempt.ids_before.begin(), attempt.ids_before.end());
  };
  if (s.record && s.record->attempt) inherit(*s.record->attempt);
  // The same after it was settled.
  const auto* tags = s.record ? &s.record->open_tags : nullptr;
  const bool was_last =
      tags != nullptr && !tags->empty() && tags->back().number == s.record->last_attempt;
  if (was_last) inherit(tags->back());
  return std::all_of(cuts.begin(), cuts.end(),
                     [&](const ForeignCut& cut) { return consented.contains(cut.id); });
}

}  // namespace keytide
