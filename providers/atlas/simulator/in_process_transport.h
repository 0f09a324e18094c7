// InProcessTransport: a Transport that ends in a SimulatedAtlas of the same process. With a virtual
// Clock a simulated year takes as long as its work; replies that come late, break off or never come
// behave as over a network.
#pragma once

#include <functional>
#include <string>

#include "core/ports/clock.h"
#include "providers/atlas/simulator/atlas.h"
#include "providers/http/transport.h"

namespace keytide::simulator {

class InProcessTransport : public Transport {
 public:
  struct Options {
    std::string peer_ip = "127.0.0.1";
    // Atlas's own clock; absent: the same as `clock.now()`.
    std::function<Instant()> atlas_now;
  };

  // Both must outlive it. Delays are slept on `clock`; its since_boot() is the uptime that overlaps
  // are measured by.
  InProcessTransport(SimulatedAtlas& atlas, Clock& clock);
  InProcessTransport(SimulatedAtlas& atlas, Clock& clock, Options options);

  // Signs in as libcurl does, digest with its two requests. A reply that is later than the time
  // limit, or cut, is maybe_sent. Threads: any, as far as `clock` allows it.
  tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                  const SendOptions& options) override;

 private:
  tl::expected<HttpResponse, TransportError> exchange(const HttpRequest& request,
                                                      const SendOptions& options);
  tl::expected<HttpResponse, TransportError> with_digest(const HttpRequest& request,
                                                         HttpRequest signed_request,
                                                         const SendOptions& options);

  SimulatedAtlas& atlas_;
  Clock& clock_;
  Options options_;
};

}  // namespace keytide::simulator
