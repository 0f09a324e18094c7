// The account that keytide itself signs in with, while its secret is renewed.
#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Verdict = Verification::Verdict;

const ClientId kOwnId("mdb_sa_id_0000000000000000000000aa");
const AccountKey kOwn{kOrg, kOwnId};
const FingerprintKey kPrintKey{std::string(64, '0')};

constexpr const char* kOwnLine =
    "GET /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts/"
    "mdb_sa_id_0000000000000000000000aa";
constexpr const char* kProjectList =
    "GET /api/atlas/v2/groups/5f1b2c3d4e5f6a7b8c9d0e1f/serviceAccounts?itemsPerPage=500&pageNum=1";
constexpr const char* kOldBasic = "basic mdb_sa_id_0000000000000000000000aa:mdb_sa_sk_own";
constexpr const char* kNewBasic = "basic mdb_sa_id_0000000000000000000000aa:mdb_sa_sk_new";

Fingerprint print_of(const char* value) { return fingerprint_of(SecretValue(value), kPrintKey); }

class OwnAccount : public AtlasFixture {
 protected:
  void SetUp() override {
    serve([](const SeenRequest&) { return reply(200, kAccountBody); });
  }
  std::string signed_by(std::size_t number) const { return transport->seen().at(number).signed_by; }
};

TEST_F(OwnAccount, ItsNewSecretIsProvenByALookAtTheAccountAndSignedOut) {
  const Verification seen = issuer->verify_own(kOwn, SecretValue("mdb_sa_sk_new"));
  EXPECT_EQ(seen.verdict, Verdict::works);
  EXPECT_THAT(transport->lines(), ElementsAre(kTokenLine, kOwnLine, kRevokeLine));
  EXPECT_EQ(signed_by(0), kNewBasic);
  EXPECT_EQ(signed_by(1), "bearer t1");
  EXPECT_EQ(signed_by(2), kNewBasic);
}

TEST_F(OwnAccount, AsManyTokensAsItGetsASecretThatMayNotLookIsRefused) {
  const std::pair<FakeReply, Verdict> cases[] = {
      {reply(401, api_error_body(401, "USER_UNAUTHORIZED")), Verdict::refused},
      {reply(401, "<html>proxy</html>"), Verdict::unproven},
      {reply(403, api_error_body(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")), Verdict::unproven},
      {reply(500), Verdict::unproven},
      {lost(), Verdict::unproven},
  };
  for (const auto& [answer, verdict] : cases) {
    serve([answer = answer](const SeenRequest&) { return answer; });
    const Verification seen = issuer->verify_own(kOwn, SecretValue("mdb_sa_sk_new"));
    EXPECT_EQ(seen.verdict, verdict);
    EXPECT_TRUE(seen.why.has_value());
    EXPECT_EQ(transport->count(kRevokeLine), 1);
  }
}

TEST_F(OwnAccount, OneThatLivesWhereOthersSignInIsProvenByTheListingItIsFor) {
  Credentials credentials = only(ApiKeyCredential{"abcdefgh", SecretValue("key")});
  credentials.by_scope_id.emplace(kProject.id, service_account());
  serve([](const SeenRequest&) { return reply(200, R"({"results": []})"); },
        std::move(credentials));
  EXPECT_EQ(issuer->verify_own(kOwn, SecretValue("mdb_sa_sk_new")).verdict, Verdict::works);
  EXPECT_THAT(transport->lines(), ElementsAre(kTokenLine, kRevokeLine));
  ASSERT_TRUE(issuer->list(kProject).has_value());
  EXPECT_EQ(issuer->verify_own(kOwn, SecretValue("mdb_sa_sk_new")).verdict, Verdict::works);
  EXPECT_EQ(transport->count(kProjectList), 2);
  EXPECT_EQ(signed_by(5), "bearer t3");
}

TEST_F(OwnAccount, CallsAfterASwitchAreSignedInWithTheNewSecret) {
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  issuer->sign_in_with(kOwnId, SecretValue("mdb_sa_sk_new"));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_THAT(transport->lines(), ElementsAre(kTokenLine, kAccountLine, kTokenLine, kAccountLine));
  EXPECT_EQ(signed_by(0), kOldBasic);
  EXPECT_EQ(signed_by(2), kNewBasic);
  EXPECT_EQ(signed_by(3), "bearer t2");
}

TEST_F(OwnAccount, ASwitchOfAnotherAccountChangesNothing) {
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  issuer->sign_in_with(kClientId, SecretValue("mdb_sa_sk_new"));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(signed_by(2), "bearer t1");
}

TEST_F(OwnAccount, SigningOutRevokesTheTokensOfBothSecrets) {
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  issuer->sign_in_with(kOwnId, SecretValue("mdb_sa_sk_new"));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  issuer->sign_out();
  ASSERT_EQ(transport->count(kRevokeLine), 2);
  EXPECT_EQ(transport->seen().at(4).body, "token=t1&token_type_hint=access_token");
  EXPECT_EQ(transport->seen().at(5).body, "token=t2&token_type_hint=access_token");
  // A use of the old one after the switch would look as if somebody needed it still.
  EXPECT_EQ(signed_by(4), kNewBasic);
  EXPECT_EQ(signed_by(5), kNewBasic);
}

TEST_F(OwnAccount, ATokenThatWasBeingMintedWithTheOldSecretIsNotUsed) {
  on_token = [this](const SeenRequest&) {
    if (++minted == 1) issuer->sign_in_with(kOwnId, SecretValue("mdb_sa_sk_new"));
    return reply(200, "{\"access_token\": \"t" + std::to_string(minted) +
                          "\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}");
  };
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_EQ(signed_by(1), kNewBasic);
  EXPECT_EQ(signed_by(2), "bearer t2");
}

TEST_F(OwnAccount, ThatTheOldSecretWasRefusedDoesNotHoldTheNewOneUp) {
  on_token = [this](const SeenRequest& request) {
    if (request.signed_by == kOldBasic) return reply(401, R"({"error": "invalid_client"})");
    return reply(200, R"({"access_token": "t1", "expires_in": 3600})");
  };
  EXPECT_FALSE(issuer->get(kAccount).has_value());
  issuer->sign_in_with(kOwnId, SecretValue("mdb_sa_sk_new"));
  EXPECT_TRUE(issuer->get(kAccount).has_value());
}

TEST_F(OwnAccount, ASecretHasWorkedOnceACallOfItSucceeded) {
  EXPECT_THAT(issuer->signed_in(kPrintKey), IsEmpty());
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_THAT(issuer->signed_in(kPrintKey), ElementsAre(Pair(kOwnId, print_of("mdb_sa_sk_own"))));
  issuer->sign_in_with(kOwnId, SecretValue("mdb_sa_sk_new"));
  EXPECT_THAT(issuer->signed_in(kPrintKey), IsEmpty());
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_THAT(issuer->signed_in(kPrintKey), ElementsAre(Pair(kOwnId, print_of("mdb_sa_sk_new"))));
}

TEST_F(OwnAccount, ACallThatFailedProvesNothing) {
  serve([](const SeenRequest&) { return reply(404, api_error_body(404, "RESOURCE_NOT_FOUND")); });
  EXPECT_FALSE(issuer->get(kAccount).has_value());
  EXPECT_THAT(issuer->signed_in(kPrintKey), IsEmpty());
}

TEST_F(OwnAccount, WhereTwoCredentialsHoldDifferentSecretsOfItNeitherCounts) {
  Credentials credentials = only(service_account());
  credentials.by_scope_id.emplace(kProject.id, service_account("mdb_sa_sk_other"));
  serve([](const SeenRequest&) { return reply(200, kAccountBody); }, std::move(credentials));
  ASSERT_TRUE(issuer->get(kAccount).has_value());
  EXPECT_THAT(issuer->signed_in(kPrintKey), IsEmpty());
}

}  // namespace
}  // namespace keytide
