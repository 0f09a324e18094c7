#include "core/plan/chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/mutant.h"

namespace keytide {
namespace {

struct Holders {
  std::optional<SinkName> readable;    // holds the new value, seen
  std::optional<SinkName> unreadable;  // was begun and can't be read
  bool all_delivered = true;
};

Holders find_holders(const Situation& s, const OwnedSecret& fresh) {
  Holders holders;
  for (const SinkSpec& sink : s.desired->deliver) {
    if (sink.is_hook()) continue;
    const Delivery* delivery = s.record->delivery(sink.name);
    const bool begun = delivery != nullptr && delivery->secret_id == fresh.id &&
                       delivery->target_digest == target_digest(sink);
    const SinkView* view = s.view_of(sink);
    const bool readable = view != nullptr && view->readable;
    const bool holds = readable && view->exists && view->fingerprint == fresh.fingerprint;
    if (!begun || delivery->status != DeliveryStatus::delivered || (readable && !holds)) {
      holders.all_delivered = false;
    }
    if (holds) holders.readable = sink.name;
    const bool may_hold = begun && !readable && !is_mutated(Mutant::unreadable_means_empty);
    if (may_hold) holders.unreadable = sink.name;
  }
  if (s.sinks == nullptr || holders.readable) return holders;
  for (const SinkView& view : s.sinks->old_views) {
    if (view.readable && view.fingerprint == fresh.fingerprint) holders.readable = view.sink;
  }
  return holders;
}

// Whether the target of that delivery could be looked at.
bool was_read(const Situation& s, const Delivery& delivery) {
  if (s.sinks == nullptr) return false;
  const auto& old = s.sinks->old_views;
  return std::any_of(old.begin(), old.end(), [&](const SinkView& view) {
    return view.readable && view.sink == delivery.sink &&
           view.target_digest == delivery.target_digest;
  });
}

// A sink that was given the new secret and is not in the manifest any more, or has another target
// there: nobody can look, so it counts as holding it.
const Delivery* find_edited_away(const Situation& s, const OwnedSecret& fresh) {
  for (const Delivery& delivery : s.record->deliveries) {
    if (delivery.secret_id != fresh.id) continue;
    const auto& sinks = s.desired->deliver;
    const auto at = std::find_if(sinks.begin(), sinks.end(), [&](const SinkSpec& sink) {
      return sink.name == delivery.sink &&
             (sink.is_hook() || target_digest(sink) == delivery.target_digest);
    });
    if (at == sinks.end() && delivery.label != "notify" && !was_read(s, delivery)) return &delivery;
  }
  return nullptr;
}

// A sink that was begun may hold the new secret: it stays in Atlas like the others of the entry.
ChainStep find_removed_step(const Situation& s, const OwnedSecret& fresh) {
  for (const Delivery& delivery : s.record->deliveries) {
    if (delivery.secret_id != fresh.id) continue;
    return {ChainStep::Kind::leave,
            fmt::format("{} may hold the new secret of a removed entry", delivery.sink.str()),
            {}};
  }
  return {ChainStep::Kind::give_up, "the entry was removed before its secret was delivered", {}};
}

// Half delivered: a person decides, until the old secret is dead and whoever may hold the new one
// is the only one who is still served.
ChainStep undecided(const Situation& s, std::string why, std::string way_out) {
  const OwnedSecret* old = s.current();
  const bool is_dead = old == nullptr || !s.is_live(old->expires_at);
  if (is_dead && !is_mutated(Mutant::half_delivered_for_ever)) {
    return {
        ChainStep::Kind::promote,
        fmt::format("{}, and the old secret is dead: the new one serves until it is replaced", why),
        {}};
  }
  return {ChainStep::Kind::undecided,
          std::move(why),
          {},
          fmt::format("{1}; or say who has it: `keytide orphan delete {0}` if nobody, `keytide "
                      "orphan adopt {0}` if somebody",
                      s.address().str(), way_out)};
}

}  // namespace

ChainStep find_chain_step(const Situation& s) {
  CHECK(s.record && s.record->attempt, "an attempt is open");
  const OwnedSecret* fresh = s.record->with_role(Role::fresh);
  if (fresh == nullptr) {
    return {ChainStep::Kind::vanished, "the new secret is gone from Atlas", {}};
  }
  if (!s.is_live(fresh->expires_at)) {
    return {ChainStep::Kind::give_up, "the new secret has expired", {}};
  }
  if (s.desired == nullptr) return find_removed_step(s, *fresh);
  const Holders holders = find_holders(s, *fresh);
  if (holders.all_delivered) {
    return {ChainStep::Kind::finish, "every sink has the new secret", holders.readable};
  }
  if (s.is_in_escrow(fresh->id)) {
    return {ChainStep::Kind::finish, "its value is in escrow", holders.readable};
  }
  if (holders.readable) {
    return {ChainStep::Kind::finish,
            fmt::format("the value is still in {}", holders.readable->str()), holders.readable};
  }
  if (holders.unreadable) {
    return undecided(
        s, fmt::format("{} may hold the new secret and can't be read", holders.unreadable->str()),
        "make that sink readable, then apply again");
  }
  if (const Delivery* away = find_edited_away(s, *fresh)) {
    return undecided(s,
                     fmt::format("{} was given the new secret at a path or in a format that the "
                                 "manifest does not name any more",
                                 away->sink.str()),
                     "put it back into the manifest, apply, then edit it again");
  }
  const bool is_locked_in =
      s.record->escrow && s.record->escrow->id == fresh->id && !s.input->escrow_problem.empty();
  if (is_locked_in) {
    return {ChainStep::Kind::undecided,
            fmt::format("its value is in escrow, and {}", s.input->escrow_problem),
            {},
            fmt::format("make the key readable, then apply again; or give the new secret up with "
                        "`keytide orphan delete {}`",
                        s.address().str())};
  }
  return {ChainStep::Kind::give_up, "its value was lost before a sink had it", {}};
}

}  // namespace keytide
