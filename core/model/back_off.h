// Back-off: when an entry whose tries failed is tried again. Pure.
#pragma once

#include <optional>

#include "core/base/instant.h"
#include "core/model/record.h"

namespace keytide {

// The end of what an entry's consumers live by.
struct Deadline {
  Instant at{};            // the current secret's expiry
  Seconds near_within{0};  // the end of its life that is an emergency (deadline_window)
};

// After that many failures, at least one: 1, 2, 5, 10, 20, 30, 60 minutes, then a tenth of what is
// left until the deadline, between a minute and 6 hours. `left` absent: there is no deadline, for
// nobody was ever served, and it stays at 60 minutes.
Seconds pause_after(int failures, std::optional<Seconds> left);

// The pause ends when the deadline becomes near; near the deadline it is a minute, never less.
Instant next_try_at(const Failures& failures, const std::optional<Deadline>& deadline);

}  // namespace keytide
