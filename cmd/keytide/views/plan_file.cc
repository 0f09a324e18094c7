#include "cmd/keytide/views/plan_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "cmd/keytide/views/json_object.h"
#include "cmd/keytide/views/plan_file_version.h"
#include "cmd/keytide/views/plan_text.h"
#include "core/plan/digest.h"

namespace keytide {
namespace {

std::string changes_of(const AccountPlan& account) {
  std::vector<std::string_view> names;
  for (const Change& change : account.changes) names.push_back(name_of(change.action));
  return fmt::format("{}", fmt::join(names, ", "));
}

PlannedEntry entry_of(const AccountPlan& account) {
  PlannedEntry entry{account.address, account.key, digest_of(account), changes_of(account), {}};
  for (const Change& change : account.changes) {
    for (const ForeignCut& cut : change.cuts) entry.cuts.push_back(cut.id);
  }
  return entry;
}

template <class List>
std::vector<std::string> texts_of(const List& list) {
  std::vector<std::string> texts;
  for (const auto& one : list) texts.push_back(one.str());
  return texts;
}

JsonObject entry_json(const PlannedEntry& entry) {
  const bool is_org = entry.key.scope.kind == Scope::Kind::org;
  return JsonObject()
      .text("address", entry.address.str())
      .text(is_org ? "org" : "project", entry.key.scope.id)
      .text("client_id", entry.key.client_id.str())
      .text("digest", entry.digest)
      .text("changes", entry.changes)
      .texts("cuts", texts_of(entry.cuts));
}

JsonObject options_json(const PlanFile& file) {
  return JsonObject()
      .texts("targets", texts_of(file.options.targets))
      .texts("replace", texts_of(file.options.replace))
      .flag("refresh", file.options.refresh)
      .flag("refresh_only", file.options.refresh_only)
      .flag("allow_foreign_cut", file.approvals.foreign_cut)
      .flag("allow_large_change", file.approvals.large_change)
      .flag("allow_clock_skew", file.approvals.clock_skew);
}

JsonObject counts_json(const PlanCounts& counts) {
  return JsonObject()
      .number("add", counts.add)
      .number("change", counts.change)
      .number("destroy", counts.destroy)
      .number("forget", counts.forget)
      .number("finish", counts.finish)
      .number("blocked", counts.blocked);
}

PlanDifference differ(PlanDifference::Kind kind, const Address& address, std::string why) {
  return {kind, address, std::move(why)};
}

PlanDifference changed(const PlannedEntry& planned, const PlannedEntry& now) {
  const std::string how =
      planned.changes == now.changes
          ? "its record, its settings or its secrets are not what they were"
          : fmt::format("it was to {}, now it is to {}", planned.changes, now.changes);
  return differ(PlanDifference::Kind::changed, planned.address,
                fmt::format("{} changed since the plan: {}", planned.address.str(), how));
}

}  // namespace

PlanFile make_plan_file(const Plan& plan, const PlanInput& input, std::string keytide_version,
                        Instant created_at) {
  PlanFile file;
  file.keytide_version = std::move(keytide_version);
  file.created_at = created_at;
  file.lineage = input.lineage;
  file.options = input.options;
  file.approvals = input.approvals;
  file.approvals.cuts.clear();
  for (const AccountPlan& account : plan.accounts) {
    if (account.changes.empty()) continue;
    file.entries.push_back(entry_of(account));
    file.approvals.cuts.insert(file.entries.back().cuts.begin(), file.entries.back().cuts.end());
  }
  file.counts = plan.counts();
  file.text = render_plan(plan, {{}, input.options.refresh_only});
  return file;
}

std::string format_plan_file(const PlanFile& file) {
  std::vector<JsonObject> entries;
  for (const PlannedEntry& entry : file.entries) entries.push_back(entry_json(entry));
  return JsonObject()
             .number("keytide_plan", kPlanFileVersion)
             .text("keytide_version", file.keytide_version)
             .moment("created_at", file.created_at)
             .text("lineage", file.lineage)
             .object("options", options_json(file))
             .objects("entries", entries)
             .object("counts", counts_json(file.counts))
             .text("text", file.text)
             .str() +
         "\n";
}

std::vector<PlanDifference> compare(const PlanFile& file, const Plan& now,
                                    std::string_view lineage) {
  using Kind = PlanDifference::Kind;
  // The digests tell whether a store that was made meanwhile knows one of the entries.
  if (!file.lineage.empty() && file.lineage != lineage) {
    return {differ(Kind::state, Address(),
                   fmt::format("the plan was made for another state (lineage {}, here {})",
                               file.lineage, lineage))};
  }
  std::map<AccountKey, PlannedEntry> left;
  for (const AccountPlan& account : now.accounts) {
    if (!account.changes.empty()) left.emplace(account.key, entry_of(account));
  }
  std::vector<PlanDifference> differences;
  for (const PlannedEntry& planned : file.entries) {
    const auto found = left.find(planned.key);
    if (found == left.end()) {
      differences.push_back(
          differ(Kind::gone, planned.address,
                 fmt::format("{} can't or need not be changed any more", planned.address.str())));
      continue;
    }
    if (found->second.digest != planned.digest) {
      differences.push_back(changed(planned, found->second));
    }
    left.erase(found);
  }
  for (const auto& [key, entry] : left) {
    differences.push_back(differ(Kind::extra, entry.address,
                                 fmt::format("{} is not in the plan: it is to {}, after the next "
                                             "plan",
                                             entry.address.str(), entry.changes)));
  }
  std::sort(differences.begin(), differences.end(),
            [](const PlanDifference& a, const PlanDifference& b) { return a.address < b.address; });
  return differences;
}

bool is_stale(const std::vector<PlanDifference>& differences) {
  return std::any_of(differences.begin(), differences.end(), [](const PlanDifference& one) {
    return one.kind != PlanDifference::Kind::extra;
  });
}

}  // namespace keytide
