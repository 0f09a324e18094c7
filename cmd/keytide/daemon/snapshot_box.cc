#include "cmd/keytide/daemon/snapshot_box.h"

#include <utility>

namespace keytide {

void SnapshotBox::put(SnapshotPtr snapshot) {
  {
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
  }
  is_new_.notify_all();
}

SnapshotPtr SnapshotBox::get() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

SnapshotPtr SnapshotBox::wait_for(const std::function<bool(const Snapshot&)>& is_wanted,
                                  std::chrono::milliseconds longest) const {
  std::unique_lock lock(mutex_);
  const bool came =
      is_new_.wait_for(lock, longest, [&] { return snapshot_ && is_wanted(*snapshot_); });
  return came ? snapshot_ : nullptr;
}

}  // namespace keytide
