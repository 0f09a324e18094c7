// ServiceWorld: the service's real loop, core, client, SQLite store and file sinks before the real
// handler of atlas-sim, all on a virtual clock that jumps to whatever the loop waits for. A year
// takes minutes, and nothing waits in real time. One thread: jobs run in turn.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cmd/keytide/daemon/loop.h"
#include "cmd/keytide/daemon/metrics.h"
#include "cmd/keytide/daemon/snapshot_box.h"
#include "providers/atlas/client.h"
#include "providers/atlas/issuer.h"
#include "providers/atlas/simulator/atlas.h"
#include "providers/atlas/simulator/in_process_transport.h"
#include "providers/sinks/registry.h"
#include "providers/system/escrow_file.h"
#include "state/sqlite_store.h"
#include "tests/support/silent_log.h"
#include "tests/support/virtual_clock.h"

namespace keytide::simulation {

struct ServiceOptions {
  int orgs = 3;
  int short_entries = 3;  // of 8 h
  int long_entries = 47;  // of 90 d
  std::string folder;     // of the store and the deliveries; there, and empty
};

class ServiceWorld : private Feed {
 public:
  explicit ServiceWorld(const ServiceOptions& options);
  ~ServiceWorld() override;

  // Until that much time has passed. Each hour, and after each pass, every consumer is asked for.
  void run(Seconds length);
  // Calls to these organizations come to nothing: each takes its whole time limit.
  std::set<std::string> down;

  Instant now() { return clock_.now(); }
  const std::vector<std::string>& broken() const { return broken_; }
  int creates() const { return creates_; }
  std::int64_t questions() const { return questions_; }  // asked of consumers
  int passes() const { return passes_; }
  SnapshotPtr snapshot() const { return snapshots_.get(); }
  std::string org_id(int index) const;
  // Entries whose consumers were without a living secret, ever, once served; by organization.
  const std::set<std::string>& orgs_with_gaps() const { return orgs_with_gaps_; }

 private:
  class Network;
  FeedLook look(Reading reading) override;
  LoopPorts ports();
  PassResult pass(const PassRequest& request);
  // Of one scope, or of all.
  void check_consumers(const std::optional<Scope>& only);
  std::string seed_text() const;

  const ServiceOptions options_;
  VirtualClock clock_;
  SilentLog log_;
  std::unique_ptr<simulator::SimulatedAtlas> atlas_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<AtlasClient> client_;
  std::unique_ptr<AtlasIssuer> issuer_;
  std::unique_ptr<SqliteStore> store_;
  SinkRegistry sinks_{Environment()};
  EscrowFile escrow_;
  Metrics metrics_;
  SnapshotBox snapshots_;
  DesiredState desired_;
  bool was_read_ = false;
  std::deque<std::function<void()>> jobs_;
  std::unique_ptr<Loop> loop_;
  Instant checked_at_{};
  std::set<std::string> served_;  // addresses
  std::set<std::string> orgs_with_gaps_;
  std::vector<std::string> broken_;
  int creates_ = 0;
  int passes_ = 0;
  std::optional<Scope> last_scope_;  // of the last pass
  std::int64_t questions_ = 0;
};

}  // namespace keytide::simulation
