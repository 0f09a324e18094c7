#include "cmd/keytide/work_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/plan/calls.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// A wait is slept in slices: what was set aside and not used comes back, and a stop is heard.
constexpr milliseconds kSlice{200};
// A shorter wait is not worth a line.
constexpr milliseconds kSaidFrom{3000};
// Atlas's bucket refills within minutes: what would take longer than this is left to another apply.
constexpr milliseconds kLongestWait{10 * 60 * 1000};

std::string length_of(milliseconds wait) { return format_coarse(std::chrono::ceil<Seconds>(wait)); }

Error too_long(const AccountPlan& account, int calls, milliseconds wait) {
  return {ErrorKind::rate_limited,
          fmt::format("the rate limit of {} allows the {} calls of its chain in {} only, and "
                      "nothing was begun: apply again then",
                      describe(account.key.scope), calls, length_of(wait)),
          {}};
}

}  // namespace

WorkQueue::WorkQueue(const Plan& plan, const Ports& ports, const RunContext& context)
    : ports_(ports), context_(context) {
  const PlanInput& input = *context.input;
  for (const AccountPlan& account : plan.accounts) {
    const bool is_own = input.own_accounts.contains(account.key.client_id);
    const int least = least_calls_of(account);
    // Without calls of its own an account waits for nobody's.
    const bool calls = least > 0 && ports.budget != nullptr;
    const auto lane = calls ? std::optional(account.key.scope) : std::nullopt;
    lanes_[lane].waiting.push_back(
        {queue_place(account, plan.now, is_own), &account, calls ? least + kSlowSinkCalls : 0});
  }
  for (auto& [scope, lane] : lanes_) {
    std::sort(lane.waiting.begin(), lane.waiting.end(),
              [](const Waiting& a, const Waiting& b) { return a.place < b.place; });
  }
}

std::vector<WorkQueue::Lane*> WorkQueue::lanes_in_order() {
  std::vector<Lane*> lanes;
  for (auto& [scope, lane] : lanes_) {
    if (!lane.waiting.empty()) lanes.push_back(&lane);
  }
  std::sort(lanes.begin(), lanes.end(), [](const Lane* a, const Lane* b) {
    return a->waiting.front().place < b->waiting.front().place;
  });
  return lanes;
}

Turn WorkQueue::take_first(Lane& lane) {
  const Turn turn{lane.waiting.front().account, false, {}};
  lane.waiting.pop_front();
  return turn;
}

milliseconds WorkQueue::wait_of(const Waiting& first) {
  if (first.calls == 0) return milliseconds(0);
  // By the time that has passed it may have become urgent.
  const Urgency urgency = urgency_of(*first.account, ports_.issuer.now());
  return ports_.budget->reserve(first.account->key, first.calls, may_use_kept_share(urgency));
}

void WorkQueue::tell_of_wait(Lane& lane, milliseconds wait) {
  const milliseconds now = ports_.clock.since_boot();
  if (wait < kSaidFrom || now < lane.said_until) return;
  lane.said_until = now + wait;
  const Waiting& first = lane.waiting.front();
  const AccountPlan& account = *first.account;
  ports_.progress.on({Progress::Step::waiting, account.address, account.key,
                      account.changes.front().action,
                      fmt::format("{}, until the rate limit of {} has room for its {} calls",
                                  length_of(wait), describe(account.key.scope), first.calls)});
}

WorkQueue::Look WorkQueue::look_for_turn() {
  const bool stops = context_.stopping && context_.stopping();
  Look look{std::nullopt, milliseconds::max()};
  bool others_wait = false;
  for (Lane* lane : lanes_in_order()) {
    const Waiting& first = lane->waiting.front();
    if (stops) {
      look.turn = take_first(*lane);
      look.turn->stopped = true;
      return look;
    }
    // keytide's own account does not pass those that wait.
    if (first.place.is_own && others_wait) break;
    const milliseconds wait = wait_of(first);
    if (wait == milliseconds(0)) {
      look.turn = take_first(*lane);
      return look;
    }
    if (wait > kLongestWait) {
      Error refused = too_long(*first.account, first.calls, wait);
      look.turn = take_first(*lane);
      look.turn->refused = std::move(refused);
      return look;
    }
    others_wait = true;
    tell_of_wait(*lane, wait);
    look.wait = std::min(look.wait, wait);
  }
  return look;
}

std::optional<Turn> WorkQueue::take() {
  while (true) {
    Look look;
    {
      const std::lock_guard lock(mutex_);
      look = look_for_turn();
    }
    if (look.turn) return look.turn;
    if (look.wait == milliseconds::max()) return std::nullopt;
    ports_.clock.sleep(std::min(kSlice, look.wait));
  }
}

void WorkQueue::done(const AccountPlan& account) {
  if (ports_.budget != nullptr) ports_.budget->release(account.key);
}

}  // namespace keytide
