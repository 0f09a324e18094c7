// AtlasStack: Atlas with what it stands on, in the order in which it goes away.
#pragma once

#include <memory>
#include <optional>

#include "cmd/keytide/app.h"
#include "cmd/keytide/daemon/measured_transport.h"
#include "core/manifest/config.h"
#include "core/ports/component_log.h"
#include "providers/atlas/client.h"
#include "providers/atlas/issuer.h"
#include "providers/http/curl_transport.h"

namespace keytide {

struct AtlasStack {
  ComponentLog log;
  CurlTransport transport;
  std::optional<MeasuredTransport> measured;  // where somebody counts
  AtlasClient client;
  AtlasIssuer issuer;

  AtlasStack(CurlTransportOptions transport_options, const App& app, AtlasOptions options,
             Credentials credentials, Telemetry* telemetry);
};

// Reads the credentials; calls nothing yet. Errors: a credential is missing or can't be read, the
// address can't be used. `telemetry`: is told of every request; may be null.
Result<std::unique_ptr<AtlasStack>> connect_atlas(const App& app, const AtlasConfig& config,
                                                  Telemetry* telemetry = nullptr);

}  // namespace keytide
