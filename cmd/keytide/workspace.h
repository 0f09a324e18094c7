// Workspace: the one composition root: from the settings to the ports, with the concrete types of
// providers and state behind them. Everything else in cmd sees ports.
#pragma once

#include <memory>
#include <string>

#include "cmd/keytide/app.h"
#include "cmd/keytide/daemon/telemetry.h"
#include "cmd/keytide/settings.h"
#include "core/ports/issuer.h"
#include "core/ports/sink.h"
#include "core/ports/state_store.h"
#include "core/reconcile/run.h"

namespace keytide {

class Workspace {
 public:
  enum class Access {
    read,   // needs no lock; a store that does not exist yet is empty
    write,  // holds the lock until the workspace goes
  };

  // Errors: the store can't be opened, or somebody else holds the lock (the message says who).
  // `telemetry`, which may be null, is told of all that its ports do, and outlives it.
  static Result<std::unique_ptr<Workspace>> open(const App& app, Config config, Access access,
                                                 Telemetry* telemetry = nullptr);
  // Another one's, which must outlive it and keeps its lock, its store and its tokens.
  static std::unique_ptr<Workspace> borrow(Workspace& other);
  virtual ~Workspace() = default;

  virtual const Config& config() const = 0;
  virtual StateStore& store() = 0;
  virtual SinkFactory& sinks() = 0;
  // Made at the first call. Errors: a credential is missing or can't be read.
  virtual Result<Issuer*> issuer() = 0;
  // All ports, for one run that tells `progress` how it goes.
  virtual Ports ports(Issuer& issuer, ProgressListener& progress) = 0;
  // Where decoded manifests are kept between runs.
  virtual std::string cache_file() const = 0;
  // Revokes the tokens that were minted for this run; best effort.
  virtual void sign_out() = 0;
};

// Deletes the events that are older than `events.keep`; the issuer must have been made.
Result<void> prune_old_events(const App& app, Workspace& workspace);

}  // namespace keytide
