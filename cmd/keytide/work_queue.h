// WorkQueue: hands the accounts of a plan to the workers, by their place in the order, each only
// once the rate limit has room for all calls of its chain. Where the first account of a scope has
// to wait, those behind it wait too, and other scopes go on.
//
//   WorkQueue queue(plan, ports, context);
//   while (auto next = queue.take()) …; queue.done(*next->account);
//
// Threads: any, at once.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "core/plan/order.h"
#include "core/reconcile/run.h"

namespace keytide {

struct Turn {
  const AccountPlan* account = nullptr;
  bool stopped = false;          // RunContext::stopping said so: it must not be started
  std::optional<Error> refused;  // nor this: it would have to wait for too long
};

class WorkQueue {
 public:
  // The references must outlive it.
  WorkQueue(const Plan& plan, const Ports& ports, const RunContext& context);

  // Absent: all were handed out. Blocks while nothing fits; a stop ends that at once.
  std::optional<Turn> take();
  // After the account was worked on.
  void done(const AccountPlan& account);

 private:
  struct Waiting {
    QueuePlace place;
    const AccountPlan* account = nullptr;
    int calls = 0;
  };
  // The accounts of one scope that call Atlas, or all that do not.
  struct Lane {
    std::deque<Waiting> waiting;              // sorted by place
    std::chrono::milliseconds said_until{0};  // since boot: people were told that it waits
  };
  struct Look {
    std::optional<Turn> turn;
    std::chrono::milliseconds wait{0};  // where there is no turn: until there may be one
  };
  Look look_for_turn();
  std::vector<Lane*> lanes_in_order();
  std::chrono::milliseconds wait_of(const Waiting& first);
  void tell_of_wait(Lane& lane, std::chrono::milliseconds wait);
  Turn take_first(Lane& lane);

  const Ports& ports_;
  const RunContext& context_;
  std::mutex mutex_;  // of all below
  std::map<std::optional<Scope>, Lane> lanes_;
};

}  // namespace keytide
