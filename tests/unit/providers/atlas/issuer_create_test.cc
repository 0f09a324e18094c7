// How a create ends: the one call that is never repeated.
#include "providers/http/curl_transport.h"
#include "tests/support/raw_server.h"
#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

class CreateTest : public AtlasFixture {
 protected:
  CreateOutcome create_answered(FakeReply answer) {
    serve([answer](const SeenRequest&) { return answer; });
    return issuer->create(kAccount, 2160);
  }
};

TEST_F(CreateTest, SendsTheDocumentedRequestOnAConnectionOfItsOwn) {
  const CreateOutcome outcome = create_answered(reply(201, kCreatedBody));
  const auto* created = std::get_if<CreatedSecret>(&outcome);
  ASSERT_NE(created, nullptr);
  EXPECT_EQ(created->seen.id, kSecretId);
  EXPECT_EQ(format_instant(created->seen.expires_at), "2027-02-21T20:00:00Z");
  EXPECT_EQ(created->value.reveal(), "mdb_sa_sk_plaintext_of_the_test");
  const SeenRequest sent = transport->seen().back();
  EXPECT_EQ(sent.line, kCreateLine);
  EXPECT_EQ(sent.body, R"({"secretExpiresAfterHours":2160})");
  EXPECT_EQ(find_header(sent.headers, "Accept"), "application/vnd.atlas.2024-08-05+json");
  EXPECT_EQ(find_header(sent.headers, "Content-Type"), "application/vnd.atlas.2024-08-05+json");
  EXPECT_TRUE(sent.options.fresh_connection);
  EXPECT_LE(sent.options.time_limit, seconds(15));
}

TEST_F(CreateTest, AProjectsAccountIsCreatedBelowItsGroup) {
  serve([](const SeenRequest&) { return reply(201, kCreatedBody); });
  const CreateOutcome outcome = issuer->create({kProject, kClientId}, 8);
  EXPECT_TRUE(std::holds_alternative<CreatedSecret>(outcome));
  EXPECT_EQ(transport->lines().back(),
            "POST /api/atlas/v2/groups/5f1b2c3d4e5f6a7b8c9d0e1f/serviceAccounts/"
            "mdb_sa_id_1234567890abcdef12345678/secrets");
  EXPECT_EQ(client->wire().counts().by_operation.at("createGroupServiceAccountSecret"), 1);
}

TEST_F(CreateTest, FourStatusesAreRejectionsAndOtherRefusalsAreOnceALookConfirmsThem) {
  for (const auto& [status, confirm] : {std::pair{401, false},
                                        {403, false},
                                        {404, false},
                                        {429, false},
                                        {400, true},
                                        {402, true},
                                        {405, true},
                                        {406, true},
                                        {409, true},
                                        {410, true}}) {
    const CreateOutcome outcome =
        create_answered(reply(status, api_error_body(status, "SOME_CODE")));
    const auto* rejected = std::get_if<CreateRejected>(&outcome);
    ASSERT_NE(rejected, nullptr) << status;
    EXPECT_EQ(rejected->confirm, confirm) << status;
    EXPECT_EQ(rejected->token_was_old, status == 401) << status;
    EXPECT_THAT(rejected->why.text(), HasSubstr("SOME_CODE"));
    EXPECT_EQ(transport->count(kCreateLine), 1) << status << " must not be repeated";
  }
}

TEST_F(CreateTest, EveryOtherAnswerIsUnknownAndNothingIsRepeated) {
  const FakeReply answers[] = {
      lost(),
      reply(500, api_error_body(500, "UNEXPECTED_ERROR")),
      reply(502),
      reply(503, "", {{"Retry-After", "1"}}),
      reply(302),
      reply(200, kCreatedBody),
      reply(201, ""),
      reply(201, "<html>"),
      reply(201, R"({"id": "64b6e34b3d91647abb20e7b8"})"),
      reply(201, R"({"id": "64b6e34b3d91647abb20e7b8", "createdAt": "2026-11-23T20:00:00Z",
                     "expiresAt": "soon", "secret": "mdb_sa_sk_x"})"),
  };
  for (const FakeReply& answer : answers) {
    const CreateOutcome outcome = create_answered(answer);
    EXPECT_TRUE(std::holds_alternative<CreateUnknown>(outcome))
        << (answer ? std::to_string(answer->status) + answer->body : "lost");
    EXPECT_EQ(transport->count(kCreateLine), 1);
  }
}

TEST_F(CreateTest, WhatNeverLeftThisMachineIsNotSent) {
  const CreateOutcome outcome = create_answered(lost(TransportError::Reached::not_sent));
  EXPECT_TRUE(std::holds_alternative<CreateNotSent>(outcome));
}

TEST_F(CreateTest, WithoutATokenNothingIsSent) {
  on_token = [](const SeenRequest&) { return reply(503); };
  const CreateOutcome outcome = create_answered(reply(201, kCreatedBody));
  EXPECT_TRUE(std::holds_alternative<CreateNotSent>(outcome));
  EXPECT_EQ(transport->count(kCreateLine), 0);
  EXPECT_EQ(transport->count(kTokenLine), 1) << "the create's time is not spent on retries";
}

TEST_F(CreateTest, ATokenThatIsAboutToEndIsRenewedBeforeTheCreate) {
  serve([](const SeenRequest&) { return reply(201, kCreatedBody); });
  EXPECT_TRUE(std::holds_alternative<CreatedSecret>(issuer->create(kAccount, 8)));
  clock.advance(minutes(50));
  EXPECT_TRUE(std::holds_alternative<CreatedSecret>(issuer->create(kAccount, 8)));
  EXPECT_EQ(transport->seen().back().signed_by, "bearer t2");
}

TEST_F(CreateTest, SigningInCountsAgainstTheFifteenSeconds) {
  on_token = [this](const SeenRequest& request) {
    EXPECT_LE(request.options.time_limit, seconds(5));
    clock.advance(seconds(3));
    return reply(200, R"({"access_token": "t", "expires_in": 3600})");
  };
  create_answered(reply(201, kCreatedBody));
  EXPECT_LE(transport->seen().back().options.time_limit, seconds(12));
}

TEST_F(CreateTest, SigningInThatTakesTooLongSendsNothing) {
  on_token = [this](const SeenRequest&) {
    clock.advance(milliseconds(5001));
    return reply(200, R"({"access_token": "t", "expires_in": 3600})");
  };
  const CreateOutcome outcome = create_answered(reply(201, kCreatedBody));
  EXPECT_TRUE(std::holds_alternative<CreateNotSent>(outcome));
  EXPECT_EQ(transport->count(kCreateLine), 0);
}

TEST_F(CreateTest, AClosedGateOfTheRateLimitHoldsTheCreateBackUnsent) {
  serve([](const SeenRequest&) {
    return reply(429, api_error_body(429, "RATE_LIMITED"), {{"Retry-After", "60"}});
  });
  EXPECT_TRUE(std::holds_alternative<CreateRejected>(issuer->create(kAccount, 8)));
  const CreateOutcome second = issuer->create(kAccount, 8);
  const auto* not_sent = std::get_if<CreateNotSent>(&second);
  ASSERT_NE(not_sent, nullptr);
  EXPECT_EQ(not_sent->why.kind, ErrorKind::rate_limited);
  EXPECT_EQ(transport->count(kCreateLine), 1);
}

// The whole way down: a warm connection is at hand, the server reads the POST and closes.
TEST_F(CreateTest, APostThatIsReadAndDroppedIsSeenOnceAndUnknown) {
  RawServer server({[](RawConnection& c) {
                      c.read_request();
                      c.reply("200 OK", R"({"access_token": "t", "expires_in": 3600})");
                      while (!c.read_request().empty()) c.reply("200 OK", kAccountBody);
                    },
                    [](RawConnection& c) { c.read_request(); },
                    [](RawConnection& c) {
                      c.read_request();
                      c.reply("201 Created", kCreatedBody);
                    }});
  CurlTransport curl;
  AtlasOptions options;
  options.base_url = server.url("");
  AtlasClient real(curl, clock, log, options, only(service_account()));
  AtlasIssuer atlas(real);
  ASSERT_TRUE(atlas.get(kAccount).has_value());
  const CreateOutcome outcome = atlas.create(kAccount, 8);
  EXPECT_TRUE(std::holds_alternative<CreateUnknown>(outcome));
  int posts = 0;
  for (const std::string& request : server.requests()) {
    posts += request.find("/secrets HTTP") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(posts, 1);
}

}  // namespace
}  // namespace keytide
