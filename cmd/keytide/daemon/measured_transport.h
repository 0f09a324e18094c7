// MeasuredTransport: a transport that tells a Telemetry of each exchange. Threads: as the one
// behind it.
#pragma once

#include <string_view>

#include "cmd/keytide/daemon/telemetry.h"
#include "core/ports/clock.h"
#include "providers/http/transport.h"

namespace keytide {

class MeasuredTransport : public Transport {
 public:
  // All three outlive it.
  MeasuredTransport(Transport& inner, Clock& clock, Telemetry& telemetry)
      : inner_(inner), clock_(clock), telemetry_(telemetry) {}

  tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                  const SendOptions& options) override;

 private:
  Transport& inner_;
  Clock& clock_;
  Telemetry& telemetry_;
};

// The operationId of the public API description, "token" or "revoke"; "other" for what keytide
// never calls by itself. `url` is absolute. Pure.
std::string_view operation_of(std::string_view method, std::string_view url);

}  // namespace keytide
