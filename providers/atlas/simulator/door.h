// Door: what stands behind atlas-sim's port. The Admin API by SimulatedAtlas, and below /_sim/ the
// endpoints by which a test looks inside, moves the clock and orders faults.
#pragma once

#include <mutex>
#include <string>

#include "core/ports/clock.h"
#include "providers/atlas/simulator/atlas.h"
#include "providers/atlas/simulator/sim_clock.h"
#include "providers/http/reply.h"

namespace keytide::simulator {

class Door {
 public:
  enum class Mode { real, manual };

  // `atlas` and `host` must outlive it. The clock starts at the host's time.
  Door(SimulatedAtlas& atlas, Clock& host, Mode mode);

  // Any thread.
  HttpReply handle(const HttpRequest& request, const std::string& peer_ip);

 private:
  HttpReply control(const HttpRequest& request, Instant now, Uptime uptime);
  HttpResponse move_clock(const HttpRequest& request, Uptime uptime);
  Instant now(Uptime uptime);

  SimulatedAtlas& atlas_;
  Clock& host_;
  const Mode mode_;
  std::mutex mutex_;  // of the clock
  SimClock clock_;
};

}  // namespace keytide::simulator
