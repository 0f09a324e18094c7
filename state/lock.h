// StoreLock: one process at a time changes a store. The lock is an flock on the file PATH.lock, so
// it goes with its process however that ends; a few lines in that file say who has it, since when
// and for what. Only these lines can be left behind by a dead process: the lock itself can't.
// Reading never needs it. Let go of the store before the lock. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/instant.h"
#include "core/base/result.h"
#include "core/ports/clock.h"

namespace keytide {

struct LockHolder {
  std::string who;      // "root@host"
  std::string purpose;  // "apply"
  std::int64_t pid = 0;
  Instant since{};

  friend bool operator==(const LockHolder&, const LockHolder&) = default;
};

// "root@host (process 4242) for apply, since 2026-11-23T20:47:46Z"
std::string describe(const LockHolder& holder);

class StoreLock {
 public:
  // Waits up to `timeout` by looking again every now and then. `me.pid` and `me.since` are filled
  // in here. Errors: conflict (who has it and what lifts it), denied, not_found (no such folder),
  // io.
  static Result<StoreLock> acquire(const std::string& store_path, LockHolder me, Seconds timeout,
                                   Clock& clock);
  StoreLock(StoreLock&& other) noexcept;
  StoreLock& operator=(StoreLock&& other) noexcept;
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;
  ~StoreLock();  // clears the lines, then lets go

  // Whose lines were found: that process died with the lock, and its work may be half done.
  const std::optional<LockHolder>& left_behind() const { return left_behind_; }

 private:
  StoreLock(int fd, std::optional<LockHolder> left_behind)
      : fd_(fd), left_behind_(std::move(left_behind)) {}
  void release();

  int fd_ = -1;
  std::optional<LockHolder> left_behind_;
};

// Clears what a dead process left of its lock, and returns it; nothing: there was nothing to clear.
// Never breaks a live lock. Errors: refused (a living process has it: which, and how to end it),
// denied, io.
Result<std::optional<LockHolder>> clear_dead_lock(const std::string& store_path);

}  // namespace keytide
