#include "cmd/keytide/daemon/breaker.h"

#include <algorithm>

#include "core/model/back_off.h"

namespace keytide {

void Breaker::failed(Instant now, bool is_urgent) {
  ++failures_;
  const Seconds pause = is_urgent ? Seconds(60) : std::min(pause_after(failures_, {}), kPauseMax);
  next_try_ = now + pause;
}

void Breaker::succeeded() {
  failures_ = 0;
  next_try_.reset();
}

}  // namespace keytide
