// CommitQueue: the thread that writes. What waits when it looks is committed together, with one
// fsync for all; who called is blocked until that commit is durable. Each piece of work is in a
// savepoint of its own: one that fails leaves no trace and harms no other.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "state/sqlite_open.h"

namespace keytide {

// Since the store was opened; saves are pieces of work, whatever they did.
struct CommitCounters {
  std::int64_t commits = 0;
  std::int64_t saves = 0;
};

// What goes with every commit; on the writing thread.
class CommitWatcher {
 public:
  virtual ~CommitWatcher() = default;
  virtual void before_commit(SQLite::Database& database) = 0;  // may throw SQLite's exceptions
  virtual void after_commit() = 0;
};

class CommitQueue {
 public:
  // Returns a number for the caller; may throw SQLite's exceptions. Runs on the writing thread.
  using Work = std::function<Result<std::int64_t>(SQLite::Database&)>;

  CommitQueue(Connection connection, std::string path, CommitWatcher& watcher);
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;
  ~CommitQueue();  // commits what still waits

  // Blocks until the work is committed, or failed. Threads: any. Errors: the work's own; conflict,
  // io, corrupt where the transaction of all failed.
  Result<std::int64_t> run(const Work& work);
  CommitCounters counters() const;

 private:
  struct Item {
    const Work* work;
    Result<std::int64_t> result = 0;
    bool done = false;
  };

  void loop();
  // Gives those whose save has just ended a moment to come with the next: else two halves of the
  // callers would take turns, with an fsync for each half.
  void gather(std::unique_lock<std::mutex>& lock, std::size_t expected);
  void commit(const std::vector<Item*>& batch);
  // An error: nothing of the batch is in the database.
  Result<void> run_all(const std::vector<Item*>& batch);
  void run_one(Item& item);

  const std::string path_;
  Connection connection_;
  CommitWatcher& watcher_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable work_done_;
  std::vector<Item*> waiting_;  // on their callers' stacks
  bool closing_ = false;
  CommitCounters counters_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace keytide
