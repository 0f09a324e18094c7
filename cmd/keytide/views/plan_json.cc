#include "cmd/keytide/views/plan_json.h"

#include <fmt/format.h>

#include "cmd/keytide/views/json_line.h"
#include "cmd/keytide/views/plan_text.h"
#include "core/model/policy.h"

namespace keytide {
namespace {

std::string_view name_of_kind(SinkChange::Kind kind) {
  switch (kind) {
    case SinkChange::Kind::deliver:
      return "deliver";
    case SinkChange::Kind::adjust:
      return "adjust";
    case SinkChange::Kind::dropped:
      return "dropped";
  }
  return "deliver";
}

JsonObject secret_json(const OwnedSecret& secret) {
  return JsonObject()
      .text("id", secret.id.str())
      .text("role", name_of(secret.role))
      .text("masked", secret.masked)
      .moment("created_at", secret.created_at)
      .moment("expires_at", secret.expires_at)
      .moment("last_used_at", secret.last_used_at);
}

std::vector<JsonObject> cuts_json(const Change& change, Instant now) {
  std::vector<JsonObject> cuts;
  for (const ForeignCut& cut : change.cuts) {
    cuts.push_back(JsonObject()
                       .text("id", cut.id.str())
                       .text("masked", cut.masked)
                       .moment("last_used_at", cut.last_used_at)
                       .moment("expires_at", cut.expires_at)
                       .moment("cut_to", now + IssuerLimits{}.cut)
                       .flag("approved", change.cuts_approved));
  }
  return cuts;
}

std::vector<JsonObject> sinks_json(const Change& change) {
  std::vector<JsonObject> sinks;
  for (const SinkChange& sink : change.sinks) {
    sinks.push_back(JsonObject()
                        .text("name", sink.sink.str())
                        .text("change", name_of_kind(sink.kind))
                        .text("why", sink.why));
  }
  return sinks;
}

std::string planned_change(const AccountPlan& account, const Change& change, const Plan& plan,
                           Instant at) {
  JsonObject body;
  body.object("resource", resource_json(account.address, account.key))
      .text("action", name_of(change.action))
      .text("reason", name_of(change.reason))
      .text("why", change.why);
  if (change.moved_from) {
    body.object("previous_resource", resource_json(*change.moved_from, account.key));
  }
  if (change.secret) body.object("secret", secret_json(*change.secret));
  if (change.frees) body.text("frees", change.frees->str());
  if (!change.cuts.empty()) body.objects("foreign_cuts", cuts_json(change, plan.now));
  if (!change.sinks.empty()) body.objects("sinks", sinks_json(change));
  const std::string message =
      fmt::format("{}: Plan to {} ({})", account.address.str(), name_of(change.action), change.why);
  return end_line(begin_line(Level::info, message, "planned_change", at).object("change", body));
}

std::string drift_line(const AccountPlan& account, Instant at) {
  const JsonObject body = JsonObject()
                              .object("resource", resource_json(account.address, account.key))
                              .text("action", "update")
                              .texts("drift", account.drift);
  const std::string message = fmt::format("{}: Drift detected (update)", account.address.str());
  return end_line(begin_line(Level::info, message, "resource_drift", at).object("change", body));
}

std::string blocked_line(const AccountPlan& account, Instant at) {
  const JsonObject body = JsonObject()
                              .object("resource", resource_json(account.address, account.key))
                              .text("why", account.blocked->why)
                              .text("way_out", account.blocked->way_out);
  const std::string message =
      fmt::format("{}: Blocked: {}", account.address.str(), account.blocked->why);
  return end_line(begin_line(Level::warn, message, "entry_blocked", at).object("entry", body));
}

std::string quarantine_line(const AccountPlan& account, Instant at) {
  const JsonObject body = JsonObject()
                              .object("resource", resource_json(account.address, account.key))
                              .text("why", account.quarantined->why)
                              .text("way_out", account.quarantined->way_out);
  const std::string message =
      fmt::format("{}: Quarantined: {}", account.address.str(), account.quarantined->why);
  return end_line(begin_line(Level::warn, message, "orphan_detected", at).object("entry", body));
}

std::string note_line(const AccountPlan& account, const std::string& note, Instant at) {
  const JsonObject body = JsonObject()
                              .object("resource", resource_json(account.address, account.key))
                              .text("note", note);
  const std::string message = fmt::format("{}: {}", account.address.str(), note);
  return end_line(begin_line(Level::info, message, "entry_note", at).object("entry", body));
}

std::string summary_line(const Plan& plan, Instant at) {
  const PlanCounts counts = plan.counts();
  const JsonObject body = JsonObject()
                              .number("add", counts.add)
                              .number("change", counts.change)
                              .number("import", counts.import)
                              .number("remove", counts.destroy)
                              .number("forget", counts.forget)
                              .number("finish", counts.finish)
                              .number("blocked", counts.blocked)
                              .number("quarantined", counts.quarantined)
                              .number("unchanged", plan.unchanged)
                              .text("operation", "plan");
  return end_line(
      begin_line(Level::info, plan_line(counts), "change_summary", at).object("changes", body));
}

}  // namespace

std::string json_plan(const Plan& plan, Instant at) {
  std::string lines;
  for (const AccountPlan& account : plan.accounts) {
    if (!account.drift.empty()) lines += drift_line(account, at);
  }
  for (const AccountPlan& account : plan.accounts) {
    for (const Change& change : account.changes) {
      lines += planned_change(account, change, plan, at);
    }
  }
  for (const AccountPlan& account : plan.accounts) {
    if (account.blocked) lines += blocked_line(account, at);
    if (account.quarantined) lines += quarantine_line(account, at);
    for (const std::string& note : account.notes) lines += note_line(account, note, at);
  }
  for (const std::string& warning : plan.warnings) lines += json_warning(warning, at);
  return lines + summary_line(plan, at);
}

}  // namespace keytide
