// Listener: the service's HTTP side. However many connections are held open by callers that say
// nothing or little, a new one is answered: those that have waited longest for their request go
// first. No TLS: beyond this host it stands behind a reverse proxy.
//
// Threads: start, stop and the destructor by the owner alone. The functions that it is given are
// called from its own threads, and must not block for long.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cmd/keytide/daemon/metrics.h"
#include "cmd/keytide/daemon/snapshot.h"
#include "core/base/result.h"
#include "core/base/secret_value.h"
#include "core/ports/clock.h"

namespace keytide {

// The loop, as the listener sees it.
struct LoopView {
  std::function<SnapshotPtr()> snapshot;                 // null: none yet
  std::function<std::chrono::milliseconds()> last_tick;  // Clock::since_boot()
};

struct ListenerOptions {
  std::string address;               // "127.0.0.1:9464"; port 0: any free one
  std::optional<SecretValue> token;  // needed beyond loopback
  // The loop is stuck when it has not gone round for so long.
  std::chrono::milliseconds tick_limit{std::chrono::minutes(2)};
};

class Listener {
 public:
  // `metrics` and `clock` outlive it. Errors: invalid (the address, or a token of less than 16
  // characters), refused (beyond loopback, and no token), unavailable (the port is taken).
  static Result<std::unique_ptr<Listener>> start(ListenerOptions options, LoopView loop,
                                                 Metrics& metrics, Clock& clock);
  // Whether start() would do, tried by opening the port for a moment: who calls meanwhile gets a
  // 503. `own_port`: one that this process has already, on whatever address: then it is not tried.
  // Errors: those of start().
  static Result<void> check(ListenerOptions options, std::uint16_t own_port);
  virtual ~Listener() = default;

  virtual std::uint16_t port() const = 0;  // the real one
  virtual std::string url() const = 0;     // "http://127.0.0.1:9464"
  virtual void stop() = 0;
};

}  // namespace keytide
