// EpochCounter: counts the store's epoch up with every commit, and writes it beside the store after
// that. A store that was restored from a backup keeps its epoch until it is accepted: else it would
// catch up with what it is behind of. Threads: the writing one.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/store_epoch.h"
#include "state/commit_queue.h"
#include "state/epoch_file.h"

namespace keytide {

// What the database says of itself: `seen` is left to the caller. Throws SQLite's exceptions.
StoreEpoch read_epoch(SQLite::Database& database);

class EpochCounter : public CommitWatcher {
 public:
  EpochCounter(const std::string& store_path, std::string lineage, const StoreEpoch& epoch)
      : file_(store_path, std::move(lineage)), epoch_(epoch) {}

  void before_commit(SQLite::Database& database) override;
  void after_commit() override;
  // With the next commit: above the highest seen.
  void accept() { accepts_ = true; }

 private:
  std::int64_t next() const { return (accepts_ ? epoch_.seen : epoch_.here) + 1; }

  EpochFile file_;
  StoreEpoch epoch_;
  bool accepts_ = false;  // with the commit that is under way
};

}  // namespace keytide
