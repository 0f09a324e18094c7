// BackOff: whether a call that may be repeated is, and after how long. Pure. Never asked about a
// create: that is sent once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "providers/http/transport.h"

namespace keytide {

struct BackOff {
  int tries = 6;  // the first one included
  std::chrono::milliseconds first{500};
  std::chrono::milliseconds longest{20000};

  // How long to wait before try number `tried` + 1; absent: give up. `left` is the time within
  // which the wait has to end. A 429 or 503 is waited for as long as its Retry-After says; all else
  // doubles. A hash in `jitter` spreads the waits of many: 50 to 100 % of a doubled wait, and up to
  // a second on top of what Atlas asked for.
  std::optional<std::chrono::milliseconds> before_next(
      const tl::expected<HttpResponse, TransportError>& outcome, int tried, std::uint64_t jitter,
      std::chrono::milliseconds left) const;
};

}  // namespace keytide
