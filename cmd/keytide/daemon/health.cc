#include "cmd/keytide/daemon/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace keytide {
namespace {

struct Check {
  std::string_view name;
  std::string failure;  // empty: it passed
};

std::vector<Check> checks_of(const Snapshot& snapshot) {
  const bool has_source =
      std::any_of(snapshot.sources.begin(), snapshot.sources.end(),
                  [](const SourceHealth& source) { return !source.applied.empty(); });
  return {
      {"loop", ""},
      {"sources", has_source ? ""
                             : "no source of manifests has a revision that counts: see the log, or "
                               "keytide validate"},
      {"store", snapshot.store_restored ? "the store was restored from a backup: put the newer one "
                                          "back, or accept this one with "
                                          "keytide apply -refresh-only"
                                        : ""},
      {"stopping", snapshot.is_stopping ? "keytide is stopping" : ""},
  };
}

// One line, whatever an error holds.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return out;
}

// What is worth a look, and no reason to be unready.
std::string remarks(const Snapshot& snapshot) {
  std::string out;
  for (const SourceHealth& source : snapshot.sources) {
    if (source.error.empty()) continue;
    out += fmt::format("[!]source {}: {}\n", source.name, one_line(source.error));
  }
  for (const ScopeHealth& scope : snapshot.scopes) {
    if (scope.error.empty()) continue;
    out += fmt::format("[!]{} can't be read: {}\n", describe(scope.scope), one_line(scope.error));
  }
  const auto waiting = std::count_if(snapshot.entries.begin(), snapshot.entries.end(),
                                     [](const EntryHealth& entry) { return !entry.ready; });
  if (waiting > 0) {
    out += fmt::format("[!]{} of {} entries not ready: see keytide status\n", waiting,
                       snapshot.entries.size());
  }
  return out;
}

HealthReply reply_of(const std::vector<Check>& checks, Detail detail, const std::string& more) {
  HealthReply out;
  out.ok = std::all_of(checks.begin(), checks.end(),
                       [](const Check& check) { return check.failure.empty(); });
  if (out.ok && detail == Detail::brief) return {true, "ok\n"};
  for (const Check& check : checks) {
    if (!check.failure.empty()) {
      out.text += fmt::format("[-]{} failed: {}\n", check.name, check.failure);
    } else if (detail == Detail::verbose) {
      out.text += fmt::format("[+]{} ok\n", check.name);
    }
  }
  if (detail == Detail::verbose) out.text += more;
  out.text += out.ok ? "readyz check passed\n" : "readyz check failed\n";
  return out;
}

}  // namespace

HealthReply livez(std::chrono::milliseconds now, std::chrono::milliseconds last_tick,
                  std::chrono::milliseconds limit) {
  if (now - last_tick <= limit) return {true, "ok\n"};
  const auto seconds = [](std::chrono::milliseconds length) {
    return std::chrono::duration_cast<std::chrono::seconds>(length).count();
  };
  return {false, fmt::format("[-]loop failed: it went round {} s ago, and should within {} s\n",
                             seconds(now - last_tick), seconds(limit))};
}

HealthReply readyz(const Snapshot* snapshot, Detail detail) {
  if (snapshot == nullptr) {
    return reply_of({{"loop", "keytide has just started, and has not looked round yet"}}, detail,
                    "");
  }
  return reply_of(checks_of(*snapshot), detail, remarks(*snapshot));
}

}  // namespace keytide
