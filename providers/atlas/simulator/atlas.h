// SimulatedAtlas: one handler that answers as the Admin API does, for the operations that rotate
// service-account secrets. It has no clock and no threads of its own and does no I/O: time is
// handed in with each call, and equal calls on an equal start give equal answers.
//
// Two doors lead here: InProcessTransport for simulations, and the HTTP server of atlas-sim.
// Threads: handle() and with() take turns on one lock; neither blocks for longer than its work.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "providers/atlas/simulator/fault.h"
#include "providers/atlas/simulator/request_log.h"
#include "providers/atlas/simulator/sign_in.h"
#include "providers/atlas/simulator/state.h"
#include "providers/http/reply.h"

namespace keytide::simulator {

class SimulatedAtlas {
 public:
  SimulatedAtlas(World world, Settings settings, std::uint64_t random_seed);

  // `request.url` is a path and query. `uptime` never runs backwards; it measures overlaps of calls
  // (setting commit_duration_ms) while `now` is Atlas's own clock, which the Date header tells.
  HttpReply handle(const HttpRequest& request, const std::string& peer_ip, Instant now,
                   Uptime uptime);

  // Runs look(State&, Faults&, RequestLog&) under the lock: for tests and the control endpoints.
  template <class Look>
  auto with(Look look) {
    const std::lock_guard lock(mutex_);
    return look(state_, faults_, requests_);
  }

 private:
  HttpReply answer_or_fault(Call& call);
  Outcome answer(Call& call);
  Outcome answer_api(Call& call);
  Outcome answer_for(Call& call, const Principal& who, Site& site);

  std::mutex mutex_;
  State state_;
  Faults faults_;
  RequestLog requests_;
};

}  // namespace keytide::simulator
