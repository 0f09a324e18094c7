// Chain: what to do about an attempt that was begun and did not end: the run died, or a sink
// failed.
#pragma once

#include <optional>

#include "core/model/plan.h"
#include "core/plan/situation.h"

namespace keytide {

struct ChainStep {
  enum class Kind {
    finish,     // the value is in escrow or in a sink, or no sink needs it any more
    give_up,    // nobody holds the value, or it expired: the new secret is deleted and made again
    vanished,   // the new secret is gone from Atlas: the attempt is closed and the entry is due
    undecided,  // a sink may hold the value and can't be read
    promote,    // the same, but the old secret is dead: the new one serves, and is then replaced
    leave,      // the entry was removed while a sink may hold the value: nothing is done
  };
  Kind kind = Kind::finish;
  std::string why;
  std::optional<SinkName> source = {};  // finish: where the value is read from
  std::string way_out = {};             // undecided
};

// Asked where an attempt is open whose create is known to have succeeded.
ChainStep find_chain_step(const Situation& situation);

}  // namespace keytide
