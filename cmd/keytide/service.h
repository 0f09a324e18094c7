// Service: `keytide run`: the loop of daemon/loop.h with the real world around it: threads,
// signals, the service manager, the log. Blocks until it is told to stop. Threads: one calls run().
#pragma once

#include <mutex>

#include "cmd/keytide/app.h"
#include "cmd/keytide/config_watch.h"
#include "cmd/keytide/control/server.h"
#include "cmd/keytide/credential_watch.h"
#include "cmd/keytide/daemon/job_threads.h"
#include "cmd/keytide/daemon/listener.h"
#include "cmd/keytide/daemon/loop.h"
#include "cmd/keytide/daemon/metrics.h"
#include "cmd/keytide/daemon/repeats.h"
#include "cmd/keytide/daemon/snapshot_box.h"
#include "cmd/keytide/manifest_feed.h"
#include "cmd/keytide/workspace.h"
#include "core/ports/component_log.h"
#include "providers/sources/watch.h"
#include "providers/system/service_manager.h"
#include "providers/system/waker.h"

namespace keytide {

class Service {
 public:
  // All must outlive it; the workspace is open for writing, its issuer connected.
  Service(const App& app, Workspace& workspace, Metrics& metrics, Waker& waker);

  struct End {
    int exit_code = 0;         // 1 where it could not begin, which is said
    bool begins_anew = false;  // with another configuration, and a new Service
  };
  // For ever, until SIGTERM or SIGINT, or a reload that finds another configuration.
  End run();
  // Until everything was looked at and nothing is due. The exit code: 1 where something failed, is
  // blocked or was refused.
  int run_once();

 private:
  LoopPorts loop_ports();
  PassResult pass(PassRequest request);
  void prune_events();
  void turn();
  void begin_stop();
  bool must_end();
  void look_at_watch();
  void look_at_credentials();
  void publish(SnapshotPtr snapshot);
  bool open_control();
  bool open_listener();
  int reload(const App& app);
  Diagnostics obstacles(const App& app, const ConfigWatch::Finding& found);
  void tell_of_obstacles(const App& app, const Diagnostics& problems);
  int tell_of_manifests(const App& app, std::int64_t reload);
  std::vector<int> descriptors() const;

  const App& app_;
  Workspace& workspace_;
  Metrics& metrics_;
  Waker& waker_;
  ComponentLog loop_log_;
  ComponentLog pass_log_;
  ManifestFeed feed_;
  SourceWatch watch_;
  ServiceManager manager_;
  std::atomic<std::int64_t> passes_{0};
  std::atomic<std::int64_t> pruned_day_{0};
  const Instant started_at_;
  Repeats repeats_;
  SnapshotBox snapshots_;
  Loop loop_;
  std::unique_ptr<ControlServer> control_;
  std::atomic<std::chrono::milliseconds> ticked_at_{};  // since boot
  std::unique_ptr<Listener> listener_;
  const ConfigWatch config_;
  std::mutex trial_mutex_;  // of what another configuration needs
  CredentialWatch credentials_;
  std::atomic<bool> looks_at_credentials_{false};   // a job does
  std::atomic<bool> wants_credential_look_{false};  // a pass was denied, or a person asked
  std::chrono::milliseconds credentials_at_{0};     // since boot: the next look
  JobThreads jobs_;  // goes before all of the above, which its jobs use
  std::atomic<bool> begins_anew_{false};
  bool was_interrupted_ = false;
  std::chrono::milliseconds stop_at_{0};  // since boot: when it was interrupted
};

}  // namespace keytide
