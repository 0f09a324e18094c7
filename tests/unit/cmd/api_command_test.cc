#include "cmd/keytide/api_command.h"

#include "tests/unit/providers/atlas/atlas_fixture.h"

namespace keytide {
namespace {

using testing::HasSubstr;

class ApiCommandTest : public AtlasFixture {
 protected:
  Result<bool> run(const RawCreate& create) {
    return run_api_create(*client, create, [this](std::string_view text) {
      printed += text;
      return can_print;
    });
  }
  std::string printed;
  bool can_print = true;
};

TEST_F(ApiCommandTest, PrintsAtlassReplyAsItCame) {
  serve([](const SeenRequest&) { return reply(201, kCreatedBody); });
  const auto created = run({kAccount, "2160", false, false, "2024-08-05"});
  ASSERT_TRUE(created.has_value());
  EXPECT_TRUE(*created);
  EXPECT_EQ(printed, std::string(kCreatedBody) + "\n");
  const SeenRequest sent = transport->seen().back();
  EXPECT_EQ(sent.line, kCreateLine);
  EXPECT_EQ(sent.body, R"({"secretExpiresAfterHours":2160})");
  EXPECT_TRUE(sent.options.fresh_connection);
}

TEST_F(ApiCommandTest, PassesEnvelopePrettyAndVersionOn) {
  serve([](const SeenRequest&) { return reply(201, "{}\n"); });
  ASSERT_TRUE(run({{kProject, kClientId}, "8", true, true, "2025-03-12"}).has_value());
  EXPECT_EQ(printed, "{}\n");
  const SeenRequest sent = transport->seen().back();
  EXPECT_EQ(sent.line,
            "POST /api/atlas/v2/groups/5f1b2c3d4e5f6a7b8c9d0e1f/serviceAccounts/"
            "mdb_sa_id_1234567890abcdef12345678/secrets?envelope=true&pretty=true");
  EXPECT_EQ(find_header(sent.headers, "Accept"), "application/vnd.atlas.2025-03-12+json");
}

TEST_F(ApiCommandTest, PrintsAtlassErrorTooAndIsNotDone) {
  const std::string body = api_error_body(400, "VALIDATION_ERROR", "out of range");
  serve([&](const SeenRequest&) { return reply(400, body); });
  const auto created = run({kAccount, "99999", false, false, "2024-08-05"});
  ASSERT_TRUE(created.has_value());
  EXPECT_FALSE(*created);
  EXPECT_EQ(printed, body + "\n");
  EXPECT_EQ(transport->count(kCreateLine), 1);
}

TEST_F(ApiCommandTest, ALostReplySaysThatASecretMayExist) {
  serve([](const SeenRequest&) { return lost(); });
  const auto created = run({kAccount, "8", false, false, "2024-08-05"});
  ASSERT_FALSE(created.has_value());
  EXPECT_THAT(created.error().message, HasSubstr("may have created a secret all the same"));
  EXPECT_EQ(transport->count(kCreateLine), 1);
}

TEST_F(ApiCommandTest, WhatCannotStandInAUrlOrABodyIsNotSent) {
  serve([](const SeenRequest&) { return reply(201, kCreatedBody); });
  const AccountKey slash{{Scope::Kind::org, "a/b"}, kClientId};
  const AccountKey query{kOrg, ClientId("x?y")};
  for (const RawCreate& create : {RawCreate{slash, "8", false, false, "2024-08-05"},
                                  RawCreate{query, "8", false, false, "2024-08-05"},
                                  RawCreate{kAccount, "8,\"x\":1", false, false, "2024-08-05"},
                                  RawCreate{kAccount, "", false, false, "2024-08-05"},
                                  RawCreate{kAccount, "08", false, false, "2024-08-05"},
                                  RawCreate{kAccount, "8", false, false, "latest"}}) {
    const auto created = run(create);
    ASSERT_FALSE(created.has_value());
    EXPECT_EQ(created.error().kind, ErrorKind::invalid);
  }
  EXPECT_TRUE(transport->seen().empty());
}

}  // namespace
}  // namespace keytide
