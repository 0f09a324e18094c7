// Transport: one HTTP exchange. The real one is libcurl; tests and the simulation use the handler
// of atlas-sim in process. Blocks until the reply or the time limit. Threads: any, at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <tl/expected.hpp>

#include "core/base/error.h"
#include "providers/http/message.h"

namespace keytide {

struct SendOptions {
  std::chrono::milliseconds time_limit{15000};  // of the whole exchange
  std::size_t max_body_bytes = std::size_t{64} << 20;
  // A connection made for this request and closed after it. libcurl sends a request again by itself
  // when a kept-alive connection dies before the first byte of the reply, POSTs too: what must be
  // sent at most once asks for a fresh one.
  bool fresh_connection = false;
};

struct TransportError {
  // Whether the other side may have got the request. `not_sent` is certain: the name did not
  // resolve, or the connection or its TLS handshake failed.
  enum class Reached { not_sent, maybe_sent };
  Reached reached = Reached::maybe_sent;
  Error why;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Any status is a response. Redirects are not followed, nothing is sent twice.
  virtual tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                          const SendOptions& options) = 0;
};

}  // namespace keytide
