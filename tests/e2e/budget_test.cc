// Atlas's rate limit is small and many renewals are due: the earliest deadline goes first, nothing
// fails, Atlas hardly has to refuse a call, and the plan says beforehand who would come too late.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/duration.h"
#include "core/base/instant.h"
#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string client_of(int i) { return fmt::format("mdb_sa_id_{:024x}", i + 1); }
std::string name_of(int i) { return fmt::format("e{:02}", i); }

World::Seed seed_of(int accounts, const std::string& settings) {
  std::string text = fmt::format(
      "settings: {}\norgs:\n  - id: {}\n    name: acme\n    serviceAccounts:\n      - {{clientId: "
      "{}, name: keytide, roles: [ORG_OWNER], secrets: [{{secret: {}, expiresAt: +3650d}}]}}\n",
      settings, kOrg, kKeytide, kKeytideSecret);
  for (int i = 0; i < accounts; ++i) {
    text += fmt::format("      - {{clientId: {}, name: {}, roles: [ORG_READ_ONLY]}}\n",
                        client_of(i), name_of(i));
  }
  return {text};
}

struct Call {
  std::string method;
  std::string path;
  int status = 0;
};

std::vector<Call> calls_seen(World& world) {
  std::vector<Call> calls;
  const json requests = json::parse(world.atlas.requests());
  for (const json& one : requests.at("log")) {
    calls.push_back({one.at("method"), one.at("path"), one.at("status")});
  }
  return calls;
}

int count_refused(World& world) {
  const auto calls = calls_seen(world);
  return static_cast<int>(std::count_if(calls.begin(), calls.end(),
                                        [](const Call& call) { return call.status == 429; }));
}

// The accounts in the order in which Atlas was asked for their secrets.
std::vector<std::string> created_in_order(World& world) {
  std::vector<std::string> clients;
  for (const Call& call : calls_seen(world)) {
    if (call.method != "POST" || !call.path.ends_with("/secrets")) continue;
    clients.push_back(call.path.substr(call.path.find("mdb_sa_id_"), 34));
  }
  return clients;
}

// The next listing is refused, and says what bucket it is.
void order_refusal(World& world, int capacity, int refill_per_minute) {
  const json body{{"error", 429},
                  {"errorCode", "RATE_LIMITED_TOKEN_BUCKET"},
                  {"parameters", {"/", 1, capacity, refill_per_minute, 60}}};
  const json fault{{"method", "GET"},
                   {"path", "/serviceAccounts?"},
                   {"status", 429},
                   {"headers", {{"Retry-After", "1"}}},
                   {"body", body.dump()}};
  world.atlas.add_faults(json::array({fault}).dump());
}

// Lives from 60 to 75 days, in no order.
std::string mixed_entry(int i) {
  return entry(name_of(i), client_of(i),
               fmt::format("lifetime: {}h, renew_before: 30d", 1440 + 6 * (i * 17 % 60)));
}

TEST(Budget, SixtyEntriesAreRenewedByTheirDeadlinesWithinASmallBucket) {
  constexpr int kEntries = 60;
  constexpr int kWorkers = 4;
  World world(seed_of(kEntries, "{org_capacity: 100, org_refill_per_minute: 600}"));
  std::string entries;
  for (int i = 0; i < kEntries; ++i) entries += mixed_entry(i);
  world.manifest(entries);
  world.atlas.set_rate(60);
  const RunResult first = world.apply();
  ASSERT_EQ(first.exit_code, 0) << first.output << first.errors;
  world.atlas.set_rate(1);
  world.atlas.advance("50d");
  std::map<std::string, std::string> deadlines;
  for (int i = 0; i < kEntries; ++i) {
    deadlines[client_of(i)] = world.secrets(client_of(i)).at(0).expires_at;
  }

  world.atlas.forget_requests();
  order_refusal(world, 100, 600);
  const RunResult renewed = world.apply({fmt::format("-parallelism={}", kWorkers)});
  EXPECT_EQ(renewed.exit_code, 0) << renewed.output << renewed.errors;
  EXPECT_THAT(renewed.output, HasSubstr("Secrets: 60 added, 0 changed, 0 destroyed."));
  EXPECT_EQ(count_refused(world), 1) << "the one that was ordered";

  const auto order = created_in_order(world);
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kEntries));
  std::vector<std::string> by_deadline = order;
  std::stable_sort(by_deadline.begin(), by_deadline.end(),
                   [&](const auto& a, const auto& b) { return deadlines.at(a) < deadlines.at(b); });
  for (std::size_t i = 0; i < order.size(); ++i) {
    // Workers that began one after the other may overtake each other by a few.
    const auto wanted = std::find(by_deadline.begin(), by_deadline.end(), order[i]);
    const auto off = std::abs((wanted - by_deadline.begin()) - static_cast<std::ptrdiff_t>(i));
    EXPECT_LT(off, 2 * kWorkers) << order[i] << " came as number " << i;
  }
}

// All entries have their secrets from one and the same minute, and so will expire together.
void create_at_once(World& world, int entries, const std::string& instant,
                    const std::string& later) {
  constexpr int kAtOnce = 5;
  for (int i = 0; i < entries; i += kAtOnce) {
    // Ten minutes later the bucket is full; then back, before the clock is looked at again.
    world.atlas.set_clock(later);
    world.plan();
    world.atlas.set_clock(instant);
    std::vector<std::string> targets;
    for (int k = i; k < std::min(i + kAtOnce, entries); ++k) {
      targets.push_back("-target=" + name_of(k));
    }
    const RunResult run = world.apply(targets);
    ASSERT_EQ(run.exit_code, 0) << run.output << run.errors;
  }
}

Instant now_of(World& world) {
  return *parse_instant(json::parse(world.atlas.state()).at("now").get<std::string>());
}

TEST(Budget, ThePlanSaysWhoCannotBeRenewedInTime) {
  constexpr int kEntries = 24;
  World world(seed_of(kEntries, "{org_capacity: 40, org_refill_per_minute: 20}"));
  std::string entries;
  for (int i = 0; i < kEntries; ++i) entries += entry(name_of(i), client_of(i));
  world.manifest(entries, "8h");
  const Instant begin = now_of(world);
  create_at_once(world, kEntries, format_instant(begin),
                 format_instant(begin + std::chrono::minutes(10)));
  EXPECT_THAT(world.plan().output, Not(HasSubstr("can't be renewed")));

  // A minute before they expire: 40 calls of the bucket and 20 of that minute are 14 chains.
  world.atlas.set_clock(format_instant(begin + std::chrono::hours(8) - std::chrono::minutes(1)));
  const std::string expected =
      "10 entries can't be renewed before they expire: the rate limit of org "
      "32b6e34b3d91647abb20e7b8 allows 20 calls a minute and 39 now, and the chains until then "
      "need 96 (e23, e22, e21 and 7 more); renew them earlier, with a longer renew_before";
  const RunResult plan = world.plan();
  EXPECT_EQ(plan.exit_code, 2);
  EXPECT_THAT(plan.output, HasSubstr("Warning: " + expected));
  world.atlas.advance("10m");
  world.plan();
  world.atlas.set_clock(format_instant(begin + std::chrono::hours(8) - std::chrono::minutes(1)));
  const std::string lines = world.plan({"-json"}).output;
  const auto start = lines.find("\"@message\":\"Warning: 10 entries can't be renewed");
  ASSERT_NE(start, std::string::npos) << lines;
  const std::string line = lines.substr(start, lines.find('\n', start) - start);
  EXPECT_THAT(line, HasSubstr("\"type\":\"diagnostic\""));
  EXPECT_THAT(line, HasSubstr("\"severity\":\"warning\""));
}

void wait_until_told(World& world, const std::string& text) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < give_up) {
    if (world.folder.read("background.stdout").find(text) != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "nobody was told: " << text << "\n" << world.folder.read("background.stdout");
}

// Atlas's clock stands still: the bucket never fills up again, and the wait would be long.
TEST(Budget, AnInterruptEndsTheWaitAtOnceAndNothingNewIsStarted) {
  World world(seed_of(8, "{org_capacity: 20, org_refill_per_minute: 10}"));
  std::string entries;
  for (int i = 0; i < 8; ++i) entries += entry(name_of(i), client_of(i));
  world.manifest(entries);
  BackgroundRun run = world.start_apply({"-parallelism=1"});
  // The listing and two chains leave 11 of 20, of which 6 are kept: a third chain fits, no other.
  wait_until_told(world, "e03: waiting ");
  const auto sent_at = std::chrono::steady_clock::now();
  run.send(SIGINT);
  const RunResult stopped = run.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - sent_at, std::chrono::seconds(10));
  EXPECT_EQ(stopped.exit_code, 1);
  EXPECT_EQ(world.creates(), 3);
  EXPECT_EQ(count_refused(world), 0);
  EXPECT_THAT(stopped.output, HasSubstr("until the rate limit of org 32b6e34b3d91647abb20e7b8 has "
                                        "room for its 5 calls"));
  EXPECT_THAT(stopped.output, HasSubstr("Secrets: 3 added, 0 changed, 0 destroyed."));
  EXPECT_THAT(stopped.output, HasSubstr("Not started: 5 entries."));
}

}  // namespace
}  // namespace keytide::testing
