#include "cmd/keytide/views/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/plan/account_plan.h"
#include "core/plan/situation.h"

namespace keytide {
namespace {

constexpr auto* kWaitsForConsent =
    "; needs consent, for it would shorten the life of a secret that keytide did not make";
constexpr auto* kHowToConsent =
    "approve an apply that shows it, say -allow-foreign-cut, or write `foreign: cut` in the entry";

struct Subject {
  const AccountRecord* record = nullptr;   // with what Atlas shows; null: never seen
  const DesiredSecret* desired = nullptr;  // null: no manifest names it, or none was read
  const AccountPlan* plan = nullptr;       // null: nothing was planned
  Instant now{};
};

bool makes_secret(const Change& change) {
  return change.action == Action::create || change.action == Action::renew;
}

const Change* find_create(const Subject& subject) {
  if (subject.plan == nullptr) return nullptr;
  const auto& changes = subject.plan->changes;
  const auto at = std::find_if(changes.begin(), changes.end(), makes_secret);
  return at == changes.end() ? nullptr : &*at;
}

bool waits_for_consent(const Subject& subject) {
  const Change* create = find_create(subject);
  return create != nullptr && !create->cuts.empty() && !create->cuts_approved;
}

bool imports(const Subject& subject) {
  return subject.plan != nullptr && !subject.plan->changes.empty() &&
         subject.plan->changes.front().action == Action::import;
}

bool has_live(const AccountRecord& record, Role role, Instant now) {
  const OwnedSecret* secret = record.with_role(role);
  return secret != nullptr && secret->expires_at > now;
}

Phase phase_of(const Subject& s) {
  const AccountRecord* record = s.record;
  if (s.desired == nullptr && record != nullptr && (s.plan != nullptr || !record->managed)) {
    return Phase::unmanaged;
  }
  if (s.desired != nullptr && s.desired->suspend) return Phase::suspended;
  const bool open = record != nullptr && record->attempt;
  if (open && (record->attempt->phase == AttemptPhase::posting ||
               record->attempt->phase == AttemptPhase::unknown)) {
    return Phase::unknown;
  }
  if ((s.plan != nullptr && s.plan->blocked) || waits_for_consent(s)) return Phase::blocked;
  if (open && record->with_role(Role::fresh) != nullptr) {
    return record->attempt->phase == AttemptPhase::created ? Phase::created : Phase::verified;
  }
  const bool is_held = s.plan != nullptr && s.plan->waiting && s.plan->waiting->holds;
  if (is_held || find_create(s) != nullptr || imports(s)) return Phase::due;
  if (record == nullptr || !has_live(*record, Role::current, s.now)) return Phase::due;
  return has_live(*record, Role::previous, s.now) ? Phase::overlap : Phase::active;
}

std::string reason_of(const Subject& s, Phase phase) {
  if (s.plan != nullptr && s.plan->blocked) return s.plan->blocked->why;
  if (s.plan != nullptr && s.plan->quarantined) return s.plan->quarantined->why;
  if (const Change* create = find_create(s); create != nullptr) {
    return create->why + (waits_for_consent(s) ? kWaitsForConsent : "");
  }
  if (s.plan != nullptr && !s.plan->changes.empty()) return s.plan->changes.front().why;
  if (s.plan != nullptr && !s.plan->notes.empty()) return s.plan->notes.front();
  switch (phase) {
    case Phase::unmanaged:
      return "no manifest names it";
    case Phase::due:
      return s.record != nullptr && s.record->with_role(Role::current) != nullptr
                 ? "its secret has expired"
                 : "keytide has made no secret for it yet";
    case Phase::unknown:
      return "the outcome of a create is unknown";
    case Phase::created:
    case Phase::verified:
      return "a renewal was interrupted";
    default:
      return "";
  }
}

const SinkChange* find_sink_change(const Subject& s, const SinkName& sink) {
  if (s.plan == nullptr) return nullptr;
  for (const Change& change : s.plan->changes) {
    for (const SinkChange& one : change.sinks) {
      if (one.sink == sink) return &one;
    }
  }
  return nullptr;
}

bool is_lost(const Subject& s, const SinkName& sink) {
  const Change* create = find_create(s);
  return create != nullptr &&
         std::find(create->lost.begin(), create->lost.end(), sink) != create->lost.end();
}

std::string_view status_of(const Subject& s, const SinkSpec& sink, const Delivery* delivery) {
  if (delivery == nullptr || delivery->target_digest != target_digest(sink)) return "pending";
  if (delivery->status == DeliveryStatus::begun) return "begun";
  if (is_lost(s, sink.name)) return "lost";
  const SinkChange* change = find_sink_change(s, sink.name);
  if (change == nullptr) return "delivered";
  return change->kind == SinkChange::Kind::adjust ? "altered" : "lost";
}

void add_sinks(const Subject& s, StatusRow& row) {
  std::map<SinkName, StatusSink> sinks;
  if (s.record != nullptr) {
    for (const Delivery& one : s.record->deliveries) {
      const std::string_view status = s.desired != nullptr ? "dropped" : name_of(one.status);
      sinks[one.sink] = {one.sink, status, one.generation};
    }
  }
  if (s.desired != nullptr) {
    for (const SinkSpec& sink : s.desired->deliver) {
      const Delivery* delivery = s.record != nullptr ? s.record->delivery(sink.name) : nullptr;
      sinks[sink.name] = {sink.name, status_of(s, sink, delivery),
                          delivery != nullptr ? delivery->generation : 0};
    }
  }
  for (auto& [name, sink] : sinks) row.sinks.push_back(std::move(sink));
}

void add_record(const AccountRecord& record, StatusRow& row) {
  for (const OwnedSecret& secret : record.secrets) {
    row.secrets.push_back({secret.id, name_of(secret.role), secret.masked, secret.created_at,
                           secret.expires_at, secret.last_used_at});
  }
  row.owner = record.owner;
  if (record.lifetime > Seconds(0)) row.lifetime = record.lifetime;
  row.generation = record.generation;
  row.switched_at = record.switched_at;
}

void add_plan(const AccountPlan& plan, StatusRow& row) {
  row.renew_at = plan.renew_at;
  row.next_moment = plan.next_moment;
  row.waiting = plan.waiting;
  row.notes = plan.notes;
  row.notes.insert(row.notes.end(), plan.drift.begin(), plan.drift.end());
  if (plan.quarantined)
    row.notes.push_back(plan.quarantined->why + "; " + plan.quarantined->way_out);
  if (plan.blocked) row.way_out = plan.blocked->way_out;
  for (const Change& change : plan.changes) {
    row.planned.push_back(fmt::format("{}: {}", name_of(change.action), change.why));
  }
}

StatusRow row_of(const Subject& s) {
  StatusRow row;
  row.address = s.desired != nullptr ? s.desired->address : s.record->address;
  row.key = s.desired != nullptr ? s.desired->account : s.record->key;
  row.phase = phase_of(s);
  row.reason = reason_of(s, row.phase);
  if (s.record != nullptr) add_record(*s.record, row);
  if (s.desired != nullptr) {
    row.owner = s.desired->owner;
    row.lifetime = s.desired->lifetime;
  }
  if (s.plan != nullptr) add_plan(*s.plan, row);
  if (row.way_out.empty() && waits_for_consent(s)) row.way_out = kHowToConsent;
  add_sinks(s, row);
  return row;
}

StatusRow row_of(const PlanInput& input, const DesiredSecret* desired,
                 const AccountRecord* loaded) {
  const AccountPlan plan = plan_account(input, desired, loaded);
  StatusRow row = row_of({plan.record ? &*plan.record : nullptr, desired, &plan, input.now});
  for (const ObservedSecret& one : gather_situation(input, desired, loaded).foreign) {
    row.secrets.push_back(
        {one.id, "foreign", one.masked, one.created_at, one.expires_at, one.last_used_at});
  }
  return row;
}

std::vector<StatusRow> sorted(std::vector<StatusRow> rows) {
  std::sort(rows.begin(), rows.end(), [](const StatusRow& a, const StatusRow& b) {
    return std::tie(a.address, a.key) < std::tie(b.address, b.key);
  });
  return rows;
}

}  // namespace

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::unmanaged:
      return "unmanaged";
    case Phase::suspended:
      return "suspended";
    case Phase::unknown:
      return "unknown";
    case Phase::blocked:
      return "blocked";
    case Phase::created:
      return "created";
    case Phase::verified:
      return "verified";
    case Phase::due:
      return "due";
    case Phase::overlap:
      return "overlap";
    case Phase::active:
      return "active";
  }
  return "unknown";
}

const StatusSecret* StatusRow::current() const {
  const auto at = std::find_if(secrets.begin(), secrets.end(),
                               [](const StatusSecret& one) { return one.role == "current"; });
  return at == secrets.end() ? nullptr : &*at;
}

std::vector<StatusRow> status_rows(const PlanInput& input) {
  std::map<AccountKey, const AccountRecord*> records;
  for (const AccountRecord& record : input.records) records[record.key] = &record;
  std::vector<StatusRow> rows;
  for (const DesiredSecret& desired : input.desired.secrets) {
    const auto found = records.find(desired.account);
    rows.push_back(row_of(input, &desired, found != records.end() ? found->second : nullptr));
    if (found != records.end()) records.erase(found);
  }
  for (const auto& [key, record] : records) rows.push_back(row_of(input, nullptr, record));
  return sorted(std::move(rows));
}

std::vector<StatusRow> status_rows(const std::vector<AccountRecord>& records, Instant now) {
  std::vector<StatusRow> rows;
  for (const AccountRecord& record : records) rows.push_back(row_of({&record, nullptr, {}, now}));
  return sorted(std::move(rows));
}

}  // namespace keytide
