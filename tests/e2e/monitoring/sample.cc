// metrics-sample: the service's own listener over a made-up fleet, for monitoring.sh and to measure
// a scrape. Nothing is renewed here.
//   metrics-sample print              prints what a scrape shows, and ends
//   metrics-sample serve [ENTRIES]    says where it listens; serves until its input ends
//   metrics-sample measure ENTRIES    prints what rendering takes, and the memory
#include <cstdio>
#include <iostream>
#include <string>

#include "cmd/keytide/daemon/listener.h"
#include "providers/system/system_clock.h"
#include "tests/unit/cmd/daemon/sample_snapshot.h"

namespace keytide {
namespace {

constexpr int kOrgs = 50;

Metrics make_metrics() { return Metrics({"0.1.0", {kReasons}}); }

// A little of everything.
void count_something(Metrics& metrics) {
  metrics.on_create("created");
  metrics.on_delete(true);
  metrics.on_delivery("file", true);
  metrics.on_pass(true, std::chrono::milliseconds(700));
  metrics.on_reload(true);
  metrics.on_request("listOrgServiceAccounts", 200, std::chrono::milliseconds(180));
  metrics.on_request("listOrgServiceAccounts", 429, std::chrono::milliseconds(20));
}

// Moves a snapshot to the host's time.
Snapshot at(Snapshot snapshot, Instant now) {
  const auto moved = now - kNow;
  const auto move = [&](std::optional<Instant>& time) {
    if (time) *time += moved;
  };
  snapshot.at += moved;
  snapshot.started_at += moved;
  for (EntryHealth& entry : snapshot.entries) {
    move(entry.expires_at);
    move(entry.renew_at);
    move(entry.renewed_at);
    move(entry.last_success_at);
  }
  for (ScopeHealth& scope : snapshot.scopes) move(scope.scanned_at);
  for (SourceHealth& source : snapshot.sources) {
    move(source.applied_at);
    move(source.attempted_at);
  }
  return snapshot;
}

int print() {
  Metrics metrics = make_metrics();
  count_something(metrics);
  std::cout << metrics.render(facts_of(sample_snapshot()));
  return 0;
}

int serve(int entries) {
  SystemClock clock;
  Metrics metrics = make_metrics();
  count_something(metrics);
  SnapshotPtr snapshot = std::make_shared<const Snapshot>(
      at(entries > 0 ? big_snapshot(entries, kOrgs) : sample_snapshot(), clock.now()));
  auto listener = Listener::start(
      {"127.0.0.1:0", {}},
      {[&]() -> SnapshotPtr { return snapshot; }, [&] { return clock.since_boot(); }}, metrics,
      clock);
  if (!listener) {
    std::cerr << listener.error().text() << "\n";
    return 1;
  }
  std::cout << "listening on " << (*listener)->url() << "\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) count_something(metrics);
  return 0;
}

template <class Work>
double milliseconds_of(const Work& work) {
  const double begun = read_process_stats()->cpu_seconds;
  work();
  return (read_process_stats()->cpu_seconds - begun) * 1000;
}

int measure(int entries) {
  constexpr int kRounds = 50;
  Metrics metrics = make_metrics();
  const auto resident = [] {
    return static_cast<double>(read_process_stats()->resident_bytes) / 1e6;
  };
  const double before = resident();
  ScrapeFacts facts = facts_of(big_snapshot(entries, kOrgs));
  const double with_snapshot = resident();
  std::size_t bytes = 0;
  const double first = milliseconds_of([&] {
    for (int i = 0; i < kRounds; ++i) {
      facts.snapshot = std::make_shared<const Snapshot>(*facts.snapshot);
      bytes = metrics.render(facts).size();
    }
  });
  const double again = milliseconds_of([&] {
    for (int i = 0; i < kRounds; ++i) bytes = metrics.render(facts).size();
  });
  std::printf("%d entries, %d organizations: %zu bytes a scrape\n", entries, kOrgs, bytes);
  std::printf("CPU of a scrape: %.1f ms of a new snapshot (its copy too), %.1f ms of the same\n",
              first / kRounds, again / kRounds);
  std::printf("resident: %.1f MB, with the snapshot %.1f MB, after the scrapes %.1f MB\n", before,
              with_snapshot, resident());
  return 0;
}

}  // namespace
}  // namespace keytide

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "";
  const int entries = count > 2 ? std::stoi(arguments[2]) : 0;
  if (what == "print") return keytide::print();
  if (what == "serve") return keytide::serve(entries);
  if (what == "measure" && entries > 0) return keytide::measure(entries);
  std::cerr << "usage: metrics-sample print | serve [ENTRIES] | measure ENTRIES\n";
  return 2;
}
