// What a scrape shows of a Snapshot. Pure: equal input, equal text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cmd/keytide/daemon/snapshot.h"

namespace keytide {

struct SeriesOptions {
  std::vector<std::string_view> reasons;  // every word of EntryHealth::reason; shown at 0, too
  // Only so many entries have series of their own: those that are not ready first, then by the
  // nearest expiry. What is said of all of them together counts every one.
  std::size_t entries_max = 1000;
  // The same for organizations and projects: those that fail first, then by the oldest look.
  std::size_t scopes_max = 1000;
};

// All that does not change until the next snapshot.
std::string snapshot_metrics(const Snapshot& snapshot, const SeriesOptions& options);

// What grows older by itself. `now` is the host's clock.
std::string due_metrics(const Snapshot& snapshot, Instant now);

}  // namespace keytide
