// The issuer against a simulated Atlas: through the door of the process, and over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "providers/atlas/issuer.h"
#include "providers/atlas/simulator/in_process_transport.h"
#include "providers/atlas/simulator/seed.h"
#include "providers/http/curl_transport.h"
#include "tests/support/atlas_sim_process.h"
#include "tests/support/silent_log.h"
#include "tests/support/virtual_clock.h"

namespace keytide {
namespace {

using ::testing::HasSubstr;
using Verdict = Verification::Verdict;

const AccountKey kOfOrg{{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"},
                        ClientId("mdb_sa_id_1234567890abcdef12345678")};
const AccountKey kOfProject{{Scope::Kind::project, "32b6e34b3d91647abb20e7b9"},
                            ClientId("mdb_sa_id_00000000000000000000000e")};

constexpr const char* kSeed = R"(
orgs:
  - id: 32b6e34b3d91647abb20e7b8
    name: acme
    settings: {maxServiceAccountSecretValidityInHours: 4320}
    apiKeys: [{publicKey: abcdefgh, privateKey: 55c3bbb6-b4bb-0be1-e66d20841f3e, roles: [ORG_OWNER]}]
    serviceAccounts:
      - {clientId: mdb_sa_id_00000000000000000000000a, name: owner, roles: [ORG_OWNER],
         secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
      - {clientId: mdb_sa_id_00000000000000000000000b, name: reader, roles: [ORG_READ_ONLY],
         secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
      - clientId: mdb_sa_id_1234567890abcdef12345678
        name: billing
        roles: [ORG_BILLING_ADMIN]
        secrets:
          - {id: 5f5f5f5f5f5f5f5f5f5f5f5f, secret: mdb_sa_sk_9876543210987654321098765432109876543210,
             createdAt: -3d, expiresAt: +80d, lastUsedAt: -1d}
    projects:
      - id: 32b6e34b3d91647abb20e7b9
        name: shop
        serviceAccounts:
          - {clientId: mdb_sa_id_00000000000000000000000e, name: deployer, roles: [GROUP_OWNER]}
)";

Credential account(const char* client_id) {
  return ServiceAccountCredential{
      ClientId(client_id), SecretValue("mdb_sa_sk_0123456789012345678901234567890123456789")};
}
Credential owner() { return account("mdb_sa_id_00000000000000000000000a"); }
Credential api_key() {
  return ApiKeyCredential{"abcdefgh", SecretValue("55c3bbb6-b4bb-0be1-e66d20841f3e")};
}

// Reads, creates, proves and deletes: what a rotation does, in its order.
void rotate_once(AtlasIssuer& atlas, const AccountKey& key) {
  const auto before = atlas.get(key);
  ASSERT_TRUE(before.has_value()) << before.error().text();
  CreateOutcome outcome = atlas.create(key, 2160);
  auto* created = std::get_if<CreatedSecret>(&outcome);
  ASSERT_NE(created, nullptr);
  EXPECT_EQ(created->seen.expires_at - created->seen.created_at, std::chrono::hours(2160));
  EXPECT_EQ(atlas.verify(key, created->value).verdict, Verdict::works);
  EXPECT_EQ(atlas.verify(key, SecretValue("mdb_sa_sk_wrong")).verdict, Verdict::refused);

  const auto listed = atlas.list(key.scope);
  ASSERT_TRUE(listed.has_value()) << listed.error().text();
  const auto seen = atlas.get(key);
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->secrets.size(), before->secrets.size() + 1);
  bool is_listed = false;
  for (const ObservedAccount& one : listed->accounts) {
    if (one.key == key) is_listed = one.secrets == seen->secrets;
  }
  EXPECT_TRUE(is_listed);

  EXPECT_TRUE(atlas.remove(key, created->seen.id).has_value());
  EXPECT_TRUE(atlas.remove(key, created->seen.id).has_value()) << "already gone is done";
  EXPECT_EQ(atlas.get(key)->secrets.size(), before->secrets.size());
  EXPECT_EQ(atlas.verify(key, created->value).verdict, Verdict::refused);
}

class InProcess : public ::testing::Test {
 protected:
  void start(Credential credential) {
    simulator::Random random(7);
    simulator::Seed seed = simulator::parse_seed(kSeed, "seed.yaml", clock_.now(), random);
    ASSERT_TRUE(seed.problems.empty()) << render(seed.problems);
    atlas_ = std::make_unique<simulator::SimulatedAtlas>(std::move(seed.world), seed.settings, 7);
    transport_ = std::make_unique<simulator::InProcessTransport>(*atlas_, clock_);
    Credentials credentials;
    credentials.by_default = std::move(credential);
    AtlasOptions options;
    options.base_url = "http://127.0.0.1";
    client_ =
        std::make_unique<AtlasClient>(*transport_, clock_, log_, options, std::move(credentials));
    issuer_ = std::make_unique<AtlasIssuer>(*client_);
  }

  VirtualClock clock_;
  SilentLog log_;
  std::unique_ptr<simulator::SimulatedAtlas> atlas_;
  std::unique_ptr<simulator::InProcessTransport> transport_;
  std::unique_ptr<AtlasClient> client_;
  std::unique_ptr<AtlasIssuer> issuer_;
};

TEST_F(InProcess, AServiceAccountRotatesASecretOfAnOrgAndOfAProject) {
  start(owner());
  rotate_once(*issuer_, kOfOrg);
  rotate_once(*issuer_, kOfProject);
}

TEST_F(InProcess, AnApiKeyRotatesByDigest) {
  start(api_key());
  rotate_once(*issuer_, kOfOrg);
}

TEST_F(InProcess, ACreateCutsTheOldSecretToAWeek) {
  start(owner());
  ASSERT_TRUE(std::holds_alternative<CreatedSecret>(issuer_->create(kOfOrg, 2160)));
  const auto seen = issuer_->get(kOfOrg);
  ASSERT_EQ(seen->secrets.size(), 2U);
  EXPECT_EQ(seen->secrets[0].id.str(), "5f5f5f5f5f5f5f5f5f5f5f5f");
  EXPECT_LE(seen->secrets[0].expires_at, issuer_->now() + std::chrono::hours(7 * 24));
}

TEST_F(InProcess, AThirdSecretIsRejectedAndToBeConfirmed) {
  start(owner());
  ASSERT_TRUE(std::holds_alternative<CreatedSecret>(issuer_->create(kOfOrg, 2160)));
  const CreateOutcome third = issuer_->create(kOfOrg, 2160);
  const auto* rejected = std::get_if<CreateRejected>(&third);
  ASSERT_NE(rejected, nullptr);
  EXPECT_TRUE(rejected->confirm);
}

TEST_F(InProcess, AReaderMayLookButNotCreate) {
  start(account("mdb_sa_id_00000000000000000000000b"));
  EXPECT_TRUE(issuer_->get(kOfOrg).has_value());
  const CreateOutcome outcome = issuer_->create(kOfOrg, 2160);
  const auto* rejected = std::get_if<CreateRejected>(&outcome);
  ASSERT_NE(rejected, nullptr);
  EXPECT_EQ(rejected->why.kind, ErrorKind::denied);
  EXPECT_THAT(rejected->why.text(), HasSubstr("needs the role Organization Owner"));
}

TEST_F(InProcess, ReadsTheCapOfTheOrg) {
  start(owner());
  EXPECT_EQ(*issuer_->max_validity_hours(kOfOrg.scope), 4320);
}

TEST_F(InProcess, ACreateWhoseReplyIsLostIsUnknownAndTookTheSlot) {
  start(owner());
  simulator::Fault fault;
  fault.method = "POST";
  fault.path = "/secrets";
  fault.close = simulator::Fault::Close::after_commit;
  atlas_->with([&](auto&, simulator::Faults& faults, auto&) { faults.add(fault); });
  EXPECT_TRUE(std::holds_alternative<CreateUnknown>(issuer_->create(kOfOrg, 2160)));
  EXPECT_EQ(issuer_->get(kOfOrg)->secrets.size(), 2U);
}

TEST_F(InProcess, TheTokenOutlivesNoSignOut) {
  start(owner());
  ASSERT_TRUE(issuer_->get(kOfOrg).has_value());
  issuer_->sign_out();
  ASSERT_TRUE(issuer_->get(kOfOrg).has_value()) << "a later call signs in anew";
  EXPECT_EQ(issuer_->requests().by_operation.at("token"), 2);
}

class OverHttp : public ::testing::Test {
 protected:
  void rotate(Credential credential, const AccountKey& key) {
    Credentials credentials;
    credentials.by_default = std::move(credential);
    AtlasOptions options;
    options.base_url = sim_.url();
    AtlasClient client(transport_, clock_, log_, options, std::move(credentials));
    AtlasIssuer issuer(client);
    rotate_once(issuer, key);
    issuer.sign_out();
  }

  keytide::testing::AtlasSimProcess sim_{kSeed};
  CurlTransport transport_;
  VirtualClock clock_;
  SilentLog log_;
};

TEST_F(OverHttp, AServiceAccountRotatesASecretOfAnOrgAndOfAProject) {
  rotate(owner(), kOfOrg);
  rotate(owner(), kOfProject);
  EXPECT_THAT(sim_.state(), HasSubstr("\"activeTokens\":0"));
}

TEST_F(OverHttp, AnApiKeyRotatesByDigest) { rotate(api_key(), kOfOrg); }

}  // namespace
}  // namespace keytide
