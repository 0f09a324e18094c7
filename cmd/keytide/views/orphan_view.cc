#include "cmd/keytide/views/orphan_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "cmd/keytide/views/json_object.h"
#include "cmd/keytide/views/style.h"
#include "core/base/duration.h"
#include "core/plan/account_plan.h"

namespace keytide {
namespace {

std::string why_in_doubt(const AccountPlan& plan, const OwnedSecret& secret) {
  switch (secret.role) {
    case Role::quarantined:
      return "appeared while a create of keytide was on its way: nobody but a person can tell "
             "whose it is";
    case Role::orphan:
      return "keytide's own, and nobody has its value: the next apply deletes it";
    case Role::fresh:
      return plan.blocked ? plan.blocked->why : "the new secret of a renewal that was interrupted";
    case Role::previous:
      return secret.is_adopted ? "adopted: kept until it expires" : "";
    default:
      return "";
  }
}

void add_rows(const AccountPlan& plan, std::vector<OrphanRow>& rows) {
  if (!plan.record) return;
  for (const OwnedSecret& secret : plan.record->secrets) {
    const std::string why = why_in_doubt(plan, secret);
    if (!why.empty()) rows.push_back({plan.address, plan.key, secret, why});
  }
  const auto& attempt = plan.record->attempt;
  const bool is_open = attempt && (attempt->phase == AttemptPhase::posting ||
                                   attempt->phase == AttemptPhase::unknown);
  if (!is_open) return;
  rows.push_back({plan.address, plan.key, std::nullopt,
                  plan.blocked ? plan.blocked->why : "the outcome of a create is unknown"});
}

std::string expiry(Instant at, Instant now) {
  return at > now ? fmt::format("expires in {}", format_coarse(at - now))
                  : fmt::format("expired {} ago", format_coarse(now - at));
}

}  // namespace

std::vector<OrphanRow> orphan_rows(const PlanInput& input) {
  std::map<AccountKey, const AccountRecord*> records;
  for (const AccountRecord& record : input.records) records[record.key] = &record;
  std::vector<OrphanRow> rows;
  for (const DesiredSecret& desired : input.desired.secrets) {
    const auto found = records.find(desired.account);
    if (found == records.end()) continue;
    add_rows(plan_account(input, &desired, found->second), rows);
    records.erase(found);
  }
  for (const auto& [key, record] : records) add_rows(plan_account(input, nullptr, record), rows);
  std::sort(rows.begin(), rows.end(), [](const OrphanRow& a, const OrphanRow& b) {
    return std::tie(a.address, a.key) < std::tie(b.address, b.key);
  });
  return rows;
}

std::string render_orphans(const std::vector<OrphanRow>& rows, Instant now) {
  if (rows.empty()) return "No secret is in doubt.\n";
  std::string text;
  for (const OrphanRow& row : rows) {
    if (row.secret) {
      text += fmt::format("{}: {} {} ({}), {}\n", printable(row.address.str()),
                          name_of(row.secret->role), printable(row.secret->masked),
                          row.secret->id.str(), expiry(row.secret->expires_at, now));
    } else {
      text += fmt::format("{}: an open create\n", printable(row.address.str()));
    }
    text += fmt::format("  {}\n", printable(row.why));
  }
  return text +
         "\nIf nobody uses a secret: `keytide orphan delete ADDR`. If somebody does: `keytide "
         "orphan adopt ADDR`.\n";
}

std::string json_orphans(const std::vector<OrphanRow>& rows) {
  std::vector<JsonObject> objects;
  for (const OrphanRow& row : rows) {
    JsonObject object;
    object.text("address", row.address.str())
        .text("scope", describe(row.key.scope))
        .text("client_id", row.key.client_id.str())
        .text("why", row.why);
    if (row.secret) {
      object.text("id", row.secret->id.str())
          .text("role", name_of(row.secret->role))
          .text("masked", row.secret->masked)
          .moment("created_at", row.secret->created_at)
          .moment("expires_at", row.secret->expires_at)
          .moment("last_used_at", row.secret->last_used_at);
    } else {
      object.null("id");
    }
    objects.push_back(std::move(object));
  }
  return json_array(objects);
}

}  // namespace keytide
