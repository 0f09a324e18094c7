#include "cmd/keytide/daemon/summary.h"

#include <fmt/format.h>

#include <algorithm>

namespace keytide {
namespace {

const EntryHealth* next_renewal(const Snapshot& snapshot) {
  const EntryHealth* next = nullptr;
  for (const EntryHealth& entry : snapshot.entries) {
    if (!entry.renew_at) continue;
    if (next == nullptr || *entry.renew_at < *next->renew_at) next = &entry;
  }
  return next;
}

bool was_anything_looked_at(const Snapshot& snapshot) {
  return std::any_of(snapshot.scopes.begin(), snapshot.scopes.end(),
                     [](const ScopeHealth& one) { return one.scanned_at || one.failed_scans > 0; });
}

std::string problems_of(const Snapshot& snapshot) {
  std::string text;
  const auto down = std::count_if(snapshot.scopes.begin(), snapshot.scopes.end(),
                                  [](const ScopeHealth& one) { return one.failed_scans > 0; });
  if (down > 0) text += fmt::format("; {} of {} scopes fail", down, snapshot.scopes.size());
  const auto rejected = std::any_of(snapshot.sources.begin(), snapshot.sources.end(),
                                    [](const SourceHealth& one) { return !one.error.empty(); });
  if (rejected) text += "; the newest manifests are rejected";
  if (snapshot.store_restored) text += "; the state store was restored and waits for a person";
  return text;
}

}  // namespace

std::string summary(const Snapshot& snapshot) {
  if (snapshot.is_stopping) return "stopping";
  if (snapshot.entries.empty() && !was_anything_looked_at(snapshot)) {
    return "nothing was looked at yet" + problems_of(snapshot);
  }
  const auto ready = std::count_if(snapshot.entries.begin(), snapshot.entries.end(),
                                   [](const EntryHealth& one) { return one.ready; });
  std::string text = fmt::format("{} {}, {} ready", snapshot.entries.size(),
                                 snapshot.entries.size() == 1 ? "entry" : "entries", ready);
  text += problems_of(snapshot);
  if (const EntryHealth* next = next_renewal(snapshot)) {
    text += fmt::format("; next renewal: {} at {}", next->address.str(),
                        format_instant(*next->renew_at));
  }
  return text;
}

}  // namespace keytide
