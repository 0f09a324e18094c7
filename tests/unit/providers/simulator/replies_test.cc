// What every reply has: versions, headers, rate limits, the shape of errors.
#include <gmock/gmock.h>

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

using ::testing::HasSubstr;

class Replies : public AtlasFixture {
 protected:
  HttpResponse accepting(const std::string& accept) {
    return call("GET", accounts_url(),
                {{"Authorization", "Bearer " + token_of(kReader)}, {"Accept", accept}});
  }
};

TEST_F(Replies, TheNewestVersionAtOrBeforeTheDateAnswers) {
  for (const char* date : {"2024-08-05", "2024-08-06", "2025-03-12", "2030-01-01"}) {
    const HttpResponse reply = accepting("application/vnd.atlas." + std::string(date) + "+json");
    EXPECT_EQ(reply.status, 200) << date;
    EXPECT_EQ(header_of(reply, "Content-Type"), kMediaType);
  }
}

TEST_F(Replies, AVersionBeforeTheFirstOrNoneIsNotAcceptable) {
  for (const char* accept :
       {"application/vnd.atlas.2024-08-04+json", "application/vnd.atlas.2023-01-01+json",
        "application/vnd.atlas.2024-13-01+json", "application/vnd.atlas.new+json",
        "application/json", "*/*", ""}) {
    const HttpResponse reply = accepting(accept);
    EXPECT_EQ(reply.status, 406) << accept;
    EXPECT_EQ(json_text_of(reply.body, "errorCode"), "INVALID_VERSION_DATE");
    EXPECT_EQ(header_of(reply, "Content-Type"), "application/json");
  }
  EXPECT_EQ(accepting("application/json, application/vnd.atlas.2024-08-05+json;q=0.9").status, 200);
}

TEST_F(Replies, ARetiredVersionIsGone) {
  start_with("retired_versions: \"2024-08-05, 2024-10-01\"");
  EXPECT_EQ(accepting("application/vnd.atlas.2024-10-01+json").status, 410);
  EXPECT_EQ(accepting("application/vnd.atlas.2025-01-01+json").status, 200);
}

TEST_F(Replies, AVersionIsNotNeededWhereTheSettingSaysSo) {
  start_with("accept_needs_version: false");
  const HttpResponse reply = accepting("*/*");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header_of(reply, "Content-Type"), kMediaType);
}

TEST_F(Replies, AnErrorIsAnApiErrorInPlainJsonWithItsCodeInAHeader) {
  const HttpResponse reply =
      call_as(kOwner, "GET", accounts_url("/mdb_sa_id_ffffffffffffffffffffffff"));
  EXPECT_EQ(reply.body,
            R"({"detail":"Cannot find resource service account with id )"
            R"(mdb_sa_id_ffffffffffffffffffffffff.","error":404,)"
            R"("errorCode":"RESOURCE_NOT_FOUND","parameters":[],"reason":"Not Found"})");
  EXPECT_EQ(header_of(reply, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(reply, "X-Error-Code"), "RESOURCE_NOT_FOUND");
}

TEST_F(Replies, TheDateIsAtlassOwnAndRequestsHaveIds) {
  now_ = *parse_instant("2027-01-01T00:00:00Z");
  const HttpResponse first = call("GET", accounts_url());
  EXPECT_EQ(header_of(first, "Date"), "Fri, 01 Jan 2027 00:00:00 GMT");
  EXPECT_EQ(header_of(first, "X-Request-Id").size(), 32u);
  EXPECT_NE(header_of(first, "X-Request-Id"), header_of(call("GET", "/"), "X-Request-Id"));
}

TEST_F(Replies, TheBucketOfAnOrganizationRunsDryAndFillsUp) {
  for (int i = 499; i >= 0; --i) {
    const HttpResponse reply = call_as(kReader, "GET", accounts_url("?itemsPerPage=1"));
    ASSERT_EQ(reply.status, 200);
    ASSERT_EQ(header_of(reply, "RateLimit-Limit"), "500");
    ASSERT_EQ(header_of(reply, "RateLimit-Remaining"), std::to_string(i));
  }
  const HttpResponse dry = call_as(kReader, "GET", accounts_url("?itemsPerPage=1"));
  EXPECT_EQ(dry.status, 429);
  EXPECT_EQ(json_text_of(dry.body, "errorCode"), "RATE_LIMITED_TOKEN_BUCKET");
  EXPECT_THAT(dry.body, HasSubstr("\"parameters\":[\"" + accounts_url() + "\",1,500,250,60]"));
  EXPECT_EQ(header_of(dry, "Retry-After"), "1");
  EXPECT_EQ(header_of(dry, "RateLimit-Remaining"), "0");
  EXPECT_EQ(create(8).status, 429);  // shared by every caller of the organization

  now_ += Seconds(1);  // 250 a minute: four of them are back
  EXPECT_EQ(header_of(call_as(kReader, "GET", accounts_url()), "RateLimit-Remaining"), "3");
  now_ += Seconds(60);
  EXPECT_EQ(header_of(call_as(kReader, "GET", accounts_url()), "RateLimit-Remaining"), "252");
}

TEST_F(Replies, AProjectHasABucketOfItsOwn) {
  const HttpResponse reply =
      call_as(kOwner, "GET", std::string("/api/atlas/v2/groups/") + kProject + "/serviceAccounts");
  EXPECT_EQ(header_of(reply, "RateLimit-Limit"), "1200");
  EXPECT_EQ(header_of(call_as(kOwner, "GET", accounts_url()), "RateLimit-Remaining"), "499");
}

TEST_F(Replies, RateLimitHeadersMayBeMissing) {
  start_with(
      "rate_limit_headers: false, retry_after_header: false, org_capacity: 1, "
      "rate_limited_legacy: true");
  const HttpResponse reply = call_as(kReader, "GET", accounts_url());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header_of(reply, "RateLimit-Limit"), "");
  const HttpResponse dry = call_as(kReader, "GET", accounts_url());
  EXPECT_EQ(dry.status, 429);
  EXPECT_EQ(json_text_of(dry.body, "errorCode"), "RATE_LIMITED");
  EXPECT_EQ(header_of(dry, "Retry-After"), "");
}

TEST_F(Replies, WithoutRateLimitsNothingRunsDry) {
  start_with("rate_limits: false, org_capacity: 1");
  for (int i = 0; i < 5; ++i) {
    const HttpResponse reply = call_as(kReader, "GET", accounts_url());
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(header_of(reply, "RateLimit-Limit"), "");
  }
}

}  // namespace
}  // namespace keytide::simulator
