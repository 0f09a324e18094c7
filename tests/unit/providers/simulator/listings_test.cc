#include "providers/atlas/simulator/listings.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "providers/atlas/simulator/json_text.h"
#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Listings : public AtlasFixture {
 protected:
  // An organization with accounts sa0 … sa<count - 1> besides the usual ones.
  void start_with_accounts(int count) {
    std::string seed = standard_seed();
    std::string more;
    for (int i = 0; i < count; ++i) {
      more += fmt::format("      - {{clientId: mdb_sa_id_{:024x}, name: sa{}, roles: []}}\n",
                          0x1000 + i, i);
    }
    seed.insert(seed.find("      - clientId: mdb_sa_id_1234"), more);
    start(seed);
  }
  static int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++count;
    }
    return count;
  }
};

TEST_F(Listings, AnAccountIsShownWithItsSecretsMasked) {
  const HttpResponse reply = call_as(kReader, "GET", accounts_url(std::string("/") + kBilling));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header_of(reply, "Content-Type"), kMediaType);
  EXPECT_EQ(reply.body,
            R"({"clientId":"mdb_sa_id_1234567890abcdef12345678",)"
            R"("createdAt":"2026-11-23T12:00:00Z","description":"billing","name":"billing",)"
            R"("roles":["ORG_BILLING_ADMIN"],"secrets":[{"createdAt":"2026-11-20T12:00:00Z",)"
            R"("expiresAt":"2027-02-11T12:00:00Z","id":"5f5f5f5f5f5f5f5f5f5f5f5f",)"
            R"("lastUsedAt":"2026-11-22T12:00:00Z","maskedSecretValue":"mdb_sa_sk_...6789"}]})");
}

TEST_F(Listings, AListShowsAllAccountsAndTheirNumber) {
  const HttpResponse reply = call_as(kReader, "GET", accounts_url());
  EXPECT_EQ(count_of(reply.body, "\"clientId\""), 4);
  EXPECT_THAT(reply.body, HasSubstr("\"totalCount\":4}"));
  EXPECT_THAT(reply.body, HasSubstr(R"("rel":"self")"));
  EXPECT_THAT(reply.body, Not(HasSubstr(R"("rel":"next")")));
}

TEST_F(Listings, AListHasPagesOfAHundredUnlessAskedOtherwise) {
  start_with_accounts(230);
  const HttpResponse first = call_as(kReader, "GET", accounts_url());
  EXPECT_EQ(count_of(first.body, "\"clientId\""), 100);
  EXPECT_THAT(first.body, HasSubstr("serviceAccounts?pageNum=2&itemsPerPage=100\",\"rel\":\"next"));
  const HttpResponse last = call_as(kReader, "GET", accounts_url("?pageNum=3"));
  EXPECT_EQ(count_of(last.body, "\"clientId\""), 34);
  EXPECT_THAT(last.body, HasSubstr(R"("rel":"previous")"));
  EXPECT_THAT(last.body, Not(HasSubstr(R"("rel":"next")")));
  EXPECT_EQ(
      count_of(call_as(kReader, "GET", accounts_url("?itemsPerPage=500")).body, "\"clientId\""),
      234);
  EXPECT_EQ(count_of(call_as(kReader, "GET", accounts_url("?pageNum=9")).body, "\"clientId\""), 0);
}

TEST_F(Listings, APageOutOfRangeIsRefused) {
  for (const char* query : {"?itemsPerPage=501", "?itemsPerPage=0", "?pageNum=0", "?pageNum=x"}) {
    EXPECT_EQ(call_as(kReader, "GET", accounts_url(query)).status, 400) << query;
  }
}

TEST_F(Listings, AChangeShowsInTheNextList) {
  ASSERT_THAT(call_as(kReader, "GET", accounts_url()).body, HasSubstr("2027-02-11T12:00:00Z"));
  const HttpResponse created = create(8);
  const HttpResponse after = call_as(kReader, "GET", accounts_url());
  EXPECT_THAT(after.body, HasSubstr(json_text_of(created.body, "id")));
  EXPECT_THAT(after.body, Not(HasSubstr("2027-02-11T12:00:00Z")));  // the old one was cut
  EXPECT_THAT(after.body, HasSubstr("2026-11-30T12:00:00Z"));
}

TEST_F(Listings, AnEnvelopeWrapsASingleEntityAndMarksAList) {
  const HttpResponse one =
      call_as(kReader, "GET", accounts_url(std::string("/") + kBilling + "?envelope=true"));
  EXPECT_EQ(one.body.rfind(R"({"content":{"clientId")", 0), 0u) << one.body;
  EXPECT_THAT(one.body, HasSubstr("},\"status\":200}"));
  const HttpResponse list = call_as(kReader, "GET", accounts_url("?envelope=true"));
  EXPECT_THAT(list.body, HasSubstr("\"totalCount\":4,\"status\":200}"));
  EXPECT_EQ(list.body.rfind("{\"links\"", 0), 0u);
  const HttpResponse created = call_as(kOwner, "POST", secrets_url() + "?envelope=true",
                                       R"({"secretExpiresAfterHours": 8})");
  EXPECT_EQ(created.status, 201);
  EXPECT_THAT(created.body, HasSubstr("},\"status\":201}"));
}

TEST_F(Listings, AnEnvelopeIsPutRoundErrorsWhereTheSettingSaysSo) {
  const std::string url = accounts_url("/mdb_sa_id_ffffffffffffffffffffffff?envelope=true");
  EXPECT_EQ(call_as(kReader, "GET", url).body.find("content"), std::string::npos);
  start_with("envelope_errors: true");
  EXPECT_THAT(call_as(kReader, "GET", url).body, HasSubstr("},\"status\":404}"));
}

TEST_F(Listings, PrettyIsWhiteSpaceOnly) {
  const std::string plain = call_as(kReader, "GET", accounts_url("?pageNum=1")).body;
  std::string pretty = call_as(kReader, "GET", accounts_url("?pageNum=1&pretty=true")).body;
  EXPECT_THAT(pretty, HasSubstr("{\n  \"links\": [\n    {\n"));
  std::erase(pretty, '\n');
  std::erase(pretty, ' ');
  EXPECT_EQ(pretty, plain);
}

TEST_F(Listings, TheTotalIsAnEstimateWhereTheSettingSaysSo) {
  start_with("total_count_error: -1");
  EXPECT_THAT(call_as(kReader, "GET", accounts_url()).body, HasSubstr("\"totalCount\":3"));
}

TEST_F(Listings, TheSettingsOfAnOrganizationCarryItsCap) {
  const std::string url = std::string("/api/atlas/v2/orgs/") + kOrg + "/settings";
  const HttpResponse reply = call_as(kMember, "GET", url);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header_of(reply, "Content-Type"), kSettingsMediaType);
  EXPECT_THAT(reply.body, HasSubstr("\"maxServiceAccountSecretValidityInHours\":8760"));
}

TEST_F(Listings, TheOrganizationsOfACallerAreItsOwn) {
  const HttpResponse reply = call_as(kMember, "GET", "/api/atlas/v2/orgs");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(kOrg));
  EXPECT_THAT(reply.body, Not(HasSubstr(kOtherOrg)));
}

TEST_F(Listings, WhatIsNotThereIsNotFound) {
  const auto code = [this](const std::string& url) {
    const HttpResponse reply = call_as(kOwner, "GET", url);
    EXPECT_EQ(reply.status, 404) << url;
    return json_text_of(reply.body, "errorCode");
  };
  EXPECT_EQ(code(accounts_url("/mdb_sa_id_ffffffffffffffffffffffff")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(code("/api/atlas/v2/orgs/ffffffffffffffffffffffff/serviceAccounts"), "ORG_NOT_FOUND");
  EXPECT_EQ(code("/api/atlas/v2/orgs/nonsense/serviceAccounts"), "INVALID_ORG_ID");
  EXPECT_EQ(code("/api/atlas/v2/groups/ffffffffffffffffffffffff/serviceAccounts"),
            "GROUP_NOT_FOUND");
  EXPECT_EQ(code("/api/atlas/v2/nothing"), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(call_as(kOwner, "PUT", accounts_url()).status, 405);
}

TEST(PrettyJson, LeavesTextsAndEmptyListsAlone) {
  EXPECT_EQ(pretty_json(R"({"a":"{\"b\":[1,2]}","c":[],"d":{}})"),
            "{\n  \"a\": \"{\\\"b\\\":[1,2]}\",\n  \"c\": [],\n  \"d\": {}\n}\n");
}

}  // namespace
}  // namespace keytide::simulator
