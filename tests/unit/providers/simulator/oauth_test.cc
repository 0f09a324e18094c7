#include "providers/atlas/simulator/oauth.h"

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

class OAuth : public AtlasFixture {
 protected:
  int status_with(const std::string& token) {
    return call("GET", accounts_url(),
                {{"Authorization", "Bearer " + token}, {"Accept", kMediaType}})
        .status;
  }
  HttpResponse revoke(const std::string& token) {
    return call(
        "POST", "/api/oauth/revoke",
        {{"Authorization", "Basic " + encode_base64(std::string(kReader) + ":" + kSecretOfAll)}},
        "token=" + token + "&token_type_hint=access_token");
  }
};

TEST_F(OAuth, ATokenLivesForAnHour) {
  const HttpResponse reply = mint(kReader, kSecretOfAll);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(json_text_of(reply.body, "token_type"), "Bearer");
  EXPECT_NE(reply.body.find("\"expires_in\":3600,"), std::string::npos);
  const std::string token = json_text_of(reply.body, "access_token");
  now_ += Seconds(3599);
  EXPECT_EQ(status_with(token), 200);
  now_ += Seconds(1);
  EXPECT_EQ(status_with(token), 401);
}

TEST_F(OAuth, AWrongSecretIsAnInvalidClient) {
  const HttpResponse reply = mint(kReader, "mdb_sa_sk_wrong");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.body,
            R"({"error":"invalid_client","error_description":"Invalid credentials provided."})");
  EXPECT_EQ(mint("mdb_sa_id_ffffffffffffffffffffffff", kSecretOfAll).status, 401);
  EXPECT_EQ(call("POST", "/api/oauth/token", {}, "grant_type=client_credentials").status, 401);
}

TEST_F(OAuth, AnExpiredSecretMintsNothing) {
  Secret& secret = account(kReader).secrets[0];
  secret.expires_at = now_ + Seconds(1);
  EXPECT_EQ(mint(kReader, kSecretOfAll).status, 200);
  now_ += Seconds(1);
  EXPECT_EQ(mint(kReader, kSecretOfAll).status, 401);
}

TEST_F(OAuth, ANewSecretMintsAtOnceOrAfterThePropagation) {
  EXPECT_EQ(mint(kBilling, json_text_of(create(8).body, "secret")).status, 200);
  start_with("secret_propagation: 90s");
  const std::string value = json_text_of(create(8).body, "secret");
  now_ += Seconds(89);
  EXPECT_EQ(mint(kBilling, value).status, 401);
  now_ += Seconds(1);
  EXPECT_EQ(mint(kBilling, value).status, 200);
}

TEST_F(OAuth, TheGrantTypeMustBeClientCredentials) {
  const std::vector<Header> headers{
      {"Authorization", "Basic " + encode_base64(std::string(kReader) + ":" + kSecretOfAll)}};
  EXPECT_NE(call("POST", "/api/oauth/token", headers, "").body.find("invalid_request"),
            std::string::npos);
  EXPECT_NE(call("POST", "/api/oauth/token", headers, "grant_type=password")
                .body.find("unsupported_grant_type"),
            std::string::npos);
}

TEST_F(OAuth, AMintShowsAsLastUsed) {
  EXPECT_FALSE(account(kReader).secrets[0].last_used_at);
  ASSERT_EQ(mint(kReader, kSecretOfAll).status, 200);
  const HttpResponse seen = call_as(kOwner, "GET", accounts_url(std::string("/") + kReader));
  EXPECT_EQ(json_text_of(seen.body, "lastUsedAt"), "2026-11-23T12:00:00Z");
}

TEST_F(OAuth, LastUsedFollowsLateWhereTheSettingSaysSo) {
  start_with("last_used_delay: 1h");
  const auto shown = [this] {
    return json_text_of(call_as(kOwner, "GET", accounts_url(std::string("/") + kBilling)).body,
                        "lastUsedAt");
  };
  ASSERT_EQ(mint(kBilling, kSecretOfAll).status, 200);
  now_ += Seconds(1800);
  EXPECT_EQ(shown(), "2026-11-22T12:00:00Z");
  now_ += Seconds(1799);
  EXPECT_EQ(shown(), "2026-11-22T12:00:00Z");
  start_with("last_used_delay: 1m");
  ASSERT_EQ(mint(kBilling, kSecretOfAll).status, 200);
  now_ += Seconds(60);
  EXPECT_EQ(shown(), "2026-11-23T12:00:00Z");
}

TEST_F(OAuth, ARevokedTokenIsGoneAndRevokingTwiceIsNoError) {
  const std::string token = json_text_of(mint(kReader, kSecretOfAll).body, "access_token");
  const std::string other = json_text_of(mint(kReader, kSecretOfAll).body, "access_token");
  EXPECT_EQ(revoke(token).status, 200);
  EXPECT_EQ(status_with(token), 401);
  EXPECT_EQ(status_with(other), 200);
  EXPECT_EQ(revoke(token).status, 200);
}

TEST_F(OAuth, SomebodyElsesTokenIsNotRevoked) {
  const std::string token = token_of(kOwner);
  EXPECT_EQ(revoke(token).status, 200);
  EXPECT_EQ(status_with(token), 200);
}

TEST_F(OAuth, TheEleventhMintInAMinuteIsRateLimited) {
  for (int i = 0; i < 10; ++i) ASSERT_EQ(mint(kReader, kSecretOfAll).status, 200);
  const HttpResponse reply = mint(kReader, kSecretOfAll);
  EXPECT_EQ(reply.status, 429);
  EXPECT_NE(reply.body.find("\"error\":429"), std::string::npos);
  EXPECT_EQ(header_of(reply, "Retry-After"), "6");
  peer_ip_ = "192.0.2.2";
  EXPECT_EQ(mint(kReader, kSecretOfAll).status, 200);
  peer_ip_ = "192.0.2.1";
  EXPECT_EQ(mint(kOwner, kSecretOfAll).status, 200);
  now_ += Seconds(6);
  EXPECT_EQ(mint(kReader, kSecretOfAll).status, 200);
}

TEST_F(OAuth, TheHundredAndFirstActiveTokenIsDenied) {
  start_with("token_mints_per_minute: 1000");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(mint(kReader, kSecretOfAll).status, 200);
  const HttpResponse reply = mint(kReader, kSecretOfAll);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(json_text_of(reply.body, "error"), "access_denied");
  now_ += Seconds(3600);
  EXPECT_EQ(mint(kReader, kSecretOfAll).status, 200);
}

TEST_F(OAuth, WithoutRateLimitsThereIsNoEndOfTokens) {
  start_with("rate_limits: false");
  for (int i = 0; i < 150; ++i) ASSERT_EQ(mint(kReader, kSecretOfAll).status, 200);
}

TEST_F(OAuth, ATokenOutlivesItsExpiredSecretUnlessTheSettingSaysOtherwise) {
  for (const char* setting : {"false", "true"}) {
    start_with(std::string("expired_secret_revokes_tokens: ") + setting);
    const std::string token = json_text_of(mint(kReader, kSecretOfAll).body, "access_token");
    account(kReader).secrets[0].expires_at = now_ + Seconds(10);
    now_ += Seconds(10);
    EXPECT_EQ(status_with(token), std::string(setting) == "true" ? 401 : 200);
  }
}

}  // namespace
}  // namespace keytide::simulator
