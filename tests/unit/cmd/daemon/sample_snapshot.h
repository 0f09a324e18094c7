// Snapshots for tests of what the service shows of itself.
#pragma once

#include <fmt/format.h>

#include "cmd/keytide/daemon/metrics.h"

namespace keytide {

// 2026-11-23T20:00:00Z
inline constexpr Instant kNow{Seconds(1795464000)};
inline constexpr Seconds kHour{3600};

inline const std::vector<std::string_view> kReasons{"Ready", "Blocked", "Unknown", "SinkBehind"};

inline EntryHealth ready_entry(const std::string& address) {
  EntryHealth entry;
  entry.address = Address(address);
  entry.scope = {Scope::Kind::org, "32b6e34b3d91647abb20e7b8"};
  entry.owner = "team-billing";
  entry.ready = true;
  entry.reason = "Ready";
  entry.expires_at = kNow + 2000 * kHour;
  entry.renew_at = kNow + 1000 * kHour;
  entry.renewed_at = kNow - 100 * kHour;
  entry.last_success_at = kNow - kHour;
  entry.slots_taken = 1;
  entry.sinks = 2;
  return entry;
}

// One entry that is well, one that is blocked, and one that never had a secret.
inline Snapshot sample_snapshot() {
  Snapshot out;
  out.at = kNow - Seconds(5);
  out.started_at = kNow - 24 * kHour;
  out.skew = Seconds(2);
  EntryHealth blocked = ready_entry("billing");
  blocked.phase = Phase::blocked;
  blocked.ready = false;
  blocked.reason = "Blocked";
  blocked.why = "two foreign secrets";
  blocked.renew_at = kNow - 3 * kHour;
  blocked.failures = 4;
  blocked.slots_taken = 2;
  blocked.orphans = 1;
  blocked.quarantined = 1;
  blocked.sinks_behind = 1;
  EntryHealth fresh;
  fresh.address = Address("new");
  fresh.scope = {Scope::Kind::project, "32b6e34b3d91647abb20e7b9"};
  fresh.phase = Phase::due;
  fresh.reason = "Unknown";
  fresh.sinks = 1;
  out.entries = {blocked, ready_entry("exporter"), fresh};
  ScopeHealth org{{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"}, kNow - kHour, 0, {}, "", 412.0};
  ScopeHealth project{{Scope::Kind::project, "32b6e34b3d91647abb20e7b9"},
                      kNow - 5 * kHour,
                      3,
                      kNow + kHour,
                      "the network is down",
                      {}};
  out.scopes = {org, project};
  SourceHealth source;
  source.name = "/etc/keytide/secrets";
  source.applied = "a1";
  source.applied_at = kNow - 48 * kHour;
  source.attempted = "a1";
  source.attempted_at = kNow - Seconds(30);
  source.entries = 3;
  out.sources = {source};
  return out;
}

// Of a big fleet: every hundredth entry is blocked.
inline Snapshot big_snapshot(int entries, int orgs) {
  Snapshot out = sample_snapshot();
  out.entries.clear();
  out.scopes.clear();
  for (int i = 0; i < entries; ++i) {
    EntryHealth entry = ready_entry(fmt::format("service-{:06}", i));
    entry.scope.id = fmt::format("{:024x}", i % orgs);
    entry.owner = fmt::format("team-{:03}", i % 40);
    entry.expires_at = kNow + kHour * (24 + i % 2000);
    if (i % 100 == 0) {
      entry.ready = false;
      entry.phase = Phase::blocked;
      entry.reason = "Blocked";
    }
    out.entries.push_back(std::move(entry));
  }
  for (int i = 0; i < orgs; ++i) {
    out.scopes.push_back(
        {{Scope::Kind::org, fmt::format("{:024x}", i)}, kNow - kHour, 0, {}, "", 400.0});
  }
  return out;
}

inline ScrapeFacts facts_of(Snapshot snapshot) {
  ScrapeFacts facts;
  facts.now = kNow;
  facts.started_at = snapshot.started_at;
  facts.last_tick_at = kNow - Seconds(1);
  facts.is_ready = true;
  facts.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
  facts.process = ProcessStats{12.5, 40 << 20, 200 << 20, 65536, 31, 1024};
  return facts;
}

}  // namespace keytide
