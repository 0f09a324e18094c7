#include "cmd/keytide/daemon/snapshot_metrics.h"

#include <algorithm>
#include <functional>
#include <map>

#include "cmd/keytide/daemon/exposition.h"

namespace keytide {
namespace {

constexpr Phase kPhases[] = {Phase::unmanaged, Phase::suspended, Phase::unknown,
                             Phase::blocked,   Phase::created,   Phase::verified,
                             Phase::due,       Phase::overlap,   Phase::active};

double seconds_of(Instant at) { return static_cast<double>(at.time_since_epoch().count()); }

std::optional<double> seconds_of(const std::optional<Instant>& at) {
  if (!at) return std::nullopt;
  return seconds_of(*at);
}

std::pair<std::string, std::string> label_of(const Scope& scope) {
  return {scope.kind == Scope::Kind::org ? "org" : "project", scope.id};
}

Labels labels_of(const EntryHealth& entry) {
  Labels out{{"address", entry.address.str()}, label_of(entry.scope)};
  if (!entry.owner.empty()) out.emplace_back("owner", entry.owner);
  return out;
}

// No manifest names it any more: its secrets are meant to expire.
bool may_expire(const EntryHealth& entry) { return entry.phase == Phase::unmanaged; }

std::optional<Instant> expiry_of(const EntryHealth& entry) {
  return may_expire(entry) ? std::nullopt : entry.expires_at;
}

std::optional<Instant> renewal_of(const EntryHealth& entry) {
  return may_expire(entry) || entry.phase == Phase::suspended ? std::nullopt : entry.renew_at;
}

// Those that need somebody's eye first.
bool goes_before(const EntryHealth* a, const EntryHealth* b) {
  const auto rank = [](const EntryHealth& entry) {
    return std::tuple(entry.ready, expiry_of(entry).value_or(Instant::max()),
                      std::cref(entry.address));
  };
  return rank(*a) < rank(*b);
}

// At most so many, in the order of `all`.
template <class T, class Before>
std::vector<const T*> the_first(const std::vector<T>& all, std::size_t most, Before before) {
  std::vector<const T*> out;
  out.reserve(all.size());
  for (const T& one : all) out.push_back(&one);
  if (out.size() <= most) return out;
  std::nth_element(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(most), out.end(), before);
  out.resize(most);
  std::sort(out.begin(), out.end());  // of one vector: by place
  return out;
}

using EntryValue = std::function<std::optional<double>(const EntryHealth&)>;
struct EntryMetric {
  std::string_view name;
  EntryValue value;
};

const std::vector<EntryMetric>& entry_metrics() {
  static const std::vector<EntryMetric> kAll{
      {"keytide_entry_ready", [](const EntryHealth& e) { return e.ready ? 1 : 0; }},
      {"keytide_entry_expiry_timestamp_seconds",
       [](const EntryHealth& e) { return seconds_of(expiry_of(e)); }},
      {"keytide_entry_renew_timestamp_seconds",
       [](const EntryHealth& e) { return seconds_of(renewal_of(e)); }},
      {"keytide_entry_renewed_timestamp_seconds",
       [](const EntryHealth& e) { return seconds_of(e.renewed_at); }},
      {"keytide_entry_last_success_timestamp_seconds",
       [](const EntryHealth& e) { return seconds_of(e.last_success_at); }},
      {"keytide_entry_failed_tries", [](const EntryHealth& e) { return e.failures; }},
      {"keytide_entry_slots_taken", [](const EntryHealth& e) { return e.slots_taken; }},
      {"keytide_entry_orphans", [](const EntryHealth& e) { return e.orphans; }},
      {"keytide_entry_quarantined", [](const EntryHealth& e) { return e.quarantined; }},
      {"keytide_entry_sinks", [](const EntryHealth& e) { return e.sinks; }},
      {"keytide_entry_sinks_behind", [](const EntryHealth& e) { return e.sinks_behind; }},
  };
  return kAll;
}

std::string entries_text(const std::vector<const EntryHealth*>& entries) {
  std::vector<Labels> labels;
  labels.reserve(entries.size());
  for (const EntryHealth* entry : entries) labels.push_back(labels_of(*entry));
  std::string out;
  std::vector<Sample> samples;
  for (const auto& [name, value] : entry_metrics()) {
    samples.clear();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (const auto number = value(*entries[i])) samples.push_back({*number, &labels[i], {}});
    }
    out += exposition(name, samples);
  }
  samples.clear();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i]->ready) continue;
    samples.push_back({1, &labels[i], {{"reason", std::string(entries[i]->reason)}}});
  }
  return out + exposition("keytide_entry_not_ready_reason", samples);
}

std::string by_phase(const Snapshot& snapshot) {
  std::vector<Sample> samples;
  for (const Phase phase : kPhases) {
    const auto count =
        std::count_if(snapshot.entries.begin(), snapshot.entries.end(),
                      [&](const EntryHealth& entry) { return entry.phase == phase; });
    samples.push_back(
        {static_cast<double>(count), nullptr, {{"phase", std::string(name_of(phase))}}});
  }
  return exposition("keytide_entries", samples);
}

std::string by_reason(const Snapshot& snapshot, const std::vector<std::string_view>& reasons) {
  std::map<std::string_view, int> counts;
  for (const std::string_view reason : reasons) counts[reason] = 0;
  counts.erase("Ready");
  for (const EntryHealth& entry : snapshot.entries) {
    if (!entry.ready) ++counts[entry.reason];
  }
  std::vector<Sample> samples;
  for (const auto& [reason, count] : counts) {
    samples.push_back({static_cast<double>(count), nullptr, {{"reason", std::string(reason)}}});
  }
  return exposition("keytide_entries_not_ready", samples);
}

std::string totals(const Snapshot& snapshot) {
  std::int64_t slots = 0;
  std::int64_t orphans = 0;
  std::int64_t quarantined = 0;
  std::int64_t behind = 0;
  std::optional<Instant> earliest;
  for (const EntryHealth& entry : snapshot.entries) {
    slots += entry.slots_taken;
    orphans += entry.orphans;
    quarantined += entry.quarantined;
    behind += entry.sinks_behind;
    const auto expiry = expiry_of(entry);
    if (expiry && (!earliest || *expiry < *earliest)) earliest = expiry;
  }
  std::string out = exposition("keytide_slots_taken", static_cast<double>(slots));
  out += exposition("keytide_orphans", static_cast<double>(orphans));
  out += exposition("keytide_quarantined", static_cast<double>(quarantined));
  out += exposition("keytide_sinks_behind", static_cast<double>(behind));
  if (earliest)
    out += exposition("keytide_earliest_expiry_timestamp_seconds", seconds_of(*earliest));
  return out;
}

// Those that fail first, then those that were not looked at for the longest time.
bool scope_goes_before(const ScopeHealth* a, const ScopeHealth* b) {
  const auto rank = [](const ScopeHealth& scope) {
    return std::tuple(-scope.failed_scans, scope.scanned_at.value_or(Instant::min()),
                      std::cref(scope.scope));
  };
  return rank(*a) < rank(*b);
}

std::string scopes_text(const std::vector<const ScopeHealth*>& scopes) {
  std::vector<Sample> scans;
  std::vector<Sample> failures;
  std::vector<Sample> calls;
  for (const ScopeHealth* scope : scopes) {
    const Labels labels{label_of(scope->scope)};
    if (const auto at = seconds_of(scope->scanned_at)) scans.push_back({*at, nullptr, labels});
    failures.push_back({static_cast<double>(scope->failed_scans), nullptr, labels});
    if (scope->calls_left) calls.push_back({*scope->calls_left, nullptr, labels});
  }
  return exposition("keytide_scope_last_scan_timestamp_seconds", scans) +
         exposition("keytide_scope_failed_scans", failures) +
         exposition("keytide_scope_rate_limit_calls_left", calls);
}

std::string scope_totals(const Snapshot& snapshot, std::size_t shown) {
  const auto failing =
      std::count_if(snapshot.scopes.begin(), snapshot.scopes.end(),
                    [](const ScopeHealth& scope) { return scope.failed_scans > 0; });
  return exposition("keytide_scopes", static_cast<double>(snapshot.scopes.size())) +
         exposition("keytide_scopes_failing", static_cast<double>(failing)) +
         exposition("keytide_scopes_without_series",
                    static_cast<double>(snapshot.scopes.size() - shown));
}

std::string sources_text(const std::vector<SourceHealth>& sources) {
  std::vector<Sample> ready;
  std::vector<Sample> applied;
  std::vector<Sample> attempted;
  std::vector<Sample> entries;
  for (const SourceHealth& source : sources) {
    const Labels labels{{"source", source.name}};
    const bool is_ready = !source.applied.empty() && source.error.empty();
    ready.push_back({is_ready ? 1.0 : 0.0, nullptr, labels});
    if (const auto at = seconds_of(source.applied_at)) applied.push_back({*at, nullptr, labels});
    if (const auto at = seconds_of(source.attempted_at))
      attempted.push_back({*at, nullptr, labels});
    entries.push_back({static_cast<double>(source.entries), nullptr, labels});
  }
  return exposition("keytide_source_ready", ready) +
         exposition("keytide_source_applied_timestamp_seconds", applied) +
         exposition("keytide_source_attempted_timestamp_seconds", attempted) +
         exposition("keytide_source_entries", entries);
}

}  // namespace

std::string snapshot_metrics(const Snapshot& snapshot, const SeriesOptions& options) {
  const auto shown = the_first(snapshot.entries, options.entries_max, goes_before);
  const auto scopes = the_first(snapshot.scopes, options.scopes_max, scope_goes_before);
  std::string out = exposition("keytide_snapshot_timestamp_seconds", seconds_of(snapshot.at));
  out += exposition("keytide_store_restored", snapshot.store_restored ? 1 : 0);
  out += exposition("keytide_clock_skew_seconds", static_cast<double>(snapshot.skew.count()));
  out += by_phase(snapshot);
  out += by_reason(snapshot, options.reasons);
  out += exposition("keytide_entries_without_series",
                    static_cast<double>(snapshot.entries.size() - shown.size()));
  out += totals(snapshot);
  out += entries_text(shown);
  out += scope_totals(snapshot, scopes.size());
  out += scopes_text(scopes);
  return out + sources_text(snapshot.sources);
}

std::string due_metrics(const Snapshot& snapshot, Instant now) {
  const Instant atlas_now = now + snapshot.skew;
  int overdue = 0;
  Seconds oldest{0};
  for (const EntryHealth& entry : snapshot.entries) {
    const auto renewal = renewal_of(entry);
    if (!renewal || *renewal > atlas_now) continue;
    ++overdue;
    oldest = std::max(oldest, atlas_now - *renewal);
  }
  return exposition("keytide_entries_overdue", overdue) +
         exposition("keytide_oldest_due_seconds", static_cast<double>(oldest.count()));
}

}  // namespace keytide
