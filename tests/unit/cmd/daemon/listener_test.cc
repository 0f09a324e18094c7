// The listener with real sockets, and callers that mean no good.
#include "cmd/keytide/daemon/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include "providers/system/system_clock.h"
#include "tests/support/http_call.h"
#include "tests/unit/cmd/daemon/sample_snapshot.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using testing::HalfRequest;
using testing::http_call;
using testing::RawReply;

struct House {
  SystemClock clock;
  Metrics metrics{{"0.1.0", {kReasons}}};
  SnapshotPtr snapshot = std::make_shared<const Snapshot>(sample_snapshot());
  std::unique_ptr<Listener> listener;

  Result<void> open(std::string address = "127.0.0.1:0",
                    std::optional<SecretValue> token = std::nullopt) {
    ListenerOptions options;
    options.address = std::move(address);
    options.token = std::move(token);
    auto opened = Listener::start(
        std::move(options), {[this] { return snapshot; }, [this] { return clock.since_boot(); }},
        metrics, clock);
    if (!opened) return fail(std::move(opened.error()));
    listener = std::move(*opened);
    return {};
  }
};

TEST(Listener, AnswersAScrapeAndProbes) {
  House house;
  ASSERT_TRUE(house.open().has_value());
  const std::uint16_t port = house.listener->port();
  EXPECT_EQ(house.listener->url(), fmt::format("http://127.0.0.1:{}", port));
  const RawReply scrape = http_call(port, "GET", "/metrics");
  EXPECT_EQ(scrape.response.status, 200);
  EXPECT_TRUE(scrape.complete);
  EXPECT_NE(scrape.response.body.find("keytide_entry_ready{address=\"billing\""),
            std::string::npos);
  EXPECT_NE(scrape.response.body.find("\nprocess_resident_memory_bytes "), std::string::npos);
  EXPECT_EQ(scrape.response.body.find("\nprocess_resident_memory_bytes 0\n"), std::string::npos);
  EXPECT_EQ(http_call(port, "GET", "/livez").response.body, "ok\n");
  EXPECT_EQ(http_call(port, "GET", "/readyz").response.body, "ok\n");
  const RawReply head = http_call(port, "HEAD", "/metrics");
  EXPECT_EQ(head.response.status, 200);
  EXPECT_EQ(head.response.body, "");
  EXPECT_EQ(http_call(port, "POST", "/metrics", {}, "").response.status, 405);
  EXPECT_EQ(http_call(port, "POST", "/metrics", {}, "x").response.status, 413);
}

TEST(Listener, BeyondLoopbackItAsksForAToken) {
  House house;
  const auto bare = house.open("0.0.0.0:0");
  ASSERT_FALSE(bare.has_value());
  EXPECT_EQ(bare.error().text(),
            "listen.metrics is 0.0.0.0:0, which others can reach, and no token is set: name one "
            "with listen.token: {file: PATH}, or listen on 127.0.0.1");
  const auto brief = house.open("0.0.0.0:0", SecretValue("short"));
  ASSERT_FALSE(brief.has_value());
  EXPECT_NE(brief.error().text().find("less than 16 characters"), std::string::npos);
  ASSERT_TRUE(house.open("0.0.0.0:0", SecretValue("0123456789abcdef")).has_value());
  const std::uint16_t port = house.listener->port();
  EXPECT_EQ(http_call(port, "GET", "/metrics").response.status, 401);
  EXPECT_EQ(http_call(port, "GET", "/metrics", {{"Authorization", "Bearer 0123456789abcdef"}})
                .response.status,
            200);
  EXPECT_EQ(http_call(port, "GET", "/livez").response.status, 200);
}

TEST(Listener, SaysWhereToListenInstead) {
  House house;
  ASSERT_TRUE(house.open().has_value());
  House second;
  const auto taken = second.open(fmt::format("127.0.0.1:{}", house.listener->port()));
  ASSERT_FALSE(taken.has_value());
  EXPECT_NE(taken.error().text().find("choose another port"), std::string::npos)
      << taken.error().text();
  EXPECT_NE(taken.error().text().find("listen.metrics"), std::string::npos);
}

// The longest of 20 calls of /livez. A call that is not answered fails.
milliseconds slowest_livez(House& house, const std::function<void()>& between) {
  milliseconds slowest{0};
  for (int i = 0; i < 20; ++i) {
    between();
    const auto begun = house.clock.since_boot();
    EXPECT_EQ(http_call(house.listener->port(), "GET", "/livez").response.body, "ok\n");
    slowest = std::max(slowest, house.clock.since_boot() - begun);
  }
  std::printf("slowest /livez: %lld ms\n", static_cast<long long>(slowest.count()));
  return slowest;
}

constexpr milliseconds kPrompt{1000};

// How many sockets a test may open beside what it needs: a thousand, where the system lets it.
int callers_allowed() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  setrlimit(RLIMIT_NOFILE, &files);
  return static_cast<int>(std::min<rlim_t>(files.rlim_cur - 400, 1000));
}

TEST(Listener, TriesAnAddressWithoutKeepingIt) {
  House house;
  ASSERT_TRUE(house.open().has_value());
  const std::uint16_t port = house.listener->port();
  const std::string taken = fmt::format("127.0.0.1:{}", port);
  const auto tried = Listener::check({taken, {}}, 0);
  ASSERT_FALSE(tried.has_value());
  EXPECT_NE(tried.error().text().find(taken), std::string::npos) << tried.error().text();
  EXPECT_NE(tried.error().text().find("listen.metrics"), std::string::npos);
  EXPECT_TRUE(Listener::check({taken, {}}, port).has_value()) << "it is this process's own";
  EXPECT_FALSE(Listener::check({"192.0.2.1:0", {}}, port).has_value()) << "not of this host";
  EXPECT_EQ(Listener::check({"0.0.0.0:0", {}}, port).error().kind, ErrorKind::refused);
  house.listener->stop();
  EXPECT_TRUE(Listener::check({taken, {}}, 0).has_value());
  EXPECT_TRUE(house.open(taken).has_value()) << "it was let go again";
}

TEST(Listener, AThousandHalfOpenCallersDoNotDelayAProbe) {
  const int count = callers_allowed();
  std::printf("%d callers\n", count);
  House house;
  ASSERT_TRUE(house.open().has_value());
  std::vector<HalfRequest> callers;
  for (int i = 0; i < count; ++i) {
    callers.emplace_back(house.listener->port(),
                         i % 2 == 0 ? "" : "GET /metrics HTTP/1.1\r\nHost: loc");
    ASSERT_TRUE(callers.back().is_connected()) << "after " << i;
  }
  EXPECT_LT(slowest_livez(house, [] {}), kPrompt);
  // And while more come in than it keeps.
  EXPECT_LT(slowest_livez(house,
                          [&] {
                            for (int i = 0; i < 10; ++i) {
                              callers.emplace_back(house.listener->port(), "GET");
                            }
                          }),
            kPrompt);
}

TEST(Listener, CallersThatSendAByteNowAndThenDoNotDelayAProbe) {
  House house;
  ASSERT_TRUE(house.open().has_value());
  std::vector<HalfRequest> callers;
  for (int i = 0; i < 250; ++i) {
    callers.emplace_back(house.listener->port(), "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
  }
  EXPECT_LT(slowest_livez(house,
                          [&] {
                            for (const HalfRequest& caller : callers) caller.send("x");
                          }),
            kPrompt);
}

TEST(Listener, ACallerThatReadsNothingDoesNotDelayAProbe) {
  House house;
  house.snapshot = std::make_shared<const Snapshot>(big_snapshot(1500, 5));
  ASSERT_TRUE(house.open().has_value());
  std::vector<HalfRequest> callers;
  for (int i = 0; i < 100; ++i) {
    callers.emplace_back(house.listener->port(),
                         "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  EXPECT_LT(slowest_livez(house, [] {}), kPrompt * 10) << "a hundred renderings come before it";
}

}  // namespace
}  // namespace keytide
