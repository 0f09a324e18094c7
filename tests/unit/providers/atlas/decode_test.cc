#include "providers/atlas/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Scope kOrg{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"};

Instant at(const char* text) { return *parse_instant(text); }

TEST(DecodeAccountPage, ReadsAccountsWithTheirSecretsSortedByCreation) {
  std::vector<ObservedAccount> accounts;
  const auto page = decode_account_page(R"({
      "links": [{"href": "https://cloud.mongodb.com/api/atlas", "rel": "self"}],
      "results": [
        {"clientId": "mdb_sa_id_1", "name": "billing", "description": "new field", "roles": ["X"],
         "createdAt": "2026-01-01T00:00:00Z",
         "secrets": [
           {"id": "b", "createdAt": "2026-03-01T00:00:00Z", "expiresAt": "2026-06-01T00:00:00Z",
            "lastUsedAt": "2026-03-02T00:00:00Z", "maskedSecretValue": "mdb_sa_sk_...wxyz"},
           {"id": "a", "createdAt": "2026-02-01T00:00:00Z", "expiresAt": "2026-05-01T00:00:00Z",
            "lastUsedAt": null, "futureField": {"deep": [1, 2]}}]},
        {"clientId": "mdb_sa_id_2"}],
      "totalCount": 2})",
                                        kOrg, accounts);
  ASSERT_TRUE(page.has_value()) << page.error().text();
  EXPECT_EQ(page->results, 2U);
  EXPECT_EQ(page->total, 2);
  EXPECT_FALSE(page->has_next);
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(accounts[0].key, (AccountKey{kOrg, ClientId("mdb_sa_id_1")}));
  EXPECT_EQ(accounts[0].name, "billing");
  EXPECT_THAT(accounts[0].secrets,
              ElementsAre(ObservedSecret{SecretId("a"), at("2026-02-01T00:00:00Z"),
                                         at("2026-05-01T00:00:00Z"), std::nullopt, ""},
                          ObservedSecret{SecretId("b"), at("2026-03-01T00:00:00Z"),
                                         at("2026-06-01T00:00:00Z"), at("2026-03-02T00:00:00Z"),
                                         "mdb_sa_sk_...wxyz"}));
  EXPECT_TRUE(accounts[1].secrets.empty());
}

TEST(DecodeAccountPage, SeesTheLinkToTheNextPage) {
  std::vector<ObservedAccount> accounts;
  const auto page = decode_account_page(
      R"({"results": [], "links": [{"rel": "self"}, {"rel": "next", "href": "x"}]})", kOrg,
      accounts);
  ASSERT_TRUE(page.has_value());
  EXPECT_TRUE(page->has_next);
  EXPECT_EQ(page->total, std::nullopt);
}

// A listing with a hole in it would look as if somebody had deleted secrets.
TEST(DecodeAccountPage, RefusesListingsWithHoles) {
  for (const char* text :
       {"", "[]", "{}", R"({"error": 500})", R"({"results": null})", R"({"results": [{}]})",
        R"({"results": [{"name": "x"}]})", R"({"results": [{"clientId": "x"})",
        R"({"results": [{"clientId": "x", "secrets": [{"id": "a"}]}]})",
        R"({"results": [{"clientId": "x", "secrets": [{"id": "a", "createdAt": "today",
            "expiresAt": "2026-05-01T00:00:00Z"}]}]})",
        R"({"results": []} x)", "<html>Bad Gateway</html>"}) {
    std::vector<ObservedAccount> accounts;
    const auto page = decode_account_page(text, kOrg, accounts);
    ASSERT_FALSE(page.has_value()) << text;
    EXPECT_EQ(page.error().kind, ErrorKind::corrupt) << text;
  }
}

TEST(DecodeAccount, ReadsAPlainReplyAndOneInAnEnvelope) {
  const std::string plain = R"({"clientId": "mdb_sa_id_1", "name": "billing", "secrets": []})";
  for (const std::string& text : {plain, R"({"status": 200, "content": )" + plain + "}"}) {
    const auto account = decode_account(text, kOrg);
    ASSERT_TRUE(account.has_value()) << text;
    EXPECT_EQ(account->key.client_id.str(), "mdb_sa_id_1");
    EXPECT_EQ(account->name, "billing");
  }
}

TEST(DecodeCreatedSecret, TakesAReplyWithoutAMask) {
  const auto created = decode_created_secret(
      R"({"id": "a", "createdAt": "2026-02-01T00:00:00Z", "expiresAt": "2026-05-01T00:00:00Z",
          "secret": "mdb_sa_sk_0123456789"})");
  ASSERT_TRUE(created.has_value());
  EXPECT_EQ(created->seen.id.str(), "a");
  EXPECT_EQ(created->seen.expires_at, at("2026-05-01T00:00:00Z"));
  EXPECT_EQ(created->seen.masked, "");
  EXPECT_EQ(created->value.reveal(), "mdb_sa_sk_0123456789");
}

TEST(DecodeCreatedSecret, TakesTheMaskOfThePublishedExample) {
  const auto created = decode_created_secret(
      R"({"createdAt": "2025-05-04T09:42:00Z", "expiresAt": "2025-05-04T09:42:00Z",
          "id": "32b6e34b3d91647abb20e7b8", "lastUsedAt": "2025-05-04T09:42:00Z",
          "maskedSecretValue": "mdb_sa_sk_...", "secret": "mdb_sa_sk_..."})");
  ASSERT_TRUE(created.has_value());
  EXPECT_EQ(created->seen.masked, "mdb_sa_sk_...");
}

TEST(DecodeCreatedSecret, WithoutIdValueOrTimesItIsNoSecret) {
  for (const char* text : {R"({})", R"({"id": "a", "createdAt": "2026-02-01T00:00:00Z",
                    "expiresAt": "2026-05-01T00:00:00Z"})",
                           R"({"secret": "s", "createdAt": "2026-02-01T00:00:00Z",
            "expiresAt": "2026-05-01T00:00:00Z"})",
                           R"({"id": "a", "secret": "s", "createdAt": "2026-02-01T00:00:00Z"})",
                           R"({"id": "a", "secret": "mdb_sa_sk_012)"}) {
    const auto created = decode_created_secret(text);
    ASSERT_FALSE(created.has_value()) << text;
    EXPECT_THAT(created.error().text(), testing::Not(HasSubstr("mdb_sa_sk_012")));
  }
}

TEST(DecodeMaxValidityHours, IsAbsentWhereNoCapIsSet) {
  EXPECT_EQ(*decode_max_validity_hours(R"({"maxServiceAccountSecretValidityInHours": 720})"), 720);
  EXPECT_EQ(*decode_max_validity_hours(R"({"maxServiceAccountSecretValidityInHours": null})"),
            std::nullopt);
  EXPECT_EQ(*decode_max_validity_hours(R"({"multiFactorAuthRequired": true})"), std::nullopt);
  EXPECT_FALSE(decode_max_validity_hours(R"({"maxServiceAccountSecretValidityInHours": "x"})"));
}

TEST(DecodeToken, ReadsTokenAndLife) {
  const auto token =
      decode_token(R"({"access_token": "abc", "expires_in": 3600, "token_type": "Bearer"})");
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->token.reveal(), "abc");
  EXPECT_EQ(token->expires_in, Seconds(3600));
  EXPECT_FALSE(decode_token(R"({"expires_in": 3600})").has_value());
}

TEST(DecodeError, ReadsBothShapes) {
  const ErrorReply api = decode_error(
      R"({"detail": "Out of range.", "error": 400, "errorCode": "VALIDATION_ERROR",
          "parameters": ["x"], "reason": "Bad Request",
          "badRequestDetail": {"fields": [{"field": "a", "description": "too big"}]}})");
  EXPECT_EQ(api.code, "VALIDATION_ERROR");
  EXPECT_EQ(api.detail, "Out of range.");
  EXPECT_THAT(api.fields, ElementsAre("a: too big"));
  const ErrorReply oauth = decode_error(
      R"({"error": "invalid_client", "error_description": "Invalid credentials provided."})");
  EXPECT_EQ(oauth.code, "invalid_client");
  EXPECT_EQ(oauth.detail, "Invalid credentials provided.");
  EXPECT_EQ(decode_error("<html>").code, "");
}

}  // namespace
}  // namespace keytide
