#include "providers/atlas/issuer.h"

#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Verdict = Verification::Verdict;

class AtlasIssuerTest : public AtlasFixture {};

std::string accounts_json(int from, int count) {
  std::string json;
  for (int i = from; i < from + count; ++i) {
    const std::string number = std::to_string(1000 + i);
    json += (json.empty() ? "" : ",") + ("{\"clientId\": \"mdb_sa_id_" + number + "\"}");
  }
  return json;
}

constexpr const char* kPage1 =
    "GET /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts?itemsPerPage=500&pageNum=1";
constexpr const char* kPage2 =
    "GET /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts?itemsPerPage=500&pageNum=2";

TEST_F(AtlasIssuerTest, ListsTwoPages) {
  serve([](const SeenRequest& request) {
    const bool first = request.line == kPage1;
    return reply(200,
                 "{\"results\": [" + (first ? accounts_json(0, 500) : accounts_json(500, 7)) +
                     "], \"totalCount\": 507}",
                 {{"Date", "Tue, 24 Nov 2026 20:00:00 GMT"}});
  });
  const auto scope = issuer->list(kOrg);
  ASSERT_TRUE(scope.has_value()) << scope.error().text();
  EXPECT_EQ(scope->accounts.size(), 507U);
  EXPECT_TRUE(std::is_sorted(
      scope->accounts.begin(), scope->accounts.end(),
      [](const ObservedAccount& a, const ObservedAccount& b) { return a.key < b.key; }));
  EXPECT_EQ(format_instant(scope->atlas_now), "2026-11-24T20:00:00Z");
  EXPECT_FALSE(scope->error.has_value());
  EXPECT_THAT(transport->lines(), ElementsAre(kTokenLine, kPage1, kPage2));
}

TEST_F(AtlasIssuerTest, OneShortPageIsAskedForOnce) {
  serve([](const SeenRequest&) {
    return reply(200, "{\"results\": [" + accounts_json(0, 3) + "], \"totalCount\": 3}");
  });
  ASSERT_TRUE(issuer->list(kOrg).has_value());
  EXPECT_THAT(transport->lines(), ElementsAre(kTokenLine, kPage1));
}

// Were Atlas to lower its ceiling, a page of 100 would not be the whole org.
TEST_F(AtlasIssuerTest, AShortPageIsNotTheEndWhileTheTotalOrALinkSaysMore) {
  for (const char* more : {"\"totalCount\": 200", "\"links\": [{\"rel\": \"next\"}]"}) {
    serve([more](const SeenRequest& request) {
      return request.line == kPage1
                 ? reply(200, "{\"results\": [" + accounts_json(0, 100) + "], " + more + "}")
                 : reply(200, "{\"results\": [" + accounts_json(100, 100) + "]}");
    });
    const auto scope = issuer->list(kOrg);
    ASSERT_TRUE(scope.has_value());
    EXPECT_EQ(scope->accounts.size(), 200U);
  }
}

TEST_F(AtlasIssuerTest, ATotalThatPromisesTooMuchEndsWithAnEmptyPage) {
  serve([](const SeenRequest& request) {
    return request.line == kPage1
               ? reply(200, "{\"results\": [" + accounts_json(0, 3) + "], \"totalCount\": 9}")
               : reply(200, R"({"results": [], "totalCount": 9})");
  });
  const auto scope = issuer->list(kOrg);
  ASSERT_TRUE(scope.has_value());
  EXPECT_EQ(scope->accounts.size(), 3U);
}

TEST_F(AtlasIssuerTest, AnAccountThatMovedBetweenTwoPagesIsListedOnceAsSeenLast) {
  serve([](const SeenRequest& request) {
    return request.line == kPage1
               ? reply(200, R"({"results": [{"clientId": "a", "name": "old"}], "totalCount": 2})")
               : reply(200, R"({"results": [{"clientId": "a", "name": "new"}], "totalCount": 2})");
  });
  const auto scope = issuer->list(kOrg);
  ASSERT_TRUE(scope.has_value());
  ASSERT_EQ(scope->accounts.size(), 1U);
  EXPECT_EQ(scope->accounts[0].name, "new");
}

TEST_F(AtlasIssuerTest, APageThatFailsFailsTheListing) {
  serve([](const SeenRequest& request) {
    return request.line == kPage1
               ? reply(200, "{\"results\": [" + accounts_json(0, 500) + "], \"totalCount\": 600}")
               : reply(403, api_error_body(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"));
  });
  const auto scope = issuer->list(kOrg);
  ASSERT_FALSE(scope.has_value());
  EXPECT_EQ(scope.error().kind, ErrorKind::denied);
  EXPECT_THAT(scope.error().text(),
              HasSubstr("while listing the service accounts of org 32b6e34b3d91647abb20e7b8"));
}

TEST_F(AtlasIssuerTest, AListingThatNeverEndsIsGivenUp) {
  serve([](const SeenRequest&) {
    return reply(200, R"({"results": [{"clientId": "a"}], "totalCount": 999999})");
  });
  const auto scope = issuer->list(kOrg);
  ASSERT_FALSE(scope.has_value());
  EXPECT_EQ(scope.error().kind, ErrorKind::corrupt);
}

TEST_F(AtlasIssuerTest, ProjectsAreGroupsInTheirPaths) {
  serve([](const SeenRequest&) { return reply(200, R"({"results": []})"); });
  ASSERT_TRUE(issuer->list(kProject).has_value());
  EXPECT_EQ(transport->lines().back(),
            "GET /api/atlas/v2/groups/5f1b2c3d4e5f6a7b8c9d0e1f/serviceAccounts"
            "?itemsPerPage=500&pageNum=1");
}

TEST_F(AtlasIssuerTest, AnAccountThatIsNotThereIsNotFound) {
  serve([](const SeenRequest&) { return reply(404, api_error_body(404, "RESOURCE_NOT_FOUND")); });
  EXPECT_EQ(issuer->get(kAccount).error().kind, ErrorKind::not_found);
}

TEST_F(AtlasIssuerTest, AnAnswerAboutAnotherAccountIsNotTrusted) {
  serve([](const SeenRequest&) { return reply(200, R"({"clientId": "mdb_sa_id_other"})"); });
  EXPECT_EQ(issuer->get(kAccount).error().kind, ErrorKind::corrupt);
}

TEST_F(AtlasIssuerTest, AskesForTheCapOfAnOrgOnceAndForThatOfAProjectNever) {
  serve([](const SeenRequest&) {
    return reply(200, R"({"maxServiceAccountSecretValidityInHours": 720})");
  });
  EXPECT_EQ(*issuer->max_validity_hours(kOrg), 720);
  EXPECT_EQ(*issuer->max_validity_hours(kOrg), 720);
  EXPECT_EQ(*issuer->max_validity_hours(kProject), std::nullopt);
  EXPECT_EQ(transport->seen().size(), 2U);
  EXPECT_EQ(transport->lines().back(), "GET /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/settings");
  EXPECT_EQ(find_header(transport->seen().back().headers, "Accept"),
            "application/vnd.atlas.2023-01-01+json");
}

TEST_F(AtlasIssuerTest, DeletesASecretAndTakesAlreadyGoneForDone) {
  for (const FakeReply& answer : {reply(204), reply(404, api_error_body(404, "RESOURCE_NOT_FOUND")),
                                  reply(404, api_error_body(404, "SECRET_NOT_FOUND"))}) {
    serve([answer](const SeenRequest&) { return answer; });
    EXPECT_TRUE(issuer->remove(kAccount, kSecretId).has_value());
    EXPECT_EQ(transport->lines().back(),
              "DELETE /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts/"
              "mdb_sa_id_1234567890abcdef12345678/secrets/64b6e34b3d91647abb20e7b8");
  }
}

TEST_F(AtlasIssuerTest, ADeleteIsNotDoneWhenAProxyOrAWrongOrgSays404) {
  for (const FakeReply& answer : {reply(404, "<html>Not Found</html>"), reply(404),
                                  reply(404, api_error_body(404, "ORG_NOT_FOUND"))}) {
    serve([answer](const SeenRequest&) { return answer; });
    EXPECT_FALSE(issuer->remove(kAccount, kSecretId).has_value());
  }
}

TEST_F(AtlasIssuerTest, ADeleteIsRepeatedAfterAConflictOrALostReply) {
  int asked = 0;
  serve([&](const SeenRequest&) -> FakeReply {
    switch (++asked) {
      case 1:
        return reply(409, api_error_body(409, "DATA_CONCURRENCY_ERROR"));
      case 2:
        return lost();
      default:
        return reply(404, api_error_body(404, "RESOURCE_NOT_FOUND"));
    }
  });
  EXPECT_TRUE(issuer->remove(kAccount, kSecretId).has_value());
  EXPECT_EQ(asked, 3);
}

TEST_F(AtlasIssuerTest, ProvesASecretByATokenAndRevokesIt) {
  serve([](const SeenRequest&) { return reply(500); });
  const Verification seen = issuer->verify(kAccount, SecretValue("mdb_sa_sk_new"));
  EXPECT_EQ(seen.verdict, Verdict::works);
  EXPECT_FALSE(seen.why.has_value());
  EXPECT_THAT(transport->lines(), ElementsAre(kTokenLine, kRevokeLine));
  for (const SeenRequest& request : transport->seen()) {
    EXPECT_EQ(request.signed_by, "basic mdb_sa_id_1234567890abcdef12345678:mdb_sa_sk_new");
  }
}

TEST_F(AtlasIssuerTest, OnlyAtlassOwn401IsARefusalAllElseProvesNothing) {
  const std::pair<FakeReply, Verdict> cases[] = {
      {reply(401, R"({"error": "invalid_client"})"), Verdict::refused},
      {reply(401, "<html>proxy</html>"), Verdict::unproven},
      {reply(403, R"({"error": "access_denied"})"), Verdict::unproven},
      {reply(429, api_error_body(429, "RATE_LIMITED")), Verdict::unproven},
      {reply(503), Verdict::unproven},
      {reply(200, "{}"), Verdict::unproven},
      {lost(), Verdict::unproven},
  };
  for (const auto& [answer, verdict] : cases) {
    on_token = [answer = answer](const SeenRequest&) { return answer; };
    serve([](const SeenRequest&) { return reply(500); });
    const Verification seen = issuer->verify(kAccount, SecretValue("mdb_sa_sk_new"));
    EXPECT_EQ(seen.verdict, verdict);
    ASSERT_TRUE(seen.why.has_value());
    EXPECT_THAT(seen.why->text(), testing::Not(HasSubstr("mdb_sa_sk_new")));
    EXPECT_EQ(transport->count(kTokenLine), 1);
  }
}

}  // namespace
}  // namespace keytide
