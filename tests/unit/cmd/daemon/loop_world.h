// LoopWorld: a Loop whose world is literals: the manifests, what passes come to, and a clock that
// moves when the test says so. Jobs run when the test says so, too.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "cmd/keytide/daemon/loop.h"
#include "tests/support/plan_world.h"
#include "tests/support/silent_log.h"

namespace keytide::test {

inline const Scope kOrgA{Scope::Kind::org, "aaaaaaaaaaaaaaaaaaaaaaaa"};
inline const Scope kOrgB{Scope::Kind::org, "bbbbbbbbbbbbbbbbbbbbbbbb"};

// A row of an entry in good order, next to be looked at in `pause`.
inline StatusRow good_row(const Address& address, const Scope& scope, Instant now, Seconds pause) {
  StatusRow row;
  row.address = address;
  row.key = {scope, ClientId("mdb_sa_id_" + address.str())};
  row.secrets.push_back({SecretId("s1"), "current", "", now, now + span("90d"), {}});
  row.sinks.push_back({SinkName("a"), "delivered", 1});
  row.renew_at = now + pause;
  row.next_moment = now + pause;
  return row;
}

class LoopWorld : public Feed {
 public:
  // Each entry of the manifests: its address and its scope.
  std::map<Address, Scope> entries;
  std::map<Scope, std::string> down;  // scopes that can't be read, and why
  Seconds pause = span("60d");        // until an entry has to be looked at again
  bool is_restored = false;           // the store, from a backup
  std::string rejected;               // why the next revision does not count
  bool has_new_revision = true;
  bool was_told_to_stop = false;         // the last pass
  bool shows_nothing_when_down = false;  // not even what is recorded
  std::optional<Address> unmanaged_too;  // an address that was another account's before
  Instant now = kNow;
  std::vector<std::string> passes;  // "org aaaa…: all", "org bbbb…: x y"
  int looks = 0;
  std::optional<Reading> last_reading;
  std::vector<SnapshotPtr> published;
  SilentLog log;
  std::deque<std::function<void()>> jobs;
  Loop loop{ports(), {span("1h"), 10}};

  FeedLook look(Reading reading) override {
    ++looks;
    last_reading = reading;
    FeedLook out;
    out.sources.push_back({"secrets", "r1", now, "r1", now, rejected, entries.size()});
    out.rejected = !rejected.empty();
    out.store_restored = is_restored;
    if (out.rejected || !has_new_revision) return out;
    has_new_revision = false;
    out.accepted.emplace();
    for (const auto& [address, scope] : entries) {
      DesiredSecret secret;
      secret.address = address;
      secret.account = {scope, ClientId("mdb_sa_id_" + address.str())};
      out.accepted->secrets.push_back(secret);
    }
    return out;
  }

  // Steps and runs jobs until nothing happens any more.
  void settle() {
    for (;;) {
      loop.step();
      if (jobs.empty()) return;
      run_jobs();
    }
  }
  void run_jobs() {
    while (!jobs.empty()) {
      const auto job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }
  void advance(Seconds length) { now += length; }

 private:
  LoopPorts ports() {
    return {[this] { return now; },
            [this] { return now; },
            [this] { return std::chrono::milliseconds(now - kNow); },
            *this,
            [this](const PassRequest& request) { return pass(request); },
            [this](std::function<void()> job) { jobs.push_back(std::move(job)); },
            [] {},
            [this](SnapshotPtr snapshot) { published.push_back(std::move(snapshot)); },
            log};
  }
  PassResult pass(const PassRequest& request) {
    std::string line = describe(request.scope) + ":";
    if (request.targets.empty()) line += " all";
    for (const Address& address : request.targets) line += " " + address.str();
    passes.push_back(line);
    was_told_to_stop = request.stopping();
    PassResult result;
    result.now = now;
    result.store_restored = is_restored;
    const auto problem = down.find(request.scope);
    if (problem != down.end()) result.error = Error{ErrorKind::unavailable, problem->second, {}};
    if (result.error && shows_nothing_when_down) return result;
    for (const DesiredSecret& secret : request.desired->secrets) {
      if (!request.targets.empty() && !request.targets.contains(secret.address)) continue;
      result.looks.push_back({good_row(secret.address, request.scope, now, pause), false});
      if (is_restored) result.looks.back().row.phase = Phase::blocked;
      if (secret.address != unmanaged_too) continue;
      StatusRow old = result.looks.back().row;
      old.key.client_id = ClientId("mdb_sa_id_zzz");
      old.phase = Phase::unmanaged;
      result.looks.push_back({std::move(old), false});
    }
    return result;
  }
};

}  // namespace keytide::test
