// SnapshotBox: where the loop leaves the newest snapshot, and others take it. Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "cmd/keytide/daemon/snapshot.h"

namespace keytide {

class SnapshotBox {
 public:
  void put(SnapshotPtr snapshot);
  // nullptr: there was none yet.
  SnapshotPtr get() const;
  // The first one that is wanted; nullptr: none came in time. Blocks.
  SnapshotPtr wait_for(const std::function<bool(const Snapshot&)>& is_wanted,
                       std::chrono::milliseconds longest) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable is_new_;
  SnapshotPtr snapshot_;
};

}  // namespace keytide
