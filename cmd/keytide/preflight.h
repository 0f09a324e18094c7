// Preflight: what a service needs to begin with another configuration, tried while the one that
// runs goes on. Only what is cheap, and what can be had beside that one: where beginning fails
// nevertheless, the service tries again.
#pragma once

#include <cstdint>

#include "cmd/keytide/app.h"
#include "core/base/diagnostic.h"
#include "core/manifest/config.h"

namespace keytide {

// What runs now.
struct RunningService {
  const Config& config;
  std::uint16_t port = 0;  // that its metrics have; 0: none
};

// All that is in the way of `next`, each with its key and a way out; empty: nothing is known to be.
// Reads the credentials, token, certificates and keys that it names, opens its port for a moment,
// and has the lock of its store where that is another one: nothing is left behind but the empty
// file of that lock. Blocks on the disk, never on the network. Threads: any.
Diagnostics find_obstacles(const App& app, const RunningService& now, const Config& next);

}  // namespace keytide
