// What a server's handler answers: a response, and for tests how it reaches the caller.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "providers/http/message.h"

namespace keytide {

// Faults on the way back. What the handler did is done; only the reply suffers.
struct ReplyEffects {
  enum class Cut {
    none,
    before_reply,  // the connection is closed without a byte
    mid_body       // the headers promise the whole body, the connection ends in its middle
  };
  std::chrono::milliseconds delay{0};  // before the first byte, in real time
  Cut cut = Cut::none;
};

struct HttpReply {
  HttpResponse response;
  ReplyEffects effects;
};

// Called on a server thread, several at once: must be thread-safe, must not block for long and must
// not throw. `peer_ip` is the caller's address without its port.
using HttpHandler =
    std::function<HttpReply(const HttpRequest& request, const std::string& peer_ip)>;

}  // namespace keytide
