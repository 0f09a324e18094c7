#include "state/commit_queue.h"

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include "state/sqlite_error.h"

namespace keytide {
namespace {

constexpr int kYields = 50;  // some microseconds, against the 100 and more of an fsync

}  // namespace

CommitQueue::CommitQueue(Connection connection, std::string path, CommitWatcher& watcher)
    : path_(std::move(path)),
      connection_(std::move(connection)),
      watcher_(watcher),
      thread_([this] { loop(); }) {}

CommitQueue::~CommitQueue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_came_.notify_one();
  thread_.join();
}

Result<std::int64_t> CommitQueue::run(const Work& work) {
  Item item{&work};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&item);
  work_came_.notify_one();
  work_done_.wait(lock, [&] { return item.done; });
  return std::move(item.result);
}

CommitCounters CommitQueue::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void CommitQueue::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_came_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::vector<Item*> batch;
    batch.swap(waiting_);
    lock.unlock();
    commit(batch);
    lock.lock();
    ++counters_.commits;
    counters_.saves += static_cast<std::int64_t>(batch.size());
    for (Item* item : batch) item->done = true;
    work_done_.notify_all();
    if (batch.size() > 1 || !waiting_.empty()) gather(lock, batch.size() + waiting_.size());
  }
}

void CommitQueue::gather(std::unique_lock<std::mutex>& lock, std::size_t expected) {
  for (int i = 0; i < kYields && waiting_.size() < expected && !closing_; ++i) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
}

void CommitQueue::commit(const std::vector<Item*>& batch) {
  auto committed = run_all(batch);
  if (committed) return;
  connection_->tryExec("ROLLBACK");
  for (Item* item : batch) {
    // What failed by itself keeps its own reason.
    if (item->result) item->result = fail(committed.error());
  }
}

Result<void> CommitQueue::run_all(const std::vector<Item*>& batch) {
  return guarded("write", path_, [&]() -> Result<void> {
    connection_->exec("BEGIN IMMEDIATE");
    for (Item* item : batch) {
      run_one(*item);
      // A full disk ends the transaction of all, not that savepoint alone.
      if (sqlite3_get_autocommit(connection_->getHandle()) != 0) {
        return fail(item->result ? Error{ErrorKind::io, "the transaction ended early", {}}
                                 : item->result.error());
      }
    }
    watcher_.before_commit(*connection_);
    connection_->exec("COMMIT");
    watcher_.after_commit();
    return {};
  });
}

void CommitQueue::run_one(Item& item) {
  connection_->exec("SAVEPOINT item");
  item.result = guarded("write", path_, [&] { return (*item.work)(*connection_); });
  if (sqlite3_get_autocommit(connection_->getHandle()) != 0) return;
  if (!item.result) connection_->exec("ROLLBACK TO item");
  connection_->exec("RELEASE item");
}

}  // namespace keytide
