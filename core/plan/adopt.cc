#include "core/plan/adopt.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/plan/situation.h"

namespace keytide {
namespace {

constexpr std::string_view kNothingShown = "...";

bool holds(const SinkView& view, const ObservedSecret& secret) {
  return view.readable && !view.fingerprint.empty() && view.masked != kNothingShown &&
         view.masked == secret.masked;
}

const SinkView* find_holder(const Situation& s, const ObservedSecret& secret) {
  if (s.sinks == nullptr) return nullptr;
  const auto& views = s.sinks->views;
  const auto at = std::find_if(views.begin(), views.end(),
                               [&](const SinkView& view) { return holds(view, secret); });
  return at == views.end() ? nullptr : &*at;
}

bool has_twin(const Situation& s, const ObservedSecret& secret) {
  const auto& all = s.observed->secrets;
  return std::count_if(all.begin(), all.end(),
                       [&](const ObservedSecret& one) { return one.masked == secret.masked; }) > 1;
}

// The newest that lives and that a sink holds. Two of one mask can't be told apart.
const ObservedSecret* find_held(const Situation& s) {
  const ObservedSecret* found = nullptr;
  for (const ObservedSecret& secret : s.observed->secrets) {
    const bool is_candidate =
        s.is_live(secret.expires_at) && find_holder(s, secret) != nullptr && !has_twin(s, secret);
    if (is_candidate) found = &secret;
  }
  return found;
}

// The sinks' stamps count on from where a lost store ended.
std::int64_t generation_of(const Situation& s) {
  std::int64_t highest = s.record ? s.record->generation : 0;
  if (s.sinks == nullptr) return std::max<std::int64_t>(highest, 1);
  for (const SinkView& view : s.sinks->views) highest = std::max(highest, view.generation);
  return std::max<std::int64_t>(highest, 1);
}

OwnedSecret owned(const ObservedSecret& seen, Role role) {
  OwnedSecret secret;
  secret.id = seen.id;
  secret.role = role;
  secret.masked = seen.masked;
  secret.created_at = seen.created_at;
  secret.expires_at = seen.expires_at;
  secret.last_used_at = seen.last_used_at;
  // What was asked for is not known: a life that was cut meanwhile counts as it is.
  const Seconds life = seen.expires_at - seen.created_at + std::chrono::minutes(30);
  secret.asked_hours = std::max(1, static_cast<int>(life / std::chrono::hours(1)));
  return secret;
}

AccountRecord new_record(const Situation& s) {
  AccountRecord record;
  record.key = s.key();
  record.address = s.desired->address;
  record.rotation_id = s.desired->rotation_id;
  record.lifetime = s.desired->lifetime;
  record.on_remove = s.desired->on_remove;
  record.owner = s.desired->owner;
  return record;
}

Delivery delivery_of(const SinkSpec& sink, const OwnedSecret& secret, Instant now) {
  return {sink.name,           DeliveryStatus::delivered, secret.id,      secret.generation,
          target_digest(sink), attributes_digest(sink),   label_of(sink), now};
}

bool is_in_any_sink(const Situation& s, const OwnedSecret& secret) {
  if (s.sinks == nullptr || secret.fingerprint.empty()) return false;
  const auto& views = s.sinks->views;
  return std::any_of(views.begin(), views.end(), [&](const SinkView& view) {
    return !view.readable || view.fingerprint == secret.fingerprint;
  });
}

bool was_read(const Situation& s, const SinkName& sink) {
  if (s.sinks == nullptr) return false;
  const auto& views = s.sinks->views;
  return std::any_of(views.begin(), views.end(),
                     [&](const SinkView& view) { return view.sink == sink && view.readable; });
}

void take_as_current(Situation& s, OwnedSecret& secret, const SinkView* holder) {
  AccountRecord& record = *s.record;
  secret.generation = record.generation = generation_of(s);
  record.rotation_id = s.desired->rotation_id;
  // One that was made for longer than the manifest wants is renewed, as after an edit.
  record.lifetime = std::max<Seconds>(s.desired->lifetime, std::chrono::hours(secret.asked_hours));
  // A sink that can't be read keeps what it was given, as far as anybody knows.
  std::erase_if(record.deliveries, [&](const Delivery& one) { return was_read(s, one.sink); });
  if (holder == nullptr) return;
  secret.fingerprint = holder->fingerprint;
  for (const SinkSpec& sink : s.desired->deliver) {
    const SinkView* view = s.view_of(sink);
    const bool has_it =
        view != nullptr && view->readable && view->fingerprint == secret.fingerprint;
    if (has_it) record.deliveries.push_back(delivery_of(sink, secret, s.now));
  }
  std::sort(record.deliveries.begin(), record.deliveries.end(),
            [](const Delivery& a, const Delivery& b) { return a.sink < b.sink; });
}

Adoption take(Situation& s, const ObservedSecret& seen) {
  if (!s.record) s.record = new_record(s);
  const SinkView* holder = find_holder(s, seen);
  OwnedSecret* before = s.record->with_role(Role::current);
  // A sink holds this one and none the recorded one: it serves in its place already.
  if (before != nullptr && holder != nullptr && !is_in_any_sink(s, *before)) {
    before->role = Role::previous;
    s.record->generation = std::max(s.record->generation, before->generation + 1);
    s.record->switched_at = s.now;
  }
  const bool has_current = s.record->with_role(Role::current) != nullptr;
  OwnedSecret secret = owned(seen, has_current ? Role::previous : Role::current);
  if (has_current) {
    // Its overlap counts from now: whoever uses it has that long.
    s.record->switched_at = s.now;
    if (holder != nullptr) secret.fingerprint = holder->fingerprint;
  } else {
    take_as_current(s, secret, holder);
  }
  s.record->secrets.push_back(secret);
  if (is_unknown_to_store(s)) s.record->overlap = s.windows_of_current().overlap;
  return {std::move(secret), holder == nullptr ? std::nullopt : std::optional(holder->sink)};
}

Blocked no_such_secret(const Situation& s, const SecretId& id) {
  std::string listed;
  for (const ObservedSecret& secret : s.observed->secrets) {
    listed += fmt::format("{}{} ({})", listed.empty() ? "" : ", ", secret.id.str(), secret.masked);
  }
  return {fmt::format("Atlas lists no secret {} of {}", id.str(), describe(s.key())),
          listed.empty() ? "it has none at all: leave the import, and apply makes one"
                         : fmt::format("it lists {}", listed)};
}

std::optional<Blocked> why_not(const Situation& s, const ObservedSecret& seen) {
  if (s.record && s.record->attempt) {
    return Blocked{"a renewal of it is open", "`keytide apply` first: it finishes or undoes that"};
  }
  const OwnedSecret* known = s.record ? s.record->find(seen.id) : nullptr;
  if (known != nullptr) {
    const bool in_doubt = known->role == Role::quarantined || known->role == Role::orphan;
    return Blocked{
        fmt::format("{} is recorded already, as {}", seen.id.str(), name_of(known->role)),
        in_doubt
            ? fmt::format("`keytide orphan adopt {}` keeps it", s.address().str())
            : fmt::format("there is nothing to import: see `keytide show {}`", s.address().str())};
  }
  if (s.is_live(seen.expires_at)) return std::nullopt;
  return Blocked{
      fmt::format("{} expired at {}", seen.id.str(), format_instant(seen.expires_at)),
      "an expired secret serves nobody: delete it in Atlas, or leave it to reclaim_foreign"};
}

std::optional<Adoption> adopt_named(Situation& s, const SecretId& id,
                                    std::optional<Blocked>& problem) {
  const auto& listed = s.observed->secrets;
  const auto seen = std::find_if(listed.begin(), listed.end(),
                                 [&](const ObservedSecret& one) { return one.id == id; });
  problem = seen == listed.end() ? no_such_secret(s, id) : why_not(s, *seen);
  if (problem) return std::nullopt;
  return take(s, *seen);
}

// Of a store from a backup: what a sink holds, and what is newer than the recorded current secret,
// took its place since.
std::optional<Adoption> adopt_newer(Situation& s) {
  const ObservedSecret* held = find_held(s);
  if (held == nullptr) return std::nullopt;
  if (!s.record) return take(s, *held);
  OwnedSecret* current = s.record->with_role(Role::current);
  const OwnedSecret* known = s.record->find(held->id);
  const bool is_newer = current == nullptr || held->created_at > current->created_at;
  const bool may_serve = known == nullptr || known->role == Role::quarantined;
  if (!is_newer || !may_serve) return std::nullopt;
  if (current != nullptr) {
    current->role = Role::previous;
    // A format without a stamp tells no generation.
    s.record->generation = std::max(s.record->generation, current->generation + 1);
  }
  std::erase_if(s.record->secrets, [&](const OwnedSecret& one) { return one.id == held->id; });
  s.record->switched_at = s.now;
  return take(s, *held);
}

}  // namespace

bool is_held_by_mask(const Situation& s, const ObservedSecret& secret) {
  return find_holder(s, secret) != nullptr;
}

bool is_unknown_to_store(const Situation& s) {
  const AccountRecord* known = s.loaded;
  return known == nullptr || (known->secrets.empty() && known->generation == 0 && !known->attempt);
}

std::optional<Adoption> adopt(Situation& s, std::optional<Blocked>& problem) {
  if (s.desired == nullptr || s.observed == nullptr) return std::nullopt;
  if (const auto& id = s.input->options.import_id) return adopt_named(s, *id, problem);
  if (s.restored && s.input->options.refresh_only) return adopt_newer(s);
  if (!is_unknown_to_store(s) || s.desired->suspend) return std::nullopt;
  const ObservedSecret* held = find_held(s);
  if (held == nullptr) return std::nullopt;
  return take(s, *held);
}

Change import_change(const Situation& s, const Adoption& adoption) {
  Change change;
  change.action = Action::import;
  change.reason = Reason::adopted;
  change.secret = adoption.secret;
  const bool is_current = adoption.secret.role == Role::current;
  if (s.restored) {
    change.why = fmt::format("the restored store does not know it; {} holds {}",
                             adoption.holder->str(), adoption.secret.masked);
    return change;
  }
  if (adoption.holder && is_unknown_to_store(s)) {
    change.why = fmt::format("keytide has no record of it; {} holds its secret {}",
                             adoption.holder->str(), adoption.secret.masked);
  } else if (is_current) {
    change.why = adoption.holder
                     ? "as requested"
                     : "as requested; no sink holds its value, so it is renewed after that";
  } else {
    change.why = "as requested; beside the current one, it is deleted once the overlap is over";
  }
  return change;
}

}  // namespace keytide
