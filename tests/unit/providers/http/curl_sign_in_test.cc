// Who gets to see credentials: bearer, basic, digest, redirects, proxies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>

#include "providers/http/curl_transport.h"
#include "tests/support/raw_server.h"

namespace keytide {
namespace {

using Reached = TransportError::Reached;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kToken = "a-token-that-nobody-else-may-see";

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

HttpRequest post(const std::string& url, std::string body) {
  HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.body = std::move(body);
  request.headers = {{"Content-Type", "application/json"}};
  return request;
}

SendOptions fresh() {
  SendOptions options;
  options.fresh_connection = true;
  return options;
}

// Answers every request of a connection with 200 and "ok".
void serve_ok(RawConnection& connection) {
  while (!connection.read_request().empty()) connection.reply("200 OK", "ok");
}

void read_then_close(RawConnection& connection) { connection.read_request(); }

TEST(CurlSignIn, ARedirectIsAReplyAndNobodyElseIsAsked) {
  RawServer other({&serve_ok});
  RawServer server({[&](RawConnection& c) {
    c.read_request();
    c.reply("307 Temporary Redirect", "", "Location: " + other.url("/steal") + "\r\n");
  }});
  CurlTransport transport;
  const SecretValue token(kToken);
  HttpRequest request = get(server.url("/"));
  request.authorization = {Authorization::Scheme::bearer, {}, &token};
  const auto reply = transport.send(request, {});
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 307);
  EXPECT_EQ(other.connections(), 0);
}

TEST(CurlSignIn, SignsInByBearerAndForgetsItForTheNextRequest) {
  RawServer server({&serve_ok});
  CurlTransport transport;
  const SecretValue token(kToken);
  HttpRequest request = get(server.url("/"));
  request.authorization = {Authorization::Scheme::bearer, {}, &token};
  ASSERT_TRUE(transport.send(request, {}).has_value());
  ASSERT_TRUE(transport.send(get(server.url("/")), {}).has_value());
  EXPECT_THAT(server.requests().at(0),
              HasSubstr("Authorization: Bearer a-token-that-nobody-else-may-see\r\n"));
  EXPECT_THAT(server.requests().at(1), Not(HasSubstr("Authorization")));
}

TEST(CurlSignIn, SignsInByBasicWithoutPercentEncoding) {
  RawServer server({&serve_ok});
  CurlTransport transport;
  const SecretValue secret("mdb_sa_sk_%7E-~:x");
  HttpRequest request = post(server.url("/"), "grant_type=client_credentials");
  request.authorization = {Authorization::Scheme::basic, "mdb_sa_id_1", &secret};
  ASSERT_TRUE(transport.send(request, {}).has_value());
  // base64("mdb_sa_id_1:mdb_sa_sk_%7E-~:x")
  EXPECT_THAT(server.requests().at(0),
              HasSubstr("Authorization: Basic bWRiX3NhX2lkXzE6bWRiX3NhX3NrXyU3RS1+Ong=\r\n"));
}

constexpr const char* kChallenge =
    "WWW-Authenticate: Digest realm=\"MMS Public API\", domain=\"\", nonce=\"abc\", "
    "algorithm=MD5, qop=\"auth\", stale=false\r\n";

TEST(CurlSignIn, ThePostThatAsksForADigestChallengeCannotCommitAnything) {
  const auto challenge = [](RawConnection& c) {
    c.read_request();
    c.reply("401 Unauthorized", "{\"error\":401}", kChallenge);
    serve_ok(c);
  };
  RawServer server({challenge, &serve_ok});
  CurlTransport transport;
  const SecretValue key("private");
  HttpRequest request = post(server.url("/secrets"), "{\"secretExpiresAfterHours\":8}");
  request.authorization = {Authorization::Scheme::digest, "abcdefgh", &key};
  const auto reply = transport.send(request, fresh());
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "ok");
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_THAT(seen[0], HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(seen[0], Not(HasSubstr("Authorization")));
  EXPECT_THAT(seen[0], Not(HasSubstr("secretExpiresAfterHours")));
  EXPECT_THAT(seen[1], HasSubstr("Authorization: Digest username=\"abcdefgh\""));
  EXPECT_THAT(seen[1], HasSubstr("{\"secretExpiresAfterHours\":8}"));
  EXPECT_EQ(server.connections(), 2) << "the second request has a connection of its own";
}

TEST(CurlSignIn, ADigestPostThatIsReadAndDroppedIsNotRepeated) {
  const auto challenge = [](RawConnection& c) {
    c.read_request();
    c.reply("401 Unauthorized", "", kChallenge);
    c.read_request();
  };
  RawServer server({challenge, &read_then_close, &serve_ok});
  CurlTransport transport;
  const SecretValue key("private");
  HttpRequest request = post(server.url("/secrets"), "{\"secretExpiresAfterHours\":8}");
  request.authorization = {Authorization::Scheme::digest, "abcdefgh", &key};
  const auto reply = transport.send(request, fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::maybe_sent);
  const auto seen = server.requests();
  EXPECT_EQ(std::count_if(seen.begin(), seen.end(),
                          [](const std::string& one) {
                            return one.find("secretExpiresAfterHours") != std::string::npos;
                          }),
            1);
}

TEST(CurlSignIn, AWrongApiKeyIsTheReplies401) {
  RawServer server({[](RawConnection& c) {
    while (!c.read_request().empty()) c.reply("401 Unauthorized", "no", kChallenge);
  }});
  CurlTransport transport;
  const SecretValue key("wrong");
  HttpRequest request = get(server.url("/"));
  request.authorization = {Authorization::Scheme::digest, "abcdefgh", &key};
  const auto reply = transport.send(request, {});
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 401);
  EXPECT_EQ(reply->body, "no");
  EXPECT_EQ(server.requests().size(), 2U);
}

class WithProxy : public testing::Test {
 protected:
  static void use(const RawServer& proxy) {
    setenv("https_proxy", proxy.url("").c_str(), 1);
    setenv("http_proxy", proxy.url("").c_str(), 1);
  }
  void TearDown() override {
    unsetenv("https_proxy");
    unsetenv("http_proxy");
  }
};

TEST_F(WithProxy, ARefusedConnectIsNotSentAndShowsTheProxyNoCredentials) {
  RawServer proxy({[](RawConnection& c) {
    c.read_request();
    c.reply("403 Forbidden", "no");
  }});
  use(proxy);
  CurlTransport transport;
  const SecretValue token(kToken);
  HttpRequest request = post("https://cloud.mongodb.com/secrets", "{}");
  request.authorization = {Authorization::Scheme::bearer, {}, &token};
  const auto reply = transport.send(request, fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::not_sent);
  ASSERT_EQ(proxy.requests().size(), 1U);
  EXPECT_THAT(proxy.requests()[0], StartsWith("CONNECT cloud.mongodb.com:443 HTTP/1.1\r\n"));
  EXPECT_THAT(proxy.requests()[0], Not(HasSubstr(kToken)));
}

TEST_F(WithProxy, LoopbackIsReachedWithoutTheProxy) {
  RawServer proxy({&serve_ok});
  RawServer server({&serve_ok});
  use(proxy);
  CurlTransport transport;
  ASSERT_TRUE(transport.send(get(server.url("/")), {}).has_value());
  EXPECT_EQ(proxy.connections(), 0);
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace keytide
