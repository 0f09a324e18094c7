#include "providers/atlas/simulator/secrets.h"

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

class Secrets : public AtlasFixture {};

TEST_F(Secrets, ACreateShowsTheValueOnceAndNoMask) {
  const HttpResponse reply = create(2160);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(header_of(reply, "Content-Type"), kMediaType);
  EXPECT_EQ(json_text_of(reply.body, "createdAt"), "2026-11-23T12:00:00Z");
  EXPECT_EQ(json_text_of(reply.body, "expiresAt"), "2027-02-21T12:00:00Z");
  const std::string value = json_text_of(reply.body, "secret");
  EXPECT_EQ(value.size(), 50u);
  EXPECT_EQ(value.substr(0, 10), "mdb_sa_sk_");
  EXPECT_EQ(reply.body.find("maskedSecretValue"), std::string::npos);

  const HttpResponse seen = call_as(kOwner, "GET", accounts_url(std::string("/") + kBilling));
  EXPECT_EQ(seen.body.find(value), std::string::npos);
  EXPECT_NE(seen.body.find("\"mdb_sa_sk_..." + value.substr(46) + "\""), std::string::npos);
  EXPECT_NE(seen.body.find(json_text_of(reply.body, "id")), std::string::npos);
}

TEST_F(Secrets, ACreateCutsTheOtherSecretToSevenDays) {
  ASSERT_EQ(create(2160).status, 201);
  EXPECT_EQ(format_instant(account(kBilling).secrets[0].expires_at), "2026-11-30T12:00:00Z");
  EXPECT_EQ(format_instant(account(kBilling).secrets[1].expires_at), "2027-02-21T12:00:00Z");
}

TEST_F(Secrets, ACreateLeavesAShorterLifeAsItIs) {
  account(kBilling).secrets[0].expires_at = now_ + std::chrono::hours(5);
  ASSERT_EQ(create(2160).status, 201);
  EXPECT_EQ(format_instant(account(kBilling).secrets[0].expires_at), "2026-11-23T17:00:00Z");
}

TEST_F(Secrets, AThirdSecretIsRefused) {
  ASSERT_EQ(create(8).status, 201);
  const HttpResponse reply = create(8);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(header_of(reply, "X-Error-Code"), "SERVICE_ACCOUNT_SECRET_LIMIT_REACHED");
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(Secrets, AnExpiredSecretKeepsItsSlot) {
  account(kBilling).secrets[0].expires_at = now_ - std::chrono::hours(1);
  ASSERT_EQ(create(8).status, 201);
  EXPECT_EQ(create(8).status, 400);
}

TEST_F(Secrets, AnExpiredSecretFreesItsSlotWhereTheSettingSaysSo) {
  start_with("expired_secrets_keep_slot: false");
  account(kBilling).secrets[0].expires_at = now_ - std::chrono::hours(1);
  ASSERT_EQ(create(8).status, 201);
  EXPECT_EQ(create(8).status, 201);
}

TEST_F(Secrets, ALifeOutOfRangeIsRefused) {
  for (const int hours : {-1, 0, 7, 8761}) {
    const HttpResponse reply = create(hours);
    EXPECT_EQ(reply.status, 400) << hours;
    EXPECT_EQ(json_text_of(reply.body, "errorCode"), "VALIDATION_ERROR");
    EXPECT_NE(reply.body.find(R"("badRequestDetail":{"fields":[{"description":"must be between 8 )"
                              R"(and 8760","field":"secretExpiresAfterHours"}]})"),
              std::string::npos)
        << reply.body;
  }
  EXPECT_EQ(create(8760).status, 201);
}

TEST_F(Secrets, TheCapOfTheOrganizationLimitsTheLife) {
  const std::string settings = std::string("/api/atlas/v2/orgs/") + kOrg + "/settings";
  ASSERT_EQ(call_as(kOwner, "PATCH", settings, R"({"maxServiceAccountSecretValidityInHours": 24})")
                .status,
            200);
  EXPECT_EQ(create(25).status, 400);
  EXPECT_EQ(create(24).status, 201);
}

TEST_F(Secrets, AnUnknownFieldOfTheBodyIsRefused) {
  const HttpResponse reply =
      call_as(kOwner, "POST", secrets_url(), R"({"secretExpiresAfterHours": 8, "name": "mine"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(json_text_of(reply.body, "errorCode"), "INVALID_ATTRIBUTE");
  EXPECT_EQ(json_text_of(reply.body, "detail"), "Invalid attribute name specified.");
  EXPECT_EQ(account(kBilling).secrets.size(), 1u);
}

TEST_F(Secrets, ABodyThatIsNoObjectOrHasNoHoursIsRefused) {
  for (const char* body :
       {"", "{", "[]", "8", "{}", R"({"secretExpiresAfterHours": "8"})",
        R"({"secretExpiresAfterHours": 8.5})", R"({"secretExpiresAfterHours": null})"}) {
    EXPECT_EQ(call_as(kOwner, "POST", secrets_url(), body).status, 400) << body;
  }
  EXPECT_EQ(account(kBilling).secrets.size(), 1u);
}

TEST_F(Secrets, BothContentTypesAreTakenAndNoOther) {
  const auto status_of = [this](const std::string& content_type) {
    return call("POST", secrets_url(),
                {{"Authorization", "Bearer " + token_of(kOwner)},
                 {"Accept", "application/vnd.atlas.2025-03-12+json"},
                 {"Content-Type", content_type}},
                R"({"secretExpiresAfterHours": 0})")
        .status;
  };
  EXPECT_EQ(status_of("application/json"), 400);  // read, and refused for its hours
  EXPECT_EQ(status_of("application/json; charset=utf-8"), 400);
  EXPECT_EQ(status_of("application/vnd.atlas.2024-08-05+json"), 400);
  EXPECT_EQ(status_of("application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(status_of(""), 415);
}

TEST_F(Secrets, ADeleteRemovesTheSecretOnce) {
  const std::string url = secrets_url() + "/" + kBillingSecretId;
  const HttpResponse reply = call_as(kOwner, "DELETE", url);
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.body, "");
  EXPECT_TRUE(account(kBilling).secrets.empty());
  EXPECT_EQ(call_as(kOwner, "DELETE", url).status, 404);
}

TEST_F(Secrets, ADeleteRevokesTheTokensOfThatSecretAtOnce) {
  const std::string token = json_text_of(mint(kReader, kSecretOfAll).body, "access_token");
  const std::vector<Header> headers{{"Authorization", "Bearer " + token}, {"Accept", kMediaType}};
  ASSERT_EQ(call("GET", accounts_url(), headers).status, 200);
  ASSERT_EQ(create(8, kReader).status, 201);
  ASSERT_EQ(call("GET", accounts_url(), headers).status, 200);
  const std::string old_id = account(kReader).secrets[0].id;
  ASSERT_EQ(call_as(kOwner, "DELETE", secrets_url(kReader) + "/" + old_id).status, 204);
  EXPECT_EQ(call("GET", accounts_url(), headers).status, 401);
}

TEST_F(Secrets, ASecondCreateDuringTheFirstIsAConflict) {
  start_with("commit_duration_ms: 200");
  const std::string token = token_of(kOwner);
  const HttpRequest request{
      "POST",
      secrets_url(),
      {{"Authorization", "Bearer " + token}, {"Accept", kMediaType}, {"Content-Type", kMediaType}},
      R"({"secretExpiresAfterHours": 8})",
      {}};
  const HttpReply first = send(request);
  EXPECT_EQ(first.response.status, 201);
  EXPECT_EQ(first.effects.delay, Uptime(200));

  uptime_ += Uptime(199);
  const HttpReply second = send(request);
  EXPECT_EQ(second.response.status, 409);
  EXPECT_EQ(json_text_of(second.response.body, "errorCode"), "DATA_CONCURRENCY_ERROR");
  EXPECT_EQ(account(kBilling).secrets.size(), 1u);  // the first has not taken effect yet

  uptime_ += Uptime(1);
  EXPECT_EQ(send(request).response.status, 400);  // now it has: both slots are taken
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(Secrets, ChangesOfTwoAccountsDoNotCollide) {
  start_with("commit_duration_ms: 200");
  EXPECT_EQ(create(8).status, 201);
  EXPECT_EQ(create(8, kReader).status, 201);
}

TEST_F(Secrets, ADeleteDuringACreateIsAConflict) {
  start_with("commit_duration_ms: 200");
  ASSERT_EQ(create(8).status, 201);
  const std::string url = secrets_url() + "/" + kBillingSecretId;
  EXPECT_EQ(call_as(kOwner, "DELETE", url).status, 409);
}

TEST_F(Secrets, TheSettingsForWhatIsNotDocumentedAreObeyed) {
  start_with(
      "created_carries_mask: true, mask_suffix: 2, slots_full_status: 409, slots_full_code: FULL, "
      "expiry_offset: 2s, bad_life_code: BAD_LIFE, not_found_code: SERVICE_ACCOUNT_NOT_FOUND");
  const HttpResponse created = create(8);
  const std::string value = json_text_of(created.body, "secret");
  EXPECT_EQ(json_text_of(created.body, "maskedSecretValue"), "mdb_sa_sk_..." + value.substr(48));
  EXPECT_EQ(json_text_of(created.body, "expiresAt"), "2026-11-23T20:00:02Z");
  const HttpResponse full = create(8);
  EXPECT_EQ(full.status, 409);
  EXPECT_EQ(json_text_of(full.body, "errorCode"), "FULL");
  EXPECT_EQ(json_text_of(create(1).body, "errorCode"), "BAD_LIFE");
  const HttpResponse missing =
      call_as(kOwner, "GET", accounts_url("/mdb_sa_id_ffffffffffffffffffffffff"));
  EXPECT_EQ(json_text_of(missing.body, "errorCode"), "SERVICE_ACCOUNT_NOT_FOUND");
}

TEST_F(Secrets, EqualCallsOnAnEqualStartGiveEqualSecrets) {
  const HttpResponse first = create(8);
  start(standard_seed());
  EXPECT_EQ(create(8).body, first.body);
}

}  // namespace
}  // namespace keytide::simulator
