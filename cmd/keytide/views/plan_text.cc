#include "cmd/keytide/views/plan_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "cmd/keytide/views/change_text.h"

namespace keytide {
namespace {

std::string_view meaning_of(Action action) {
  switch (action) {
    case Action::create:
      return "create";
    case Action::renew:
      return "renew (the old secret lives on through its overlap)";
    case Action::update:
      return "update in-place";
    case Action::destroy:
      return "destroy";
    case Action::forget:
      return "forget (no manifest names it any more)";
    case Action::finish:
      return "finish what was interrupted";
    case Action::import:
      return "import (no new secret: the one that exists is taken over)";
  }
  return "change";
}

bool has_action(const Plan& plan, Action action) {
  return std::any_of(plan.accounts.begin(), plan.accounts.end(), [&](const AccountPlan& account) {
    return std::any_of(account.changes.begin(), account.changes.end(),
                       [&](const Change& change) { return change.action == action; });
  });
}

std::string render_drift(const Plan& plan, const PlanTextOptions& options) {
  if (!plan.has_drift()) return "";
  const Style& style = options.style;
  std::string text = fmt::format(
      "{} Objects have changed outside of keytide\n\n"
      "Atlas shows these differences from what keytide recorded:\n\n",
      style.paint(Ink::cyan, "Note:"));
  for (const AccountPlan& account : plan.accounts) {
    if (account.drift.empty()) continue;
    text += fmt::format(
        "  {}\n",
        style.paint(Ink::bold, fmt::format("# {} has changed", printable(account.address.str()))));
    for (const std::string& one : account.drift) {
      text += fmt::format("  {} {}\n", style.paint(Ink::yellow, "~"), printable(one));
    }
    text += "\n";
  }
  text += options.refresh_only
              ? "This is a refresh-only plan: keytide records the differences and changes nothing "
                "in Atlas or the sinks.\n\n"
              : "The plan below already takes them into account; an apply records them.\n\n";
  return text;
}

std::string render_legend(const Plan& plan, const Style& style) {
  constexpr std::array kAll{Action::create, Action::renew,  Action::update, Action::destroy,
                            Action::forget, Action::finish, Action::import};
  std::string text = "Actions are marked with these symbols:\n";
  for (const Action action : kAll) {
    if (!has_action(plan, action)) continue;
    const std::string symbol = fmt::format("{:>3}", symbol_of(action));
    text += fmt::format("{} {}\n", style.paint(ink_of(action), symbol), meaning_of(action));
  }
  return text + "\n";
}

std::string render_changes(const Plan& plan, const Style& style) {
  std::string text;
  for (const AccountPlan& account : plan.accounts) {
    for (const Change& change : account.changes) {
      text += render_change(account, change, plan.now, style) + "\n";
    }
  }
  if (text.empty()) return "";
  return render_legend(plan, style) + "keytide will perform these actions:\n\n" + text;
}

// Entries that are blocked for the same reason: what is wrong is said once.
struct BlockedGroup {
  const Blocked* blocked = nullptr;
  std::vector<std::string> addresses;
};

std::vector<BlockedGroup> group_blocked(const Plan& plan) {
  std::vector<BlockedGroup> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const AccountPlan& account : plan.accounts) {
    if (!account.blocked) continue;
    const std::pair key(account.blocked->why, account.blocked->way_out);
    const auto [at, is_new] = known.try_emplace(key, groups.size());
    if (is_new) groups.push_back({&*account.blocked, {}});
    groups[at->second].addresses.push_back(printable(account.address.str()));
  }
  return groups;
}

std::string header_of(const BlockedGroup& group) {
  constexpr std::size_t kNamed = 20;
  const auto& all = group.addresses;
  if (all.size() == 1) return fmt::format("# {} is blocked", all.front());
  const auto named = std::min(all.size(), kNamed);
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(named);
  const std::string more =
      all.size() > named ? fmt::format(" and {} more", all.size() - named) : "";
  return fmt::format("# {}{} are blocked", fmt::join(all.begin(), end, ", "), more);
}

std::string render_blocked(const Plan& plan, const Style& style) {
  std::string text;
  for (const BlockedGroup& group : group_blocked(plan)) {
    text += fmt::format("  {}\n  {} {}\n", style.paint(Ink::bold, header_of(group)),
                        style.paint(Ink::red, "!"), printable(group.blocked->why));
    text += fmt::format("    way out: {}\n\n", printable(group.blocked->way_out));
  }
  if (text.empty()) return "";
  return "These entries can't be served now:\n\n" + text;
}

std::string render_quarantined(const Plan& plan, const Style& style) {
  std::string text;
  for (const AccountPlan& account : plan.accounts) {
    if (!account.quarantined) continue;
    const std::string header =
        fmt::format("# {} has a secret in quarantine", printable(account.address.str()));
    text += fmt::format("  {}\n  {} {}\n    way out: {}\n\n", style.paint(Ink::bold, header),
                        style.paint(Ink::red, "!"), printable(account.quarantined->why),
                        printable(account.quarantined->way_out));
  }
  if (text.empty()) return "";
  return "Nobody but a person can tell whose these secrets are:\n\n" + text;
}

std::string render_notes(const Plan& plan) {
  std::string text;
  for (const AccountPlan& account : plan.accounts) {
    const std::string address = printable(account.address.str());
    for (const std::string& note : account.notes) {
      text += fmt::format("  {}: {}\n", address, printable(note));
    }
    if (account.drop_record) {
      text +=
          fmt::format("  {}: no secret of it lives any more; an apply drops its record\n", address);
    }
  }
  if (text.empty()) return "";
  return "Notes:\n" + text + "\n";
}

std::string render_warnings(const Plan& plan, const Style& style) {
  std::string text;
  for (const std::string& warning : plan.warnings) {
    text += fmt::format("{} {}\n", style.paint(Ink::yellow, "Warning:"), printable(warning));
  }
  if (!text.empty()) text += "\n";
  return text;
}

std::string addresses_with(const Plan& plan, Action action) {
  std::vector<std::string> addresses;
  for (const AccountPlan& account : plan.accounts) {
    for (const Change& change : account.changes) {
      if (change.action == action) addresses.push_back(printable(account.address.str()));
    }
  }
  return fmt::format("{}", fmt::join(addresses, ", "));
}

int count_cuts_without_consent(const Plan& plan) {
  int count = 0;
  for (const AccountPlan& account : plan.accounts) {
    for (const Change& change : account.changes) {
      if (!change.cuts.empty() && !change.cuts_approved) ++count;
    }
  }
  return count;
}

std::string render_summary(const Plan& plan, const PlanTextOptions& options) {
  const Style& style = options.style;
  if (plan.empty()) {
    if (options.refresh_only && (plan.has_drift() || plan.accepts_restored)) {
      return "Nothing but the state would change.\n";
    }
    return style.paint(Ink::bold, "No changes. Your secrets match the configuration.") + "\n";
  }
  const PlanCounts counts = plan.counts();
  std::string text = style.paint(Ink::bold, plan_line(counts)) + "\n";
  if (counts.forget > 0) {
    text += fmt::format("To forget: {}.\n", addresses_with(plan, Action::forget));
  }
  if (counts.finish > 0) {
    text += fmt::format("To finish: {}.\n", addresses_with(plan, Action::finish));
  }
  if (counts.blocked > 0) {
    text += style.paint(Ink::red, fmt::format("Blocked: {}, see above.",
                                              count_of(counts.blocked, "entry", "entries"))) +
            "\n";
  }
  if (counts.quarantined > 0) {
    text += style.paint(Ink::red, fmt::format("With a quarantined secret: {}, see above.",
                                              count_of(counts.quarantined, "entry", "entries"))) +
            "\n";
  }
  if (const int cuts = count_cuts_without_consent(plan); cuts > 0) {
    text += style.paint(Ink::red,
                        fmt::format("Needs consent: {} would shorten the life of a secret that "
                                    "keytide did not make, see above.",
                                    count_of(cuts, "change", "changes"))) +
            "\n";
  }
  return text;
}

}  // namespace

std::string plan_line(const PlanCounts& counts) {
  const std::string imports =
      counts.import > 0 ? fmt::format("{} to import, ", counts.import) : std::string();
  return fmt::format("Plan: {}{} to add, {} to change, {} to destroy.", imports, counts.add,
                     counts.change, counts.destroy);
}

std::string render_plan(const Plan& plan, const PlanTextOptions& options) {
  return render_drift(plan, options) + render_changes(plan, options.style) +
         render_blocked(plan, options.style) + render_quarantined(plan, options.style) +
         render_notes(plan) + render_warnings(plan, options.style) + render_summary(plan, options);
}

}  // namespace keytide
