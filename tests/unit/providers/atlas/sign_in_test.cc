#include "providers/atlas/sign_in.h"

#include <latch>
#include <thread>
#include <vector>

#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

class SignInTest : public AtlasFixture {
 protected:
  void SetUp() override {
    serve([](const SeenRequest&) { return reply(200, kAccountBody); });
  }
  std::string signed_by_last() const { return transport->seen().back().signed_by; }
};

TEST_F(SignInTest, MintsOneTokenAndUsesItForAllCalls) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_THAT(transport->lines(),
              ElementsAre(kTokenLine, kAccountLine, kAccountLine, kAccountLine));
  const SeenRequest token = transport->seen()[0];
  EXPECT_EQ(token.signed_by, "basic mdb_sa_id_0000000000000000000000aa:mdb_sa_sk_own");
  EXPECT_EQ(token.body, "grant_type=client_credentials");
  EXPECT_EQ(token.url, "https://atlas.test/api/oauth/token");
  EXPECT_EQ(signed_by_last(), "bearer t1");
}

TEST_F(SignInTest, RenewsTheTokenAtFourFifthsOfItsLife) {
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  clock.advance(minutes(47));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(signed_by_last(), "bearer t1");
  clock.advance(minutes(1));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(signed_by_last(), "bearer t2");
}

TEST_F(SignInTest, RenewsAShortTokenWhenFiveMinutesAreLeft) {
  on_token = [this](const SeenRequest&) {
    return reply(200,
                 "{\"access_token\": \"t" + std::to_string(++minted) + "\", \"expires_in\": 600}");
  };
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  clock.advance(minutes(4));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(signed_by_last(), "bearer t1");
  clock.advance(minutes(1));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(signed_by_last(), "bearer t2");
}

TEST_F(SignInTest, ManyThreadsShareOneMint) {
  std::latch started(8);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      started.arrive_and_wait();
      if (issuer->get(kAccount)) ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(transport->count(kTokenLine), 1);
}

TEST_F(SignInTest, AWrongSecretIsTriedOnceAMinuteAndNotOncePerAccount) {
  on_token = [](const SeenRequest&) {
    return reply(401, R"({"error": "invalid_client", "error_description": "Invalid."})");
  };
  for (int i = 0; i < 5; ++i) {
    const auto account = issuer->get(kAccount);
    ASSERT_FALSE(account.has_value());
    EXPECT_EQ(account.error().kind, ErrorKind::denied);
    EXPECT_THAT(account.error().text(), HasSubstr("401 invalid_client"));
    EXPECT_THAT(account.error().text(),
                HasSubstr("while signing in as service account mdb_sa_id_0000"));
  }
  EXPECT_EQ(transport->count(kTokenLine), 1);
  clock.advance(minutes(1));
  EXPECT_FALSE(issuer->get(kAccount).has_value());
  EXPECT_EQ(transport->count(kTokenLine), 2);
}

TEST_F(SignInTest, AMintThatMeetsAnOutageIsTriedAgain) {
  int asked = 0;
  on_token = [&](const SeenRequest&) -> FakeReply {
    switch (++asked) {
      case 1:
        return lost();
      case 2:
        return reply(503, "", {{"Retry-After", "7"}});
      default:
        return reply(200, R"({"access_token": "t", "expires_in": 3600})");
    }
  };
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  ASSERT_EQ(clock.sleeps().size(), 2U);
  EXPECT_GE(clock.sleeps()[1], std::chrono::seconds(7));
}

TEST_F(SignInTest, SignOutRevokesTheTokenOnce) {
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  issuer->sign_out();
  issuer->sign_out();
  ASSERT_EQ(transport->count(kRevokeLine), 1);
  const SeenRequest revoke = transport->seen().back();
  EXPECT_EQ(revoke.body, "token=t1&token_type_hint=access_token");
  EXPECT_EQ(revoke.signed_by, "basic mdb_sa_id_0000000000000000000000aa:mdb_sa_sk_own");
}

TEST_F(SignInTest, SignOutWithoutATokenAsksNobody) {
  issuer->sign_out();
  EXPECT_TRUE(transport->seen().empty());
}

TEST_F(SignInTest, AGivenAccessTokenIsNeitherMintedNorRevoked) {
  serve([](const SeenRequest&) { return reply(200, kAccountBody); },
        only(AccessTokenCredential{SecretValue("given")}));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  issuer->sign_out();
  EXPECT_THAT(transport->lines(), ElementsAre(kAccountLine));
  EXPECT_EQ(signed_by_last(), "bearer given");
}

TEST_F(SignInTest, AnApiKeySignsInByDigest) {
  serve([](const SeenRequest&) { return reply(200, kAccountBody); },
        only(ApiKeyCredential{"abcdefgh", SecretValue("private")}));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_THAT(transport->lines(), ElementsAre(kAccountLine));
  EXPECT_EQ(signed_by_last(), "digest abcdefgh:private");
}

TEST_F(SignInTest, TheScopesOwnCredentialComesBeforeTheDefault) {
  Credentials all = only(ApiKeyCredential{"default0", SecretValue("x")});
  all.by_scope_id.emplace(kOrg.id, ApiKeyCredential{"oforg000", SecretValue("x")});
  all.by_scope_id.emplace(kProject.id, ApiKeyCredential{"ofprojec", SecretValue("x")});
  serve([](const SeenRequest&) { return reply(500); }, std::move(all));
  const Scope other{Scope::Kind::org, "ffffffffffffffffffffffff"};
  for (const auto& [scope, user] :
       {std::pair{kOrg, "oforg000"}, {kProject, "ofprojec"}, {other, "default0"}}) {
    EXPECT_FALSE(issuer->get({scope, kClientId}).has_value());
    EXPECT_EQ(signed_by_last(), std::string("digest ") + user + ":x");
  }
}

TEST_F(SignInTest, WithoutACredentialNothingIsSentAndTheKeyIsNamed) {
  serve([](const SeenRequest&) { return reply(200, kAccountBody); }, {});
  const auto account = issuer->get(kAccount);
  ASSERT_FALSE(account.has_value());
  EXPECT_EQ(account.error().kind, ErrorKind::denied);
  EXPECT_THAT(account.error().text(), HasSubstr("atlas.credentials.32b6e34b3d91647abb20e7b8"));
  EXPECT_TRUE(transport->seen().empty());
}

}  // namespace
}  // namespace keytide
