#include "providers/atlas/simulator/in_process_transport.h"

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

class VirtualClock : public Clock {
 public:
  Instant now() override {
    return *parse_instant("2026-11-23T12:00:00Z") + Seconds(boot.count() / 1000);
  }
  std::chrono::milliseconds since_boot() override { return boot; }
  void sleep(std::chrono::milliseconds length) override { boot += length; }

  std::chrono::milliseconds boot{0};
};

class InProcess : public AtlasFixture {
 protected:
  static constexpr const char* kBase = "https://cloud.mongodb.com";

  HttpRequest create_request(Authorization authorization) {
    return {"POST",
            kBase + secrets_url(),
            {{"Accept", kMediaType}, {"Content-Type", kMediaType}},
            R"({"secretExpiresAfterHours": 8})",
            authorization};
  }
  Authorization bearer(const SecretValue& token) {
    return {Authorization::Scheme::bearer, "", &token};
  }
  void add(Fault fault) {
    atlas_->with([&](State&, Faults& faults, RequestLog&) { faults.add(std::move(fault)); });
  }

  VirtualClock clock_;
};

TEST_F(InProcess, SignsInWithBasicBearerAndDigest) {
  InProcessTransport transport(*atlas_, clock_);
  const SecretValue secret{std::string_view(kSecretOfAll)};
  const auto minted = transport.send({"POST",
                                      std::string(kBase) + "/api/oauth/token",
                                      {},
                                      "grant_type=client_credentials",
                                      {Authorization::Scheme::basic, kOwner, &secret}},
                                     {});
  ASSERT_TRUE(minted.has_value());
  ASSERT_EQ(minted->status, 200) << minted->body;
  const SecretValue token(json_text_of(minted->body, "access_token"));
  EXPECT_EQ(transport.send(create_request(bearer(token)), {})->status, 201);

  const SecretValue key{std::string_view("55c3bbb6-b4bb-0be1-e66d20841f3e")};
  const SecretValue wrong{std::string_view("wrong")};
  const auto digest = [&](const SecretValue& value) {
    return transport.send({"GET",
                           kBase + accounts_url("?pageNum=1"),
                           {{"Accept", kMediaType}},
                           "",
                           {Authorization::Scheme::digest, "abcdefgh", &value}},
                          {});
  };
  EXPECT_EQ(digest(key)->status, 200);
  EXPECT_EQ(digest(wrong)->status, 401);
}

TEST_F(InProcess, ADigestCreateHappensOnce) {
  InProcessTransport transport(*atlas_, clock_);
  const SecretValue key{std::string_view("55c3bbb6-b4bb-0be1-e66d20841f3e")};
  const auto reply =
      transport.send(create_request({Authorization::Scheme::digest, "abcdefgh", &key}), {});
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(InProcess, AReplyBehindTheTimeLimitIsLostAfterIt) {
  InProcessTransport transport(*atlas_, clock_);
  const SecretValue token(token_of(kOwner));
  Fault fault;
  fault.delay = std::chrono::seconds(20);
  add(fault);
  const auto reply = transport.send(create_request(bearer(token)), {});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, TransportError::Reached::maybe_sent);
  EXPECT_EQ(reply.error().why.message, "no reply within 15000 ms");
  EXPECT_EQ(clock_.boot, std::chrono::seconds(15));
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(InProcess, ACutReplyIsMaybeSent) {
  InProcessTransport transport(*atlas_, clock_);
  const SecretValue token(token_of(kOwner));
  for (const auto close :
       {Fault::Close::before_commit, Fault::Close::after_commit, Fault::Close::mid_body}) {
    Fault fault;
    fault.close = close;
    add(fault);
    const auto reply = transport.send(create_request(bearer(token)), {});
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().reached, TransportError::Reached::maybe_sent);
    EXPECT_EQ(reply.error().why.kind, ErrorKind::unavailable);
  }
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(InProcess, AtlassClockMayDifferFromTheHosts) {
  InProcessTransport::Options options;
  options.atlas_now = [] { return *parse_instant("2030-01-01T00:00:00Z"); };
  InProcessTransport transport(*atlas_, clock_, options);
  const auto reply = transport.send({"GET", kBase, {}, "", {}}, {});
  EXPECT_EQ(header_of(*reply, "Date"), "Tue, 01 Jan 2030 00:00:00 GMT");
}

TEST_F(InProcess, AReplyThatIsTooLargeIsLost) {
  InProcessTransport transport(*atlas_, clock_);
  SendOptions options;
  options.max_body_bytes = 10;
  EXPECT_FALSE(transport.send({"GET", kBase, {}, "", {}}, options).has_value());
}

}  // namespace
}  // namespace keytide::simulator
