// Who may call what: tokens, digest keys, roles, the access list.
#include <gmock/gmock.h>

#include "providers/atlas/simulator/digest.h"
#include "providers/atlas/simulator/md5.h"
#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Access : public AtlasFixture {
 protected:
  static std::string settings_url() {
    return std::string("/api/atlas/v2/orgs/") + kOrg + "/settings";
  }
  static std::string project_url(const std::string& rest = "") {
    return std::string("/api/atlas/v2/groups/") + kProject + "/serviceAccounts" + rest;
  }
  int create_status(const char* caller) {
    return call_as(caller, "POST", secrets_url(), R"({"secretExpiresAfterHours": 8})").status;
  }
};

TEST_F(Access, WithoutCredentialsThereIsADigestChallenge) {
  const HttpResponse reply = call("GET", accounts_url(), {{"Accept", kMediaType}});
  EXPECT_EQ(reply.status, 401);
  EXPECT_THAT(header_of(reply, "WWW-Authenticate"),
              StartsWith("Digest realm=\"MMS Public API\", domain=\"\", nonce=\""));
  EXPECT_THAT(header_of(reply, "WWW-Authenticate"),
              HasSubstr("algorithm=MD5, qop=\"auth\", stale=false"));
  EXPECT_EQ(header_of(reply, "Content-Type"), "application/json");
}

TEST_F(Access, AnUnknownTokenIsUnauthorized) {
  const std::vector<Header> headers{{"Authorization", "Bearer nobody"}, {"Accept", kMediaType}};
  const HttpResponse reply = call("GET", accounts_url(), headers);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(json_text_of(reply.body, "errorCode"), "UNAUTHORIZED");
  EXPECT_EQ(json_text_of(reply.body, "reason"), "Unauthorized");
  start_with("bad_token_code: \"\"");
  EXPECT_EQ(call("GET", accounts_url(), headers).body, "");
}

TEST_F(Access, OnlyOwnersCreateAndDelete) {
  for (const char* caller : {kReader, kMember}) {
    const HttpResponse reply = call_as(caller, "DELETE", secrets_url() + "/" + kBillingSecretId);
    EXPECT_EQ(reply.status, 401) << caller;
    EXPECT_EQ(json_text_of(reply.body, "errorCode"), "USER_UNAUTHORIZED");
    EXPECT_EQ(create_status(caller), 401) << caller;
  }
  EXPECT_EQ(create_status(kOwner), 201);
}

TEST_F(Access, TheErrorCodeOfAMissingRoleIsASetting) {
  start_with("not_owner_code: NOT_ORG_OWNER");
  const HttpResponse reply = call_as(kReader, "DELETE", secrets_url() + "/" + kBillingSecretId);
  EXPECT_EQ(header_of(reply, "X-Error-Code"), "NOT_ORG_OWNER");
}

TEST_F(Access, ReadersListAndMembersReadTheSettingsAlone) {
  EXPECT_EQ(call_as(kReader, "GET", accounts_url()).status, 200);
  EXPECT_EQ(call_as(kReader, "GET", settings_url()).status, 200);
  EXPECT_EQ(call_as(kMember, "GET", accounts_url()).status, 401);
  EXPECT_EQ(call_as(kMember, "GET", settings_url()).status, 200);
}

TEST_F(Access, AnOrganizationOfSomebodyElseIsClosed) {
  const HttpResponse reply = call_as(kStranger, "GET", accounts_url());
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(create_status(kStranger), 401);
}

TEST_F(Access, ProjectOwnersAndOwnersOfTheOrganizationServeAProject) {
  const std::string url = project_url(std::string("/") + kProjectOwner + "/secrets");
  const std::string body = R"({"secretExpiresAfterHours": 8})";
  EXPECT_EQ(call_as(kProjectOwner, "GET", project_url()).status, 200);
  EXPECT_EQ(call_as(kOwner, "GET", project_url()).status, 200);
  EXPECT_EQ(call_as(kReader, "GET", project_url()).status, 401);
  EXPECT_EQ(call_as(kStranger, "GET", project_url()).status, 401);
  const HttpResponse created = call_as(kProjectOwner, "POST", url, body);
  EXPECT_EQ(created.status, 201);
  const std::string id = json_text_of(created.body, "id");
  EXPECT_EQ(call_as(kOwner, "DELETE", url + "/" + id).status, 204);
}

TEST_F(Access, AProjectsAccountIsNotSeenInItsOrganization) {
  const HttpResponse reply = call_as(kOwner, "GET", accounts_url(std::string("/") + kProjectOwner));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(call_as(kOwner, "GET", accounts_url()).body.find(kProjectOwner), std::string::npos);
  EXPECT_EQ(call_as(kProjectOwner, "GET", accounts_url()).status, 401);
}

TEST_F(Access, AnAddressThatIsNotListedIsForbidden) {
  std::string seed = standard_seed();
  seed.replace(seed.find("accessList: []"), 14, "accessList: [198.51.100.7, 10.0.0.0/8]");
  start(seed);
  peer_ip_ = "203.0.113.9";
  const HttpResponse reply = call_as(kOwner, "GET", accounts_url());  // minting is not limited
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(json_text_of(reply.body, "errorCode"), "IP_ADDRESS_NOT_ON_ACCESS_LIST");
  EXPECT_EQ(json_text_of(reply.body, "detail"),
            "IP address 203.0.113.9 is not allowed to access this resource.");
  for (const char* ip : {"198.51.100.7", "10.200.3.4"}) {
    peer_ip_ = ip;
    EXPECT_EQ(call_as(kOwner, "GET", accounts_url()).status, 200) << ip;
  }
}

TEST_F(Access, ADigestKeySignsInWithItsPrivateKeyAlone) {
  const HttpResponse challenge = call("GET", accounts_url(), {{"Accept", kMediaType}});
  const auto answer = [&](const std::string& key, const std::string& uri) {
    DigestFields fields = parse_digest(header_of(challenge, "WWW-Authenticate").substr(7));
    fields.username = "abcdefgh";
    fields.uri = uri;
    fields.nc = "00000001";
    fields.cnonce = "0a4f113b";
    const std::string header = "Digest username=\"abcdefgh\", realm=\"MMS Public API\", nonce=\"" +
                               fields.nonce + "\", uri=\"" + uri +
                               "\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", response=\"" +
                               digest_response(fields, key, "GET") + "\", algorithm=MD5";
    return call("GET", accounts_url(), {{"Authorization", header}, {"Accept", kMediaType}});
  };
  const std::string key = "55c3bbb6-b4bb-0be1-e66d20841f3e";
  EXPECT_EQ(answer(key, accounts_url()).status, 200);
  EXPECT_EQ(answer("wrong", accounts_url()).status, 401);
  EXPECT_EQ(answer(key, "/another/path").status, 401);
  now_ += Seconds(301);
  const HttpResponse stale = answer(key, accounts_url());
  EXPECT_EQ(stale.status, 401);
  EXPECT_THAT(header_of(stale, "WWW-Authenticate"), HasSubstr("stale=true"));
}

TEST(Md5, AgreesWithTheVectorsOfItsRfc) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567"
                    "890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

}  // namespace
}  // namespace keytide::simulator
