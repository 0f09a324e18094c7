// Feed: the manifests as the service follows them. A look reads the sources where they changed and
// says what counts from now on: a revision with errors, or one that changes too much, does not, and
// the last good one goes on.
#pragma once

#include <optional>
#include <vector>

#include "cmd/keytide/daemon/snapshot.h"
#include "core/model/desired.h"

namespace keytide {

struct FeedLook {
  std::optional<DesiredState> accepted;  // a revision that counts from now on
  bool rejected = false;                 // one that does not; `sources` say why
  std::vector<Scope> recorded;           // with `accepted`: the scopes of all records
  bool store_restored = false;           // then nothing counts until a person accepts it
  std::vector<SourceHealth> sources;
  Seconds next_in{60};  // when to look again unasked
};

enum class Reading {
  changed,  // what seems to have changed; repositories when it is their time
  on_disk,  // everything, changed or not, as the disk has it, what others accepted included; no
            // network is asked for what is new
  all,      // everything, changed or not, with the networks
};

class Feed {
 public:
  virtual ~Feed() = default;
  // Blocks on disks and, but for on_disk, on networks. One call at a time.
  virtual FeedLook look(Reading reading) = 0;
};

}  // namespace keytide
