// Health: what /livez and /readyz answer, in the form that Kubernetes' own have. Pure, and without
// secrets: what it says of Atlas is what errors say.
#pragma once

#include <chrono>
#include <string>

#include "cmd/keytide/daemon/snapshot.h"

namespace keytide {

struct HealthReply {
  bool ok = false;
  std::string text;
};

// Whether the loop goes round; whether Atlas answers is no matter. Times are Clock::since_boot().
HealthReply livez(std::chrono::milliseconds now, std::chrono::milliseconds last_tick,
                  std::chrono::milliseconds limit);

enum class Detail {
  brief,   // "ok", or the checks that failed
  verbose  // every check, and which organizations and sources have problems
};

// Whether keytide does its work: it has looked round once, a source of manifests counts, the store
// is not a restored one, and it is not stopping. One organization that can't be read does not make
// it unready: the others are served. Null: no snapshot yet.
HealthReply readyz(const Snapshot* snapshot, Detail detail);

}  // namespace keytide
