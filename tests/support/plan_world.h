// PlanWorld: everything that a plan is made of, for one entry, as literals. It begins in good
// order: "billing" has a 90-day secret that was made ten days ago and is in its one file; a test
// changes what it is about and plans.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.h"
#include "core/base/instant.h"
#include "core/model/plan.h"
#include "core/plan/account_plan.h"
#include "core/plan/input.h"
#include "core/plan/make_plan.h"

namespace keytide::test {

inline Seconds span(std::string_view text) { return parse_duration(text).value(); }
inline Instant at(std::string_view text) { return parse_instant(text).value(); }

inline const AccountKey kKey{{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"},
                             ClientId("mdb_sa_id_1234567890abcdef12345678")};
inline const Instant kNow = at("2026-11-23T12:00:00Z");

inline SinkSpec file_sink(const std::string& name, const std::string& path,
                          FileFormat format = FileFormat::raw, std::uint32_t mode = 0600) {
  return {SinkName(name), FileSink{path, format, mode, "", ""}, {}};
}

inline SinkSpec hook(const std::string& name, const std::string& program) {
  return {SinkName(name), NotifyHook{{program}, Seconds(30)}, {}};
}

inline DesiredSecret billing_entry() {
  DesiredSecret entry;
  entry.address = Address("billing");
  entry.account = kKey;
  entry.lifetime = span("90d");
  entry.deliver = {file_sink("a", "/run/a")};
  return entry;
}

inline Delivery delivered(const SinkSpec& sink, const OwnedSecret& secret,
                          DeliveryStatus status = DeliveryStatus::delivered) {
  return {sink.name,
          status,
          secret.id,
          secret.generation,
          target_digest(sink),
          attributes_digest(sink),
          std::string(type_of(sink)),
          kNow};
}

struct PlanWorld {
  std::optional<DesiredSecret> desired = billing_entry();
  std::optional<AccountRecord> record = AccountRecord{};
  ObservedAccount observed{kKey, "billing", {}};
  std::vector<SinkView> views;
  PlanInput input;

  PlanWorld() {
    input.lineage = "lineage";
    input.now = kNow;
    input.host_now = kNow;
    record->key = kKey;
    record->address = Address("billing");
    record->version = 7;
    record->generation = 1;
    record->last_attempt = 1;
    record->lifetime = span("90d");
    record->overlap = span("24h");
    record->switched_at = kNow - span("10d");
    own("c1", Role::current, span("10d"), span("80d"));
    record->secrets[0].generation = 1;
    record->deliveries = {delivered(desired->deliver[0], record->secrets[0])};
    view("a", "c1");
  }

  // A secret of ours, made `ago`, with `left` to live, recorded and listed. Its value's fingerprint
  // is "fp-" and its id.
  OwnedSecret& own(const std::string& id, Role role, Seconds ago, Seconds left) {
    OwnedSecret secret;
    secret.id = SecretId(id);
    secret.role = role;
    secret.masked = "mdb_sa_sk_..." + id;
    secret.created_at = kNow - ago;
    secret.expires_at = kNow + left;
    secret.asked_hours = 2160;
    secret.fingerprint = Fingerprint("fp-" + id);
    list(id, ago, left);
    record->secrets.push_back(secret);
    return record->secrets.back();
  }

  // A secret that Atlas lists and nobody recorded.
  ObservedSecret& list(const std::string& id, Seconds ago, Seconds left) {
    observed.secrets.push_back(
        {SecretId(id), kNow - ago, kNow + left, std::nullopt, "mdb_sa_sk_..." + id});
    return observed.secrets.back();
  }
  void unlist(const std::string& id) {
    std::erase_if(observed.secrets,
                  [&](const ObservedSecret& secret) { return secret.id.str() == id; });
  }
  ObservedSecret& listed(const std::string& id) {
    return *std::find_if(observed.secrets.begin(), observed.secrets.end(),
                         [&](const ObservedSecret& secret) { return secret.id.str() == id; });
  }

  SinkSpec& sink(const std::string& name) {
    return *std::find_if(desired->deliver.begin(), desired->deliver.end(),
                         [&](const SinkSpec& one) { return one.name.str() == name; });
  }
  // What reading the sink showed: the value of the secret `id`; empty: a file that isn't there.
  void view(const std::string& name, const std::string& id) {
    forget_view(name);
    views.push_back({SinkName(name), target_digest(sink(name)), true, "", !id.empty(),
                     id.empty() ? Fingerprint() : Fingerprint("fp-" + id), true});
  }
  void unreadable(const std::string& name) {
    forget_view(name);
    views.push_back({SinkName(name), target_digest(sink(name)), false, "permission denied", false,
                     Fingerprint(), true});
  }
  void forget_view(const std::string& name) {
    std::erase_if(views, [&](const SinkView& one) { return one.sink.str() == name; });
  }
  // A second file "b" that holds the current secret, and one that was renewed into both.
  void add_second_sink() {
    desired->deliver.push_back(file_sink("b", "/run/b"));
    record->deliveries.push_back(delivered(desired->deliver[1], record->secrets[0]));
    view("b", "c1");
  }

  // An attempt in this phase; with a new secret "n1" where the phase says that there is one.
  void open(AttemptPhase phase) {
    record->attempt =
        Attempt{2, phase, kNow - span("1h"), 2100, {SecretId("c1")}, "renewing", true};
    record->last_attempt = 2;
    if (phase == AttemptPhase::posting || phase == AttemptPhase::unknown) return;
    own("n1", Role::fresh, span("1h"), span("89d")).generation = 2;
    record->find(SecretId("c1"))->expires_at = kNow + span("7d");
    listed("c1").expires_at = kNow + span("7d");
  }
  void begin(const std::string& name, DeliveryStatus status) {
    std::erase_if(record->deliveries, [&](const Delivery& one) { return one.sink.str() == name; });
    record->deliveries.push_back(delivered(sink(name), *record->with_role(Role::fresh), status));
  }

  PlanInput gathered() const {
    PlanInput all = input;
    if (desired) all.desired.secrets = {*desired};
    if (record) all.records = {*record};
    if (all.scopes.empty()) all.scopes.push_back({kKey.scope, all.now, {observed}, {}, {}});
    AccountSinks sinks{kKey, views};
    std::sort(sinks.views.begin(), sinks.views.end(),
              [](const SinkView& a, const SinkView& b) { return a.sink < b.sink; });
    all.sinks = {std::move(sinks)};
    return all;
  }
  AccountPlan plan() const {
    return plan_account(gathered(), desired ? &*desired : nullptr, record ? &*record : nullptr);
  }
};

// "- c0 overlap_over; +/- c1 renewing; blocked": the changes of a plan as one line.
inline std::string line_of(const AccountPlan& plan) {
  std::string line;
  const auto add = [&](const std::string& text) { line += (line.empty() ? "" : "; ") + text; };
  for (const Change& change : plan.changes) {
    std::string text(symbol_of(change.action));
    if (change.secret) text += " " + change.secret->id.str();
    text += " " + std::string(name_of(change.reason));
    if (change.frees) text += " frees " + change.frees->str();
    for (const SinkChange& one : change.sinks) {
      const bool adjusts = one.kind == SinkChange::Kind::adjust;
      const bool drops = one.kind == SinkChange::Kind::dropped;
      text += (adjusts ? " adjust:" : drops ? " drop:" : " deliver:") + one.sink.str();
    }
    add(text);
  }
  if (plan.blocked) add("blocked");
  if (plan.drop_record) add("dropped");
  return line;
}

inline std::string why_blocked(const AccountPlan& plan) {
  return plan.blocked ? plan.blocked->why : "not blocked";
}
inline std::string way_out_of(const AccountPlan& plan) {
  return plan.blocked ? plan.blocked->way_out : "not blocked";
}
inline std::string why_first(const AccountPlan& plan) {
  return plan.changes.empty() ? "no change" : plan.changes.front().why;
}
inline Reason last_reason(const AccountPlan& plan) {
  return plan.changes.empty() ? Reason::none : plan.changes.back().reason;
}
// Of the create in the plan; false where there is none.
inline bool cuts_are_approved(const AccountPlan& plan) {
  return !plan.changes.empty() && plan.changes.back().cuts_approved;
}

inline std::string notes_of(const AccountPlan& plan) {
  std::string notes;
  for (const std::string& note : plan.notes) notes += note + "\n";
  return notes;
}

}  // namespace keytide::test
