#include "core/plan/account_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/plan/chain.h"
#include "core/plan/due.h"
#include "core/plan/guards.h"
#include "core/plan/new_secret.h"
#include "core/plan/next_moment.h"
#include "core/plan/restored.h"
#include "core/plan/retire.h"
#include "core/plan/sinks.h"
#include "core/plan/situation.h"
#include "core/plan/waiting.h"

namespace keytide {
namespace {

template <class T>
void add_all(std::vector<T>& to, std::vector<T> more) {
  for (T& one : more) to.push_back(std::move(one));
}

std::vector<std::string> describe_drift(const Situation& s) {
  std::vector<std::string> drift;
  if (!s.drifted) return drift;
  for (const OwnedSecret& now : s.record->secrets) {
    const bool is_imported = s.adopted && s.adopted->secret.id == now.id;
    if (is_imported || s.loaded->find(now.id) != nullptr) continue;
    drift.push_back(fmt::format("{} ({}) appeared: {}", now.masked, now.id.str(),
                                now.role == Role::orphan
                                    ? "a create of keytide whose reply was lost made it"
                                    : "it may be of a create of keytide whose outcome is unknown"));
  }
  for (const OwnedSecret& before : s.loaded->secrets) {
    const OwnedSecret* now = s.record->find(before.id);
    if (now == nullptr) {
      drift.push_back(
          fmt::format("{} ({}) was deleted in Atlas", before.masked, name_of(before.role)));
    } else if (now->expires_at != before.expires_at) {
      drift.push_back(fmt::format("{} ({}) expires {} instead of {}", before.masked,
                                  name_of(before.role), format_instant(now->expires_at),
                                  format_instant(before.expires_at)));
    }
  }
  return drift;
}

// What is changed without a new secret. A renewal writes every sink anyway; one that is held back
// leaves the sinks to be healed from one that holds the value.
void plan_update(const Situation& s, const SinkNeeds& needs, bool renewing, AccountPlan& out) {
  Change update;
  update.action = Action::update;
  if (s.record->address != s.desired->address) {
    update.reason = Reason::moved;
    update.moved_from = s.record->address;
    update.why = fmt::format("moved from {}", s.record->address.str());
  } else if (!s.record->managed) {
    update.reason = Reason::moved;
    update.moved_from = s.record->address;
    update.why = "managed again";
  }
  const auto take = [&](const std::vector<SinkChange>& changes) {
    update.sinks.insert(update.sinks.end(), changes.begin(), changes.end());
  };
  if (!renewing) {
    if (needs.is_at_hand()) {
      take(needs.fresh);
      take(needs.lost);
    }
    take(needs.adjust);
    take(needs.hooks);
  }
  take(needs.dropped);
  if (!update.sinks.empty() && update.reason == Reason::none) {
    const SinkChange& first = update.sinks.front();
    update.reason = Reason::sink_changed;
    update.why = fmt::format("{}: {}", first.sink.str(), first.why);
    if (update.sinks.size() > 1) update.why += fmt::format(" and {} more", update.sinks.size() - 1);
  }
  if (update.reason != Reason::none) out.changes.push_back(std::move(update));
}

bool is_create(const Change& change) {
  return change.action == Action::create || change.action == Action::renew;
}

// Under clocks that disagree nothing is deleted, and only what can't wait is created, into a slot
// that is free already.
void apply_clock_guard(const Situation& s, AccountPlan& out) {
  bool deletes_first = false;
  const auto needs_clock = [&](const Change& change) {
    if (change.action == Action::destroy) return deletes_first = true;
    if (!is_create(change)) return false;
    const OwnedSecret* current = s.current();
    if (current == nullptr || deletes_first) return true;
    return !s.is_deadline_near(s.now) || !s.is_deadline_near(s.input->host_now);
  };
  // What is over by a clock that is wrong may not be.
  if (out.drop_record && find_clock_guard(s)) out.drop_record = false;
  std::vector<Change> allowed;
  for (const Change& change : out.changes) {
    if (!needs_clock(change)) allowed.push_back(change);
  }
  if (allowed.size() == out.changes.size()) return;
  // An entry is forgotten last: what goes before that would be left behind.
  std::erase_if(allowed, [](const Change& change) { return change.action == Action::forget; });
  auto blocked = find_clock_guard(s);
  if (!blocked) return;
  out.changes = std::move(allowed);
  out.blocked = std::move(blocked);
}

void plan_chain(const Situation& s, AccountPlan& out) {
  const ChainStep step = find_chain_step(s);
  const OwnedSecret* fresh = s.record->with_role(Role::fresh);
  switch (step.kind) {
    case ChainStep::Kind::finish:
    case ChainStep::Kind::promote: {
      const bool promotes = step.kind == ChainStep::Kind::promote;
      Change finish;
      finish.action = Action::finish;
      finish.reason = promotes ? Reason::half_delivered : Reason::interrupted;
      finish.why = fmt::format("a renewal was interrupted: {}", step.why);
      finish.secret = *fresh;
      out.changes.push_back(std::move(finish));
      if (!promotes) plan_cleanup(s, out);
      return;
    }
    case ChainStep::Kind::undecided:
      out.blocked = Blocked{fmt::format("half delivered: {}", step.why), step.way_out};
      return;
    case ChainStep::Kind::leave:
      out.notes.push_back(step.why);
      return;
    case ChainStep::Kind::vanished:
      break;
    case ChainStep::Kind::give_up:
      out.changes.push_back(destroy_change(*fresh, Reason::interrupted,
                                           fmt::format("a renewal was interrupted: {}", step.why)));
      break;
  }
  if (s.desired == nullptr) return;
  const Due due{Reason::interrupted, fmt::format("a renewal was interrupted: {}", step.why)};
  std::vector<Change> before = out.changes;
  auto create = plan_new_secret(s, due, before, out);
  out.changes = std::move(before);
  if (!create) return;
  out.changes.push_back(std::move(*create));
  plan_cleanup(s, out);
}

// The first change of an account whose unknown create is late enough to be decided about.
void plan_settle(const Situation& s, AccountPlan& out) {
  if (!s.settled) return;
  std::vector<std::string> found;
  for (const OwnedSecret& secret : s.record->secrets) {
    if (s.loaded->find(secret.id) != nullptr) continue;
    found.push_back(fmt::format("{} {}", secret.masked,
                                secret.role == Role::orphan ? "bears its mark and will be deleted"
                                                            : "may be its own: quarantined"));
  }
  Change settle;
  settle.action = Action::finish;
  settle.reason = Reason::settled;
  settle.why = fmt::format("the outcome of create {} was never known: {}", *s.settled,
                           found.empty() ? "Atlas lists no secret that it made"
                                         : fmt::format("{}", fmt::join(found, "; ")));
  for (const ObservedSecret& secret : s.observed->secrets) settle.listed.push_back(secret.id);
  out.changes.push_back(std::move(settle));
}

void note_open_attempt(const Situation& s, AccountPlan& out) {
  if (!s.record || !s.record->attempt) return;
  const auto unknown = find_unknown_create(s);
  out.notes.push_back(unknown ? fmt::format("{}; {}", unknown->why, unknown->way_out)
                              : "a renewal was interrupted and is not finished meanwhile");
}

// The create cut the old secret already: an entry that rests here loses it within the week.
void block_open_chain(const Situation& s, AccountPlan& out) {
  if (!s.record || !s.record->attempt || find_unknown_create(s)) return;
  const OwnedSecret* current = s.current();
  const std::string old =
      current == nullptr ? std::string("there is no other secret")
      : s.is_live(current->expires_at)
          ? fmt::format("the old secret ends at {}", format_instant(current->expires_at))
          : fmt::format("the old secret ended at {}", format_instant(current->expires_at));
  out.blocked = Blocked{"suspended in the middle of a renewal: " + old,
                        "take `suspend: true` out of the manifest and apply: the renewal is then "
                        "finished or undone; suspend the entry again after it"};
}

void plan_import(const Situation& s, AccountPlan& out) {
  const bool is_asked_for = is_unknown_to_store(s) || s.input->options.import_id;
  if (is_asked_for) out.blocked = s.not_adopted ? s.not_adopted : find_obstacle(s);
  if (out.blocked || !s.adopted) return;
  out.changes.push_back(import_change(s, *s.adopted));
}

void plan_managed(const Situation& s, AccountPlan& out) {
  if (s.desired->suspend) {
    out.notes.push_back("suspended: nothing is renewed or deleted while `suspend` is true");
    note_open_attempt(s, out);
    block_open_chain(s, out);
    return;
  }
  if (auto obstacle = find_obstacle(s)) {
    out.blocked = std::move(obstacle);
    return;
  }
  if (s.record && s.record->attempt) {
    plan_chain(s, out);
    return;
  }
  if (s.adopted) out.changes.push_back(import_change(s, *s.adopted));
  plan_settle(s, out);
  const SinkNeeds needs = find_sink_needs(s);
  const auto due = find_due(s, needs);
  Retirement retirement = find_retirement(s);
  std::vector<Change> destroys = std::move(retirement.destroys);
  std::optional<Change> create;
  if (due) create = plan_new_secret(s, *due, destroys, out);
  if (s.record) plan_update(s, needs, create && create->cuts_approved, out);
  add_all(out.changes, std::move(destroys));
  add_all(out.notes, std::move(retirement.notes));
  add_all(out.notes, needs.notes);
  if (!create) return;
  if (due->reason == Reason::sink_lost) {
    for (const SinkChange& sink : needs.lost) create->lost.push_back(sink.sink);
  }
  out.changes.push_back(std::move(*create));
  plan_cleanup(s, out);
}

// What failed is not needed any more: somebody else repaired it.
bool has_old_failures(const Situation& s, const AccountPlan& out) {
  return s.record && s.record->failures && out.changes.empty() && !out.blocked && !out.waiting;
}

// What the record keeps of the entry for the day on which the manifests stop naming it.
bool has_old_settings(const Situation& s) {
  const bool is_its_record =
      s.record && s.record->managed && s.record->address == s.desired->address;
  return is_its_record &&
         (s.record->on_remove != s.desired->on_remove || s.record->owner != s.desired->owner ||
          s.record->overlap != s.windows_of_current().overlap);
}

void plan_forget(const Situation& s, AccountPlan& out) {
  const bool is_unknown = find_unknown_create(s).has_value();
  if (s.record->attempt && !is_unknown) plan_chain(s, out);
  const bool retires = s.record->on_remove == OnRemove::retire;
  Change forget;
  forget.action = Action::forget;
  forget.reason = Reason::removed;
  forget.why = retires ? fmt::format("no manifest names it: its secrets are deleted in {}",
                                     format_duration(s.record->overlap))
                       : "no manifest names it: its secrets stay in Atlas until they expire";
  out.changes.push_back(std::move(forget));
}

// Atlas lists a secret that has expired for ever, and it keeps its slot: without a record it would
// be a stranger's, and in the way of the entry when it comes back.
std::vector<Change> destroy_expired(const Situation& s) {
  std::vector<Change> destroys;
  if (s.observed == nullptr) return destroys;
  const auto& listed = s.observed->secrets;
  for (const OwnedSecret& secret : s.record->secrets) {
    const bool is_listed = std::any_of(listed.begin(), listed.end(),
                                       [&](const auto& one) { return one.id == secret.id; });
    if (!is_listed || secret.role == Role::quarantined) continue;
    destroys.push_back(destroy_change(secret, Reason::overlap_over, "it has expired"));
  }
  return destroys;
}

void plan_removed(const Situation& s, AccountPlan& out) {
  if (find_unknown_create(s)) note_open_attempt(s, out);
  plan_settle(s, out);
  if (s.record->managed) {
    plan_forget(s, out);
    return;
  }
  const auto& secrets = s.record->secrets;
  const bool is_over = std::none_of(secrets.begin(), secrets.end(), [&](const OwnedSecret& one) {
    return s.is_live(one.expires_at);
  });
  std::vector<Change> expired;
  if (is_over && !find_clock_guard(s)) expired = destroy_expired(s);
  // What an open tag may still bring to light would have no record to go by.
  out.drop_record =
      is_over && expired.empty() && !find_unknown_create(s) && s.record->open_tags.empty();
  // The service account itself was deleted, and its secrets with it.
  const bool is_gone = s.scope != nullptr && !s.scope->error && s.observed == nullptr;
  out.drop_record = out.drop_record || is_gone;
  if (out.drop_record) return;
  add_all(out.changes, is_over ? std::move(expired) : find_retirement(s).destroys);
}

// Nothing is done by such a record, and nothing is recorded: not even what is gone, which is a part
// of how it is told.
void rest(const Situation& s, AccountPlan& out) {
  const bool is_quiet =
      s.desired != nullptr ? s.desired->suspend : s.record->on_remove != OnRemove::retire;
  if (!is_quiet) out.blocked = restored_block(s);
  out.desired = s.desired != nullptr ? std::optional(*s.desired) : std::nullopt;
  out.record = s.loaded != nullptr ? std::optional(*s.loaded) : std::nullopt;
}

}  // namespace

AccountPlan plan_account(const PlanInput& input, const DesiredSecret* desired,
                         const AccountRecord* loaded) {
  const Situation s = gather_situation(input, desired, loaded);
  AccountPlan out;
  out.key = s.key();
  out.address = s.address();
  out.restored = s.restored.has_value();
  if (s.restored && !input.options.refresh_only) {
    rest(s, out);
    out.next_moment = next_moment(s, out);
    return out;
  }
  out.drift = describe_drift(s);
  if (const OwnedSecret* current = s.current()) out.deadline = current->expires_at;
  out.renew_at = s.renew_at_of_current();
  out.quarantined = find_quarantine(s);
  if (input.options.import_only) {
    if (desired != nullptr) plan_import(s, out);
  } else if (s.restored) {
    if (s.adopted) out.changes.push_back(import_change(s, *s.adopted));
    // What was accepted is recorded even where Atlas shows nothing new.
    out.settings_changed = s.loaded != nullptr && s.record != *s.loaded;
  } else if (!input.options.refresh_only) {
    if (desired != nullptr) {
      plan_managed(s, out);
      out.settings_changed = has_old_settings(s);
    } else {
      plan_removed(s, out);
    }
    apply_clock_guard(s, out);
    apply_back_off(s, out);
  }
  out.next_moment = next_moment(s, out);
  if (desired != nullptr) out.desired = *desired;
  out.record = s.record;
  if (!input.options.refresh_only && has_old_failures(s, out)) {
    out.record->failures.reset();
    out.settings_changed = true;
  }
  return out;
}

}  // namespace keytide
