// Lane: one organization or project as the service works on it: what its manifests want, when it is
// looked at, and how it was seen last. One pass at a time is under way in it; lanes do not wait for
// each other. All times are Atlas's. Threads: the loop's.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "cmd/keytide/daemon/agenda.h"
#include "cmd/keytide/daemon/breaker.h"
#include "cmd/keytide/daemon/pass.h"
#include "cmd/keytide/daemon/snapshot.h"

namespace keytide {

class Lane {
 public:
  // `interval`: between two looks at the whole scope; each lane takes up to a tenth off it.
  Lane(Scope scope, Seconds interval);

  // What the manifests want of it from now on; it is looked at as a whole next.
  void set_desired(std::shared_ptr<const DesiredState> desired);
  void want_scan();
  // A person asks: at once, whatever failed.
  void hurry();

  // What is to be done now; absent: nothing, it is under way, or it rests after failures.
  std::optional<Agenda::Work> due(Instant now) const;
  // When there is something to do. Absent: now; far away while a pass is under way.
  std::optional<Instant> next() const;
  void begin() { is_running_ = true; }
  void finish(const Agenda::Work& work, const PassResult& result);

  const Scope& scope() const { return scope_; }
  const std::shared_ptr<const DesiredState>& desired() const { return desired_; }
  bool is_running() const { return is_running_; }
  bool is_failing() const { return breaker_.failures() > 0; }
  // Nothing is wanted of it, and nothing of it is recorded any more.
  bool is_over() const;
  bool was_scanned() const { return health_.scanned_at.has_value(); }
  ScopeHealth health() const;
  const std::map<AccountKey, EntryHealth>& entries() const { return entries_; }

 private:
  void forget_all_but(const Agenda::Work& work, const PassResult& result);
  void take(const EntryLook& look, const PassResult& result);
  bool is_urgent(Instant now) const;

  const Scope scope_;
  const Seconds interval_;
  std::shared_ptr<const DesiredState> desired_;
  Agenda agenda_;
  Breaker breaker_;
  bool is_running_ = false;
  bool is_outrun_ = false;  // a look was wanted while a pass was under way: that pass is not it
  ScopeHealth health_;
  std::map<AccountKey, EntryHealth> entries_;
};

}  // namespace keytide
