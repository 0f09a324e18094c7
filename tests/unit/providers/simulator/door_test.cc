#include "providers/atlas/simulator/door.h"

#include <gmock/gmock.h>

#include "tests/unit/providers/simulator/atlas_fixture.h"

namespace keytide::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StoppedClock : public Clock {
 public:
  Instant now() override { return wall; }
  std::chrono::milliseconds since_boot() override { return boot; }
  void sleep(std::chrono::milliseconds length) override { boot += length; }

  Instant wall = *parse_instant("2026-11-23T12:00:00Z");
  std::chrono::milliseconds boot{5000};
};

class DoorTest : public AtlasFixture {
 protected:
  HttpResponse at(Door& door, const std::string& method, const std::string& path,
                  const std::string& body = "") {
    return door.handle({method, path, {}, body, {}}, "127.0.0.1").response;
  }
  std::string now_of(Door& door) {
    return json_text_of(at(door, "GET", "/_sim/state").body, "now");
  }

  StoppedClock host_;
};

TEST_F(DoorTest, AManualClockStandsStillUntilItIsMoved) {
  Door door(*atlas_, host_, Door::Mode::manual);
  host_.boot += std::chrono::hours(5);
  EXPECT_EQ(now_of(door), "2026-11-23T12:00:00Z");
  EXPECT_EQ(at(door, "POST", "/_sim/clock", R"({"advance": "80d"})").body,
            R"({"now":"2027-02-11T12:00:00Z"})");
  EXPECT_EQ(at(door, "POST", "/_sim/clock", R"({"set": "2027-01-01T00:00:00Z"})").status, 200);
  EXPECT_EQ(now_of(door), "2027-01-01T00:00:00Z");
  EXPECT_EQ(header_of(at(door, "GET", "/api/atlas/v2/orgs"), "Date"),
            "Fri, 01 Jan 2027 00:00:00 GMT");
}

TEST_F(DoorTest, AManualClockRunsAtTheRateItIsGiven) {
  Door door(*atlas_, host_, Door::Mode::manual);
  host_.boot += std::chrono::hours(1);
  ASSERT_EQ(at(door, "POST", "/_sim/clock", R"({"rate": 3600})").status, 200);
  host_.boot += std::chrono::milliseconds(2500);
  EXPECT_EQ(now_of(door), "2026-11-23T14:30:00Z");
  ASSERT_EQ(at(door, "POST", "/_sim/clock", R"({"rate": 0})").status, 200);
  host_.boot += std::chrono::hours(1);
  EXPECT_EQ(now_of(door), "2026-11-23T14:30:00Z");
}

TEST_F(DoorTest, ARealClockFollowsTheHostAndIsNotMoved) {
  Door door(*atlas_, host_, Door::Mode::real);
  host_.boot += std::chrono::seconds(90);
  EXPECT_EQ(now_of(door), "2026-11-23T12:01:30Z");
  const HttpResponse reply = at(door, "POST", "/_sim/clock", R"({"advance": "80d"})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_THAT(reply.body, HasSubstr("-clock=manual"));
}

TEST_F(DoorTest, AWrongClockCommandIsRefusedWithAnExample) {
  Door door(*atlas_, host_, Door::Mode::manual);
  for (const char* body :
       {"", "{}", "[]", R"({"advance": 80})", R"({"advance": "80"})", R"({"set": "tomorrow"})",
        R"({"rate": -1})", R"({"advance": "1d", "rate": 1})", R"({"back": "1d"})"}) {
    EXPECT_EQ(at(door, "POST", "/_sim/clock", body).status, 400) << body;
  }
}

TEST_F(DoorTest, TheStateShowsSecretsInTheClear) {
  Door door(*atlas_, host_, Door::Mode::manual);
  token_of(kReader);
  const std::string state = at(door, "GET", "/_sim/state").body;
  EXPECT_THAT(state, HasSubstr(R"({"now":"2026-11-23T12:00:00Z","orgs":[{"id":"32b6e34b3d91647abb)"
                               R"(20e7b8","name":"acme","serviceAccounts":[)"));
  EXPECT_THAT(
      state,
      HasSubstr(R"({"id":"5f5f5f5f5f5f5f5f5f5f5f5f","secret":"mdb_sa_sk_0123456789012345)"
                R"(678901234567890123456789","createdAt":"2026-11-20T12:00:00Z",)"
                R"("expiresAt":"2027-02-11T12:00:00Z","lastUsedAt":"2026-11-22T12:00:00Z"})"));
  EXPECT_THAT(state, HasSubstr("\"activeTokens\":1"));
  EXPECT_THAT(state, HasSubstr(R"("projects":[{"id":"32b6e34b3d91647abb20e7b9")"));
}

TEST_F(DoorTest, RequestsAreCountedByOperationUntilForgotten) {
  Door door(*atlas_, host_, Door::Mode::manual);
  at(door, "GET", accounts_url("?pageNum=1"));
  at(door, "GET", accounts_url());
  at(door, "POST", secrets_url());
  at(door, "POST", "/api/oauth/token");
  at(door, "GET", "/favicon.ico");
  EXPECT_EQ(at(door, "GET", "/_sim/requests").body.substr(0, 140),
            R"({"total":5,"byOperation":{"createOrgServiceAccountSecret":1,)"
            R"("listOrgServiceAccounts":2,"token":1,"unknown":1},"log":[{"method":"GET","path":)");
  EXPECT_THAT(
      at(door, "GET", "/_sim/requests").body,
      HasSubstr("serviceAccounts?pageNum=1\",\"status\":401,\"at\":\"2026-11-23T12:00:00Z\"}"));
  EXPECT_EQ(at(door, "DELETE", "/_sim/requests").status, 200);
  EXPECT_EQ(at(door, "GET", "/_sim/requests").body, R"({"total":0,"byOperation":{},"log":[]})");
}

TEST_F(DoorTest, FaultsAreOrderedAndCleared) {
  Door door(*atlas_, host_, Door::Mode::manual);
  const std::string two =
      R"([{"method": "POST", "path": "/oauth", "times": 2, "status": 503,
           "headers": {"Retry-After": 7}, "body": {"error": 503}},
          {"path": "/serviceAccounts", "close": "after_commit"}])";
  ASSERT_EQ(at(door, "POST", "/_sim/faults", two).status, 200);
  const HttpResponse reply = at(door, "POST", "/api/oauth/token");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, R"({"error":503})");
  EXPECT_EQ(header_of(reply, "Retry-After"), "7");
  EXPECT_EQ(door.handle({"GET", accounts_url(), {}, "", {}}, "127.0.0.1").effects.cut,
            ReplyEffects::Cut::before_reply);
  EXPECT_THAT(at(door, "GET", "/_sim/requests").body, HasSubstr("\"status\":0"));
  ASSERT_EQ(at(door, "DELETE", "/_sim/faults").status, 200);
  EXPECT_EQ(at(door, "POST", "/api/oauth/token").status, 401);
}

TEST_F(DoorTest, AWrongFaultIsRefusedAndNoneIsAdded) {
  Door door(*atlas_, host_, Door::Mode::manual);
  for (const char* body :
       {"", "7", R"([{"path": "/x"}])", R"([{"status": 500, "delay": "5s"}])",
        R"([{"close": "sometimes"}])", R"([{"status": "500"}])", R"([{"status": 500, "oops": 1}])",
        R"([{"delay": 5}])", R"([{"status": 500, "times": 0}])", R"([{"status": 99}])",
        R"([{"status": 503}, {"close": "never"}])"}) {
    const HttpResponse reply = at(door, "POST", "/_sim/faults", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_THAT(reply.body, HasSubstr("\"error\":\""));
  }
  EXPECT_EQ(at(door, "POST", "/api/oauth/token").status, 401);
}

TEST_F(DoorTest, ADelayMayBeGivenInMilliseconds) {
  Door door(*atlas_, host_, Door::Mode::manual);
  ASSERT_EQ(at(door, "POST", "/_sim/faults", R"({"delay": "300ms", "commit": "late"})").status,
            200);
  EXPECT_EQ(door.handle({"GET", "/", {}, "", {}}, "127.0.0.1").effects.delay,
            std::chrono::milliseconds(300));
}

TEST_F(DoorTest, AnUnknownControlPathNamesTheKnownOnes) {
  Door door(*atlas_, host_, Door::Mode::manual);
  const HttpResponse reply = at(door, "GET", "/_sim/clock/now");
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(reply.body, HasSubstr("GET /_sim/state"));
}

}  // namespace
}  // namespace keytide::simulator
