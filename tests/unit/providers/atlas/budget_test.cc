#include "providers/atlas/budget.h"

#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kNoWait{0};

HttpResponse with_headers(int limit, int remaining) {
  return {200,
          {{"RateLimit-Limit", std::to_string(limit)},
           {"RateLimit-Remaining", std::to_string(remaining)}},
          ""};
}

const std::string kBucketBody =
    R"({"error": 429, "errorCode": "RATE_LIMITED_TOKEN_BUCKET", "detail": "",
        "parameters": ["/api/atlas/v2/orgs/…", 3, 60, 10, 30]})";

TEST(RateReply, ReadsTheHeadersOfAnyReply) {
  const RateReply rate = rate_reply_of(with_headers(500, 499));
  EXPECT_EQ(rate.limit, 500);
  EXPECT_EQ(rate.remaining, 499);
  EXPECT_FALSE(rate.refused);
}

TEST(RateReply, ReadsTheBucketThatA429Names) {
  const RateReply rate = rate_reply_of({429, {{"Retry-After", "3"}}, kBucketBody});
  EXPECT_TRUE(rate.refused);
  EXPECT_EQ(rate.retry_after, Seconds(3));
  ASSERT_TRUE(rate.said.has_value());
  EXPECT_EQ(rate.said->capacity, 60);
  EXPECT_EQ(rate.said->refill_per_minute, 20);
}

TEST(RateReply, TakesNumbersInQuotesAndNothingThatIsNoBucket) {
  const auto said = [](const std::string& code, const std::string& parameters) {
    return rate_reply_of({429,
                          {},
                          R"({"error": 429, "errorCode": ")" + code + R"(", "parameters": )" +
                              parameters + "}"})
        .said;
  };
  const std::string code = "RATE_LIMITED_TOKEN_BUCKET";
  EXPECT_TRUE(said(code, R"(["path", "3", "60", "10", "30"])").has_value());
  EXPECT_FALSE(said("RATE_LIMITED", R"(["path", 3, 60, 10, 30])").has_value());
  EXPECT_FALSE(said(code, R"(["path", 3, 60, 10])").has_value());
  EXPECT_FALSE(said(code, R"(["path", 3, 60, 10, 0])").has_value());
  EXPECT_FALSE(said(code, R"(["path", 3, -60, 10, 30])").has_value());
  EXPECT_FALSE(said(code, R"(["path", 3, 99999999999, 10, 30])").has_value());
  EXPECT_FALSE(said(code, "null").has_value());
  EXPECT_FALSE(rate_reply_of({429, {}, "<html>"}).said.has_value());
}

struct BudgetTest : testing::Test {
  VirtualClock clock;
  AtlasBudget budget{clock};
  const AccountKey other{kOrg, ClientId("mdb_sa_id_0000000000000000000000bb")};

  void call(const Draw& draw, const HttpResponse& reply) {
    budget.sent(draw);
    budget.answered(draw, &reply);
  }
  void learn(int limit, int remaining) {
    call({EndpointSet::service_accounts, kOrg, {}}, with_headers(limit, remaining));
  }
};

TEST_F(BudgetTest, SetsCallsAsideUntilTheyAreMadeOrGivenBack) {
  learn(100, 45);  // 30 of them are kept
  EXPECT_EQ(budget.reserve(kAccount, 8, false), kNoWait);
  EXPECT_GT(budget.reserve(other, 8, false), kNoWait);
  budget.release(kAccount);
  EXPECT_EQ(budget.reserve(other, 8, false), kNoWait);
}

TEST_F(BudgetTest, ACallOfTheChainIsCountedOnce) {
  learn(100, 45);
  EXPECT_EQ(budget.reserve(kAccount, 8, false), kNoWait);
  for (int left = 44; left >= 40; --left) {
    call({EndpointSet::service_accounts, kOrg, kClientId}, with_headers(100, left));
  }
  // 40 are left, of which 3 are set aside and 30 kept.
  EXPECT_EQ(budget.reserve(other, 7, false), kNoWait);
}

TEST_F(BudgetTest, EachScopeAndSetOfEndpointsHasABucketOfItsOwn) {
  learn(100, 0);
  const Draw settings{EndpointSet::settings, kOrg, {}};
  call(settings, HttpResponse{429, {{"Retry-After", "60"}}, ""});
  EXPECT_EQ(budget.closed_for(settings), seconds(60));
  EXPECT_EQ(budget.closed_for({EndpointSet::service_accounts, kOrg, {}}), kNoWait);
  EXPECT_GT(budget.reserve(kAccount, 1, true), kNoWait);
  EXPECT_EQ(budget.reserve({kProject, kClientId}, 1, true), kNoWait);
  EXPECT_FALSE(budget.learned(kProject).has_value());
}

TEST_F(BudgetTest, ALostReplyTakesOneCallAndTeachesNothing) {
  learn(100, 45);
  const Draw draw{EndpointSet::service_accounts, kOrg, kClientId};
  budget.sent(draw);
  budget.answered(draw, nullptr);
  EXPECT_EQ(budget.learned(kOrg)->left, 44);
}

}  // namespace
}  // namespace keytide
