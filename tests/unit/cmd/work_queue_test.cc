#include "cmd/keytide/work_queue.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <utility>

#include "cmd/keytide/worker_pool.h"
#include "providers/atlas/budget.h"
#include "providers/atlas/simulator/rate_limit.h"
#include "tests/support/fake_store.h"
#include "tests/support/fakes.h"
#include "tests/support/plan_world.h"
#include "tests/support/virtual_clock.h"

namespace keytide::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Scope kAcme{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"};
const Scope kGlobex{Scope::Kind::org, "5f0000000000000000000001"};

// Has room in each scope from a moment on.
class FakeBudget : public CallBudget {
 public:
  explicit FakeBudget(FakeClock& clock) : clock_(clock) {}
  std::map<Scope, milliseconds> closed_until;
  bool kept_share_is_free = false;
  std::vector<std::string> released;
  int calls = 0;  // of the last that was let through

  milliseconds reserve(const AccountKey& account, int wanted, bool may_use_kept) override {
    if (kept_share_is_free && may_use_kept) return milliseconds(0);
    const milliseconds left = closed_until[account.scope] - clock_.since_boot();
    if (left <= milliseconds(0)) calls = wanted;
    return std::max(milliseconds(0), left);
  }
  void release(const AccountKey& account) override { released.push_back(account.client_id.str()); }

 private:
  FakeClock& clock_;
};

class Told : public ProgressListener {
 public:
  std::vector<std::string> lines;
  void on(const Progress& progress) override {
    lines.push_back(progress.address.str() + ": " + progress.detail);
  }
};

AccountPlan account(const char* name, const Scope& scope, Action action, Seconds left) {
  AccountPlan plan;
  plan.key = {scope, ClientId(name)};
  plan.address = Address(name);
  plan.deadline = kNow + left;
  AccountRecord record;
  OwnedSecret current;
  current.id = SecretId("c1");
  current.expires_at = plan.deadline;
  current.asked_hours = 2160;
  record.secrets = {current};
  plan.record = record;
  Change change;
  change.action = action;
  plan.changes = {change};
  return plan;
}

struct WorkQueueTest : testing::Test {
  Journal journal;
  FakeClock clock{kNow};
  FakeIssuer atlas{journal, clock, kKey};
  Disk disk;
  FakeSinks sinks{journal, disk};
  FakeStore store{journal};
  QuietLog log;
  Told told;
  FakeBudget budget{clock};
  Ports ports{atlas, store, sinks, clock, log, told, nullptr, &budget};
  PlanInput input;
  RunContext context{&input, "test", {}, {}};
  Plan plan;

  WorkQueueTest() { plan.now = kNow; }
  void add(const char* name, const Scope& scope, Action action = Action::renew,
           Seconds left = span("10d")) {
    plan.accounts.push_back(account(name, scope, action, left));
  }
  // One worker's turns: "a", "b after 20s", "c stopped", "d refused".
  std::vector<std::string> turns() {
    WorkQueue queue(plan, ports, context);
    std::vector<std::string> all;
    while (auto turn = queue.take()) {
      const auto passed = std::chrono::ceil<Seconds>(clock.since_boot());
      std::string text = turn->account->address.str();
      if (passed > Seconds(0)) text += " after " + format_duration(passed);
      if (turn->stopped) text += " stopped";
      if (turn->refused) text += " refused";
      all.push_back(text);
      queue.done(*turn->account);
    }
    return all;
  }
};

TEST_F(WorkQueueTest, GoesByTheOrder) {
  add("rest", kAcme, Action::update);
  add("retire", kAcme, Action::destroy);
  add("late", kAcme, Action::renew, span("20d"));
  add("early", kGlobex, Action::renew, span("15d"));
  add("emergency", kAcme, Action::renew, span("1h"));
  EXPECT_THAT(turns(), ElementsAre("emergency", "early", "late", "retire", "rest"));
  EXPECT_THAT(budget.released, ElementsAre("emergency", "early", "late", "retire", "rest"));
  EXPECT_THAT(told.lines, IsEmpty());
}

TEST_F(WorkQueueTest, AScopeWithoutRoomHoldsBackItsOwnAndNoOther) {
  budget.closed_until[kAcme] = seconds(20);
  add("a", kAcme);
  add("b", kAcme, Action::renew, span("11d"));
  add("c", kAcme, Action::update);
  add("d", kGlobex, Action::renew, span("12d"));
  EXPECT_THAT(turns(), ElementsAre("d", "c", "a after 20s", "b after 20s"));
  EXPECT_EQ(budget.calls, 5);
  EXPECT_THAT(told.lines,
              ElementsAre("a: 20s, until the rate limit of org 32b6e34b3d91647abb20e7b8 has room "
                          "for its 5 calls"));
}

TEST_F(WorkQueueTest, OnlyAnEmergencyTakesTheShareThatIsKept) {
  budget.closed_until[kAcme] = seconds(2);
  budget.kept_share_is_free = true;
  add("due", kAcme);
  add("emergency", kAcme, Action::renew, span("1h"));
  EXPECT_THAT(turns(), ElementsAre("emergency", "due after 2s"));
  EXPECT_THAT(told.lines, IsEmpty());
}

TEST_F(WorkQueueTest, ADueEntryThatBecomesUrgentWhileItWaitsTakesItToo) {
  budget.closed_until[kAcme] = minutes(9);
  budget.kept_share_is_free = true;
  // Near is less than a twentieth of a week.
  add("due", kAcme, Action::renew, span("7d") / 20 + Seconds(60));
  EXPECT_THAT(turns(), ElementsAre("due after 61s"));
}

TEST_F(WorkQueueTest, OurOwnAccountDoesNotPassThoseThatWait) {
  budget.closed_until[kAcme] = seconds(20);
  input.own_accounts = {ClientId("own")};
  add("a", kAcme);
  add("own", kGlobex, Action::renew, span("1h"));
  EXPECT_THAT(turns(), ElementsAre("a after 20s", "own after 20s"));
}

TEST_F(WorkQueueTest, AStopEndsTheWaitAtOnceAndNothingIsStarted) {
  budget.closed_until[kAcme] = minutes(5);
  context.stopping = [&] { return clock.since_boot() >= seconds(1); };
  add("a", kAcme);
  add("b", kAcme, Action::renew, span("11d"));
  EXPECT_THAT(turns(), ElementsAre("a after 1s stopped", "b after 1s stopped"));
}

TEST_F(WorkQueueTest, WhatWouldWaitForTooLongIsRefusedAndNotBegun) {
  budget.closed_until[kAcme] = minutes(60);
  add("a", kAcme);
  WorkQueue queue(plan, ports, context);
  const auto turn = queue.take();
  ASSERT_TRUE(turn && turn->refused);
  EXPECT_EQ(turn->refused->kind, ErrorKind::rate_limited);
  EXPECT_THAT(turn->refused->message,
              HasSubstr("the rate limit of org 32b6e34b3d91647abb20e7b8 allows the 5 calls of its "
                        "chain in 1h only, and nothing was begun: apply again then"));
  EXPECT_FALSE(queue.take().has_value());
}

// Eight workers and a bucket of 40 calls, 20 of which come back in a minute, as Atlas keeps it.
TEST_F(WorkQueueTest, ManyWorkersGetEachAccountOnceAndNeverDrawMoreThanThereIs) {
  constexpr std::size_t kAccounts = 100;
  VirtualClock time;
  AtlasBudget real(time);
  const Ports with_real{atlas, store, sinks, time, log, told, nullptr, &real};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kAccounts; ++i) names.push_back(fmt::format("e{:03}", i));
  for (const std::string& name : names) add(name.c_str(), kAcme);
  std::mutex mutex;  // of all below
  simulator::Bucket bucket;
  std::multiset<std::string> served;
  int refused = 0;
  const auto call = [&](const Draw& draw) {
    const std::lock_guard lock(mutex);
    real.sent(draw);
    const auto taken = simulator::take(bucket, {40, 20}, time.now());
    const HttpResponse reply{
        taken.allowed ? 200 : 429,
        {{"RateLimit-Limit", "40"}, {"RateLimit-Remaining", std::to_string(taken.remaining)}},
        ""};
    real.answered(draw, &reply);
    if (!taken.allowed) ++refused;
  };
  call({EndpointSet::service_accounts, kAcme, {}});
  WorkQueue queue(plan, with_real, context);
  for_each_in_parallel(kAccounts, 8, [&](std::size_t) {
    const auto turn = queue.take();
    for (int i = 0; i < 4; ++i) {
      call({EndpointSet::service_accounts, kAcme, turn->account->key.client_id});
    }
    queue.done(*turn->account);
    const std::lock_guard lock(mutex);
    served.insert(turn->account->address.str());
  });
  EXPECT_EQ(served, std::multiset<std::string>(names.begin(), names.end()));
  EXPECT_EQ(refused, 0);
  // 401 calls less the 40 that were there, at 20 a minute.
  EXPECT_GE(time.since_boot(), minutes(18));
}

TEST_F(WorkQueueTest, WithoutABudgetNothingWaits) {
  budget.closed_until[kAcme] = minutes(60);
  ports.budget = nullptr;
  add("a", kAcme);
  EXPECT_THAT(turns(), ElementsAre("a"));
}

}  // namespace
}  // namespace keytide::test
