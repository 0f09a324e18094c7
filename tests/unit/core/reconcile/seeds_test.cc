// A year of an entry under seeded faults and crashes. After each run the promises are checked; a
// failure prints its seed.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using Verdict = Verification::Verdict;

class Trouble {
 public:
  Trouble(House& house, unsigned seed) : house_(house), random_(seed) {}

  void begin_run() {
    if (one_in(2)) house_.journal.crash_at(below(22), one_in(2));
    if (one_in(10)) house_.atlas.creates = {FakeIssuer::Next::rejected_confirm};
    if (one_in(10)) house_.atlas.creates = {FakeIssuer::Next::not_sent};
    if (one_in(20)) house_.atlas.verdicts = std::deque<Verdict>(40, Verdict::unproven);
    if (one_in(10)) house_.atlas.failing_removes = 1;
    if (one_in(10)) file().failing_writes = 4;
    if (one_in(10)) house_.disk.failing_hooks = 3;
    if (one_in(5)) file().readable = false;
    if (one_in(40)) file().value.reset();
  }
  // The process lives again, and a person settles a create that nobody knows the outcome of.
  void end_run() {
    house_.journal.live_again();
    house_.atlas.creates.clear();
    house_.atlas.verdicts.clear();
    house_.atlas.failing_removes = 0;
    house_.disk.failing_hooks = 0;
    for (auto& [name, file] : house_.disk.files) {
      file.failing_writes = 0;
      file.readable = true;
    }
    if (house_.is_open_unknown()) settle();
  }

 private:
  House& house_;
  std::mt19937 random_;

  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  Disk::File& file() { return house_.disk.files[SinkName(one_in(2) ? "a" : "b")]; }
  void settle() {
    AccountRecord& record = house_.store.records.at(kKey);
    const ObservedAccount seen = house_.atlas.account;
    for (const ObservedSecret& secret : seen.secrets) {
      if (record.find(secret.id) == nullptr) house_.atlas.forget(secret.id);
    }
    record.attempt.reset();
  }
};

void live_a_while(unsigned seed, const char* lifetime, int ticks) {
  SCOPED_TRACE(std::string("seed ") + std::to_string(seed) + ", lifetime " + lifetime);
  House house;
  house.entry().lifetime = span(lifetime);
  house.entry().deliver = {file_sink("a", "/run/a"), file_sink("b", "/run/b"),
                           hook("reload", "/bin/reload")};
  ASSERT_EQ(house.apply().errors, "");
  Trouble trouble(house, seed);
  for (int tick = 0; tick < ticks; ++tick) {
    house.clock.advance(span(lifetime) / 60);
    trouble.begin_run();
    house.apply();
    ASSERT_TRUE(house.unreported().empty() || house.is_open_unknown()) << "tick " << tick;
    ASSERT_LE(house.atlas.account.secrets.size(), 2U);
    trouble.end_run();
    ASSERT_EQ(house.dead_files(), "") << "tick " << tick;
  }
  for (int i = 0; i < 5; ++i) {
    house.clock.advance(span(lifetime) / 60);
    house.apply();
  }
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_EQ(house.unreported(), "");
  EXPECT_GT(house.record().generation, ticks / 60);
}

TEST(Seeds, OfTwoLifetimesKeepEveryConsumerServed) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    live_a_while(seed, "8h", 300);
    live_a_while(seed, "90d", 300);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace keytide::test
