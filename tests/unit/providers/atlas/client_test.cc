#include "providers/atlas/client.h"

#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class AtlasClientTest : public AtlasFixture {
 protected:
  // The first replies in order; after them 200 with the account.
  void serve_first(std::vector<FakeReply> first) {
    serve([first = std::move(first), next = std::size_t{0}](const SeenRequest&) mutable {
      return next < first.size() ? first[next++] : reply(200, kAccountBody);
    });
  }
  static FakeReply denied() { return reply(401, api_error_body(401, "USER_UNAUTHORIZED")); }
};

TEST_F(AtlasClientTest, AsksForTheVersionOfTheServiceAccountApi) {
  serve_first({});
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(find_header(transport->seen().back().headers, "Accept"),
            "application/vnd.atlas.2024-08-05+json");
}

TEST_F(AtlasClientTest, ATokenThatEndedInMidRunIsReplacedAndTheCallRepeated) {
  serve([](const SeenRequest& request) {
    return request.signed_by == "bearer t1" ? reply(401) : reply(200, kAccountBody);
  });
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(transport->count(kTokenLine), 2);
  EXPECT_EQ(transport->count(kAccountLine), 3);
}

TEST_F(AtlasClientTest, TwoTimes401IsDeniedWithAtlassCode) {
  serve_first({denied(), denied(), denied(), denied()});
  const auto account = issuer->get(kAccount);
  ASSERT_FALSE(account.has_value());
  EXPECT_EQ(account.error().kind, ErrorKind::denied);
  EXPECT_THAT(account.error().message, HasSubstr("401 USER_UNAUTHORIZED"));
  EXPECT_THAT(account.error().message, HasSubstr("Organization Owner"));
  EXPECT_EQ(transport->count(kTokenLine), 2);
  EXPECT_EQ(transport->count(kAccountLine), 2);
}

// A missing role would otherwise mint a token per account, and run into the limit of tokens.
TEST_F(AtlasClientTest, AMissingRoleDoesNotMintATokenPerCall) {
  serve([](const SeenRequest&) { return denied(); });
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(issuer->get(kAccount).has_value());
  EXPECT_EQ(transport->count(kTokenLine), 2);
  clock.advance(seconds(61));
  EXPECT_FALSE(issuer->get(kAccount).has_value());
  EXPECT_EQ(transport->count(kTokenLine), 3);
}

TEST_F(AtlasClientTest, WaitsAsLongAsRetryAfterSays) {
  serve_first({reply(429, "", {{"Retry-After", "30"}})});
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_GE(clock.since_boot(), seconds(30));
  EXPECT_LE(clock.since_boot(), seconds(32));
}

TEST_F(AtlasClientTest, WithoutRetryAfterItWaitsLongerEachTime) {
  serve_first({reply(429), reply(429), reply(429), reply(429)});
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  const auto sleeps = clock.sleeps();
  ASSERT_EQ(sleeps.size(), 4U);
  milliseconds longest{500};
  for (const milliseconds sleep : sleeps) {
    EXPECT_GE(sleep, longest / 2);
    EXPECT_LE(sleep, longest);
    longest *= 2;
  }
  EXPECT_EQ(client->wire().counts().retries, 4);
}

TEST_F(AtlasClientTest, MachinesWithDifferentSeedsWaitDifferently) {
  std::vector<milliseconds> waits;
  for (const char* seed : {"a", "b"}) {
    AtlasOptions options;
    options.jitter_seed = seed;
    int asked = 0;
    serve([&](const SeenRequest&) { return asked++ == 0 ? reply(500) : reply(200, kAccountBody); },
          only(service_account()), options);
    ASSERT_TRUE(issuer->get(kAccount).has_value());
    waits.push_back(clock.sleeps().back());
  }
  EXPECT_NE(waits[0], waits[1]);
}

TEST_F(AtlasClientTest, ARateLimitThatOutlastsOurPatienceIsReportedAtOnce) {
  serve_first({reply(429, api_error_body(429, "RATE_LIMITED"), {{"Retry-After", "600"}})});
  const auto account = issuer->get(kAccount);
  ASSERT_FALSE(account.has_value());
  EXPECT_EQ(account.error().kind, ErrorKind::rate_limited);
  EXPECT_THAT(account.error().message, HasSubstr("to be asked again in 600 s"));
  EXPECT_TRUE(clock.sleeps().empty());
  // All callers of that scope know it now: nothing is sent.
  const auto next = issuer->get(kAccount);
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(transport->count(kAccountLine), 1);
}

TEST_F(AtlasClientTest, AnOutageIsSatOutWithinBounds) {
  serve_first(std::vector<FakeReply>(100, lost()));
  const auto account = issuer->get(kAccount);
  ASSERT_FALSE(account.has_value());
  EXPECT_EQ(account.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(account.error().text(), HasSubstr("while reading mdb_sa_id_1234"));
  EXPECT_EQ(transport->count(kAccountLine), 6);
  EXPECT_LE(clock.since_boot(), seconds(120));
}

TEST_F(AtlasClientTest, WhatTimeDoesNotCureIsNotRepeated) {
  for (const int status : {400, 402, 403, 404, 405, 406, 410, 302}) {
    serve([&](const SeenRequest&) { return reply(status); });
    EXPECT_FALSE(issuer->get(kAccount).has_value());
    EXPECT_EQ(transport->count(kAccountLine), 1) << status;
  }
}

TEST_F(AtlasClientTest, LearnsTheRateLimitFromTheHeadersThatCome) {
  serve_first(
      {reply(200, kAccountBody, {{"RateLimit-Limit", "500"}, {"RateLimit-Remaining", "499"}}),
       reply(200, kAccountBody, {{"RateLimit-Remaining", "498"}}),
       reply(200, kAccountBody, {{"RateLimit-Remaining", "lots"}})});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(issuer->get(kAccount).has_value());
  const auto learned = client->budget().learned(kOrg);
  ASSERT_TRUE(learned.has_value());
  EXPECT_EQ(learned->size.capacity, 500);
  EXPECT_EQ(learned->size.refill_per_minute, 250);
  // The last call took one more, though its reply could not be read.
  EXPECT_EQ(learned->left, 497);
}

TEST_F(AtlasClientTest, CountsRequestsByOperation) {
  serve_first({});
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  const RequestCounts counts = issuer->requests();
  EXPECT_EQ(counts.total, 3);
  EXPECT_EQ(counts.by_operation.at("token"), 1);
  EXPECT_EQ(counts.by_operation.at("getOrgServiceAccount"), 2);
}

TEST_F(AtlasClientTest, TellsAtlassTimeAndNotTheHosts) {
  serve_first({reply(200, kAccountBody, {{"Date", "Tue, 24 Nov 2026 20:00:00 GMT"}})});
  EXPECT_EQ(format_instant(issuer->now()), "2026-11-23T20:00:00Z");
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(format_instant(issuer->now()), "2026-11-24T20:00:00Z");
  clock.advance(seconds(90));
  EXPECT_EQ(format_instant(issuer->now()), "2026-11-24T20:01:30Z");
}

TEST_F(AtlasClientTest, ADateThatIsOneSecondOffIsRoundingAndOneFromACacheIsNone) {
  serve_first({reply(200, kAccountBody, {{"Date", "Tue, 24 Nov 2026 20:00:10 GMT"}}),
               reply(200, kAccountBody, {{"Date", "Tue, 24 Nov 2026 20:00:09 GMT"}}),
               reply(200, kAccountBody, {{"Date", "Mon, 23 Nov 2026 01:00:00 GMT"}, {"Age", "9"}}),
               reply(200, kAccountBody, {{"Date", "yesterday"}})});
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(issuer->get(kAccount).has_value());
    EXPECT_EQ(format_instant(issuer->now()), "2026-11-24T20:00:10Z");
  }
}

}  // namespace
}  // namespace keytide
