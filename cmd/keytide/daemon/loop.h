// Loop: what `keytide run` does, for ever: read the manifests where they changed, look at each
// scope when it is time, do what is to be done there, say how things are, wait.
//
// It is level-triggered: a pass plans by what is recorded and what Atlas shows now, so a pass that
// was lost or came twice does no harm. It never blocks: passes, looks at the manifests and commands
// of people are jobs that run beside it and post their result. Threads: the owner calls step() and
// next(), one at a time; request… and post by any.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cmd/keytide/daemon/feed.h"
#include "cmd/keytide/daemon/lane.h"
#include "core/ports/log.h"

namespace keytide {

struct LoopPorts {
  std::function<Instant()> now;       // Atlas's clock
  std::function<Instant()> host_now;  // the host's
  std::function<std::chrono::milliseconds()> since_boot;
  Feed& feed;
  std::function<PassResult(const PassRequest&)> pass;  // blocks; of several scopes at once
  std::function<void(std::function<void()>)> start;    // runs a job beside the loop
  std::function<void()> wake;                          // there is something for step() to do
  std::function<void(SnapshotPtr)> publish;
  Log& log;
};

struct LoopOptions {
  Seconds interval{std::chrono::hours(1)};  // between two looks at a whole scope
  int parallelism = 10;                     // accounts at a time, in all scopes together
};

class Loop {
 public:
  // The ports must outlive it, and it the jobs that it started: see is_idle().
  Loop(LoopPorts ports, LoopOptions options);

  void step();
  // How long until there is something to do without being woken; at most a minute.
  std::chrono::milliseconds next();

  // Any thread.
  // The manifests are read, changed or not, and everything is looked at. Its number: see
  // Snapshot::reloads.
  std::int64_t request_reload();
  // The manifests may have changed: they are looked at once they were quiet for a moment.
  void hint_change();
  // Nothing new is begun from now on.
  void request_stop();
  // Calls it with true once no pass is under way, and none beside it; after one that changes
  // something everything is looked at anew. With false where the service stops before its turn.
  void request_alone(std::function<void(bool may_run)> command, bool changes = true);

  // No job is under way.
  bool is_idle() const { return jobs_ == 0; }
  // Each scope was looked at since the manifests were read, and nothing is due.
  bool is_done() const;
  // Something was refused, failed or blocked in what was looked at last.
  bool has_trouble() const;
  bool is_stopping() const { return stopping_; }

 private:
  void post(std::function<void()> message);
  void take_messages();
  Reading next_reading() const;
  void look_at_manifests();
  void take_look(FeedLook look);
  void take_desired(DesiredState desired, const std::vector<Scope>& recorded);
  void run_alone();
  void start_passes();
  void start_pass(Lane& lane, Agenda::Work work);
  void take_pass(const Scope& scope, const Agenda::Work& work, const PassResult& result);
  void publish();
  std::vector<Lane*> due_lanes(Instant now);
  int lanes_at_once() const;
  bool may_read() const;
  bool may_start(const Lane& lane) const;

  const LoopPorts ports_;
  const LoopOptions options_;

  std::mutex mutex_;  // of the next
  std::vector<std::function<void()>> messages_;

  std::map<Scope, Lane> lanes_;
  std::vector<SourceHealth> sources_;
  struct Command {
    std::function<void(bool)> run;
    bool changes = true;
  };
  std::vector<Command> alone_;  // that wait for their turn
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> reload_number_{0};
  std::atomic<bool> has_waiting_command_{false};  // passes end at their next account
  std::int64_t reloads_wanted_ = 0;
  std::int64_t reloads_read_for_ = 0;  // those that the look under way answers
  std::int64_t reloads_done_ = 0;
  bool is_reading_ = false;       // a look at the manifests is under way
  bool runs_alone_ = false;       // a command is under way
  bool wants_read_ = true;        // to be read, changed or not, with the networks
  bool must_read_first_ = false;  // before any pass, as the disk has them
  bool was_hinted_ = false;       // that they changed, while a look was under way
  bool has_desired_ = false;      // some revision counts
  bool was_rejected_ = false;     // the last one does not
  bool store_restored_ = false;
  bool is_changed_ = true;  // since it was published
  int jobs_ = 0;
  int running_ = 0;          // passes
  int running_failing_ = 0;  // of those, in scopes whose last look failed
  Instant started_at_{};
  std::chrono::milliseconds look_at_{0};  // since boot: the next look at the manifests
  Seconds skew_{0};
  SnapshotPtr published_;
};

}  // namespace keytide
