#include "providers/atlas/simulator/fault.h"

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

using Cut = ReplyEffects::Cut;

class FaultsOfAtlas : public AtlasFixture {
 protected:
  void add(Fault fault) {
    atlas_->with([&](State&, Faults& faults, RequestLog&) { faults.add(std::move(fault)); });
  }
  HttpReply create_reply() {
    return send({"POST",
                 secrets_url(),
                 {{"Authorization", "Bearer " + token_of(kOwner)},
                  {"Accept", kMediaType},
                  {"Content-Type", kMediaType}},
                 R"({"secretExpiresAfterHours": 8})",
                 {}});
  }
  static Fault on_create() {
    Fault fault;
    fault.method = "POST";
    fault.path = "/secrets";
    return fault;
  }
};

TEST_F(FaultsOfAtlas, AStatusIsAnsweredAsOftenAsOrderedAndNothingIsDone) {
  Fault fault = on_create();
  fault.status = 500;
  fault.times = 2;
  add(fault);
  EXPECT_EQ(call_as(kOwner, "GET", accounts_url()).status, 200);  // another method and path
  for (int i = 0; i < 2; ++i) {
    const HttpReply reply = create_reply();
    EXPECT_EQ(reply.response.status, 500);
    EXPECT_EQ(json_text_of(reply.response.body, "errorCode"), "UNEXPECTED_ERROR");
    EXPECT_EQ(header_of(reply.response, "X-Error-Code"), "UNEXPECTED_ERROR");
  }
  EXPECT_EQ(account(kBilling).secrets.size(), 1u);
  EXPECT_EQ(create_reply().response.status, 201);
}

TEST_F(FaultsOfAtlas, AStatusCarriesTheBodyAndHeadersItWasGiven) {
  Fault fault = on_create();
  fault.status = 503;
  fault.body = "<html>maintenance</html>";
  fault.headers = {{"Retry-After", "120"}, {"Content-Type", "text/html"}};
  add(fault);
  const HttpResponse reply = create_reply().response;
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "<html>maintenance</html>");
  EXPECT_EQ(header_of(reply, "Retry-After"), "120");
  EXPECT_EQ(header_of(reply, "Content-Type"), "text/html");
}

TEST_F(FaultsOfAtlas, ADelayedCreateIsDoneAtOnce) {
  Fault fault = on_create();
  fault.delay = std::chrono::seconds(5);
  add(fault);
  const HttpReply reply = create_reply();
  EXPECT_EQ(reply.effects.delay, std::chrono::seconds(5));
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(FaultsOfAtlas, ALateCommitTakesEffectAfterItsDelay) {
  Fault fault = on_create();
  fault.delay = std::chrono::seconds(5);
  fault.commit_late = true;
  add(fault);
  EXPECT_EQ(create_reply().effects.delay, std::chrono::seconds(5));
  call_as(kOwner, "GET", accounts_url());
  EXPECT_EQ(account(kBilling).secrets.size(), 1u);
  uptime_ += std::chrono::seconds(5);
  call_as(kOwner, "GET", accounts_url());
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
}

TEST_F(FaultsOfAtlas, AConnectionIsClosedBeforeOrAfterTheCommitOrInTheBody) {
  Fault fault = on_create();
  fault.close = Fault::Close::before_commit;
  add(fault);
  EXPECT_EQ(create_reply().effects.cut, Cut::before_reply);
  EXPECT_EQ(account(kBilling).secrets.size(), 1u);
  fault.close = Fault::Close::after_commit;
  add(fault);
  EXPECT_EQ(create_reply().effects.cut, Cut::before_reply);
  EXPECT_EQ(account(kBilling).secrets.size(), 2u);
  fault.close = Fault::Close::mid_body;
  add(fault);
  const HttpReply half = create_reply();
  EXPECT_EQ(half.effects.cut, Cut::mid_body);
  EXPECT_EQ(half.response.status, 400);
}

TEST_F(FaultsOfAtlas, TheOldestMatchingFaultComesFirst) {
  Fault first = on_create();
  first.status = 500;
  Fault second = on_create();
  second.status = 503;
  add(first);
  add(second);
  EXPECT_EQ(create_reply().response.status, 500);
  EXPECT_EQ(create_reply().response.status, 503);
  EXPECT_EQ(create_reply().response.status, 201);
}

}  // namespace
}  // namespace keytide::simulator
