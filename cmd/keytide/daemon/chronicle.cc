#include "cmd/keytide/daemon/chronicle.h"

#include <fmt/format.h>

#include <algorithm>

namespace keytide {
namespace {

std::string text_of(const std::optional<Instant>& at) { return at ? format_instant(*at) : "none"; }

void log_source(const SourceHealth* before, const SourceHealth& after, Log& log) {
  if (!after.error.empty() && (before == nullptr || before->error != after.error)) {
    log.error(after.applied.empty() ? "manifests rejected, and no others count yet"
                                    : "manifests rejected, the last good ones go on",
              {{"source", after.name},
               {"revision", after.attempted},
               {"applied", after.applied},
               {"error", after.error}});
  }
  const bool is_repaired = before != nullptr && !before->error.empty() && after.error.empty();
  if (is_repaired && before->applied == after.applied) {
    log.info("manifests are good again", {{"source", after.name}, {"revision", after.applied}});
  }
  const bool is_new = before == nullptr || before->applied != after.applied;
  if (after.error.empty() && is_new && !after.applied.empty()) {
    log.info("manifests applied", {{"source", after.name},
                                   {"revision", after.applied},
                                   {"entries", fmt::format("{}", after.entries)}});
  }
}

void log_scope(const ScopeHealth* before, const ScopeHealth& after, Log& log) {
  const bool failed = before != nullptr && before->failed_scans > 0;
  if (after.failed_scans > 0 && (!failed || before->error != after.error)) {
    log.error("scope can't be worked on", {{"scope", describe(after.scope)},
                                           {"error", after.error},
                                           {"next_try", text_of(after.next_try_at)}});
  }
  if (failed && after.failed_scans == 0) {
    log.info("scope is worked on again", {{"scope", describe(after.scope)},
                                          {"failures", fmt::format("{}", before->failed_scans)}});
  }
}

// What is said of the store is not said of each entry again, neither when it begins nor when it
// ends.
void log_readiness(const EntryHealth* before, const EntryHealth& after, Log& log) {
  if (after.held_by_store) return;
  if (before != nullptr && before->held_by_store) before = nullptr;
  const bool was_ready = before == nullptr || before->ready;
  const bool is_other = before == nullptr || before->reason != after.reason;
  if (!after.ready && (was_ready || is_other)) {
    log.warn("entry is not ready", {{"address", after.address.str()},
                                    {"reason", std::string(after.reason)},
                                    {"why", after.why},
                                    {"expires_at", text_of(after.expires_at)}});
  }
  if (after.ready && !was_ready) {
    log.info("entry is ready again",
             {{"address", after.address.str()}, {"expires_at", text_of(after.expires_at)}});
  }
}

void log_entry(const EntryHealth* before, const EntryHealth& after, Log& log) {
  log_readiness(before, after, log);
  const int had = before == nullptr ? 0 : before->quarantined;
  if (after.quarantined > had) {
    log.warn("secret in quarantine: a person has to decide",
             {{"address", after.address.str()},
              {"way_out", "keytide orphan adopt|delete " + after.address.str()}});
  }
}

template <class T, class Key>
const T* find_in(const std::vector<T>* all, const T& wanted, Key key) {
  if (all == nullptr) return nullptr;
  const auto at =
      std::find_if(all->begin(), all->end(), [&](const T& one) { return key(one) == key(wanted); });
  return at == all->end() ? nullptr : &*at;
}

// Both are sorted by address, and there may be many.
void log_entries(const std::vector<EntryHealth>* before, const std::vector<EntryHealth>& after,
                 Log& log) {
  static const std::vector<EntryHealth> none;
  const auto& known = before == nullptr ? none : *before;
  auto old = known.begin();
  for (const EntryHealth& entry : after) {
    while (old != known.end() && old->address < entry.address) ++old;
    const bool is_known = old != known.end() && old->address == entry.address;
    log_entry(is_known ? &*old : nullptr, entry, log);
  }
}

}  // namespace

void log_changes(const Snapshot* before, const Snapshot& after, Log& log) {
  for (const SourceHealth& source : after.sources) {
    const auto name = [](const SourceHealth& one) { return one.name; };
    log_source(find_in(before != nullptr ? &before->sources : nullptr, source, name), source, log);
  }
  for (const ScopeHealth& scope : after.scopes) {
    const auto id = [](const ScopeHealth& one) { return one.scope; };
    log_scope(find_in(before != nullptr ? &before->scopes : nullptr, scope, id), scope, log);
  }
  const bool was_restored = before != nullptr && before->store_restored;
  if (after.store_restored && !was_restored) {
    log.error("the state store was restored from a backup: nothing is done",
              {{"way_out", "keytide plan -refresh-only, then keytide apply -refresh-only"}});
  }
  if (was_restored && !after.store_restored) log.info("the state store counts again");
  log_entries(before != nullptr ? &before->entries : nullptr, after.entries, log);
}

}  // namespace keytide
