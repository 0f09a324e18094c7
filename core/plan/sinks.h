// Which sinks of an entry do not hold what they should. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/plan.h"
#include "core/plan/situation.h"

namespace keytide {

struct SinkNeeds {
  std::vector<SinkChange> fresh;    // sinks that never got the value: new, or with a new target
  std::vector<SinkChange> lost;     // sinks whose copy is gone, altered or older
  std::vector<SinkChange> adjust;   // mode, owner or group differ
  std::vector<SinkChange> dropped;  // delivered once, not in the manifest any more
  std::vector<SinkChange> hooks;    // whose last run failed or was interrupted
  std::vector<std::string> notes;   // for people: what can't be read
  // A sink that was read and holds the current value: what is missing elsewhere is copied from it.
  std::optional<SinkName> source;
  bool in_escrow = false;
  bool in_old_copy = false;  // where the manifest had it before an edit
  // Data sinks that hold a secret which is dead, where no copy of the current value is at hand.
  std::vector<SinkName> stranded;

  bool is_at_hand() const { return source.has_value() || in_escrow || in_old_copy; }
  bool need_value() const { return !fresh.empty() || !lost.empty(); }
};

// For an entry with a current secret and no open attempt. A sink that can't be read needs nothing.
SinkNeeds find_sink_needs(const Situation& situation);

}  // namespace keytide
