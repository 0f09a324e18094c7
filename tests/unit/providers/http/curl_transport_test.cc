#include "providers/http/curl_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "tests/support/raw_server.h"

namespace keytide {
namespace {

using Reached = TransportError::Reached;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

TEST(CurlTransport, SendsMethodPathHeadersAndBody) {
  RawServer server({&serve_ok});
  CurlTransport transport;
  const auto reply = transport.send(post(server.url("/secrets?envelope=true"), "{\"a\":1}"), {});
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "ok");
  EXPECT_EQ(find_header(reply->headers, "content-length"), "2");
  const std::string sent = server.requests().at(0);
  EXPECT_THAT(sent, StartsWith("POST /secrets?envelope=true HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(sent, HasSubstr("User-Agent: keytide/"));
  EXPECT_THAT(sent, HasSubstr("Accept-Encoding: gzip\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("Expect:")));
  EXPECT_THAT(sent, testing::EndsWith("\r\n\r\n{\"a\":1}"));
}

TEST(CurlTransport, SendsADeleteWithoutABody) {
  RawServer server({&serve_ok});
  CurlTransport transport;
  HttpRequest request = get(server.url("/secrets/1"));
  request.method = "DELETE";
  ASSERT_TRUE(transport.send(request, {}).has_value());
  EXPECT_THAT(server.requests().at(0), StartsWith("DELETE /secrets/1 HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Content-Length")));
}

TEST(CurlTransport, KeepsConnectionsForTheNextRequest) {
  RawServer server({&serve_ok});
  CurlTransport transport;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(transport.send(get(server.url("/")), {}).has_value());
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, AFreshConnectionIsNeitherReusedNorKept) {
  std::latch closed_by_client(3);
  RawServer server({[&](RawConnection& c) {
    serve_ok(c);
    closed_by_client.count_down();
  }});
  CurlTransport transport({{}, {}, 1});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(transport.send(post(server.url("/"), "{}"), fresh()).has_value());
  }
  EXPECT_EQ(server.connections(), 3);
  closed_by_client.wait();  // the transport is still there: nothing else closes them
}

// libcurl sends again by itself when a kept-alive connection dies before the reply. Here a warm
// connection is at hand, and the server reads the POST and closes.
TEST(CurlTransport, AFreshPostIsSentOnceThoughAWarmConnectionIsAtHand) {
  RawServer server({&serve_ok, &read_then_close, &serve_ok});
  CurlTransport transport;
  ASSERT_TRUE(transport.send(get(server.url("/")), {}).has_value());
  const auto reply = transport.send(post(server.url("/secrets"), "{}"), fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::maybe_sent);
  EXPECT_EQ(reply.error().why.kind, ErrorKind::unavailable);
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.connections(), 2);
}

// What the fresh connection guards against, shown on the same server: without it the POST that was
// read and dropped is seen a second time.
TEST(CurlTransport, WithoutAFreshConnectionLibcurlRepeatsAPost) {
  RawServer server({[](RawConnection& c) {
                      c.read_request();
                      c.reply("200 OK", "warm");
                      c.read_request();
                    },
                    &serve_ok});
  CurlTransport transport;
  ASSERT_TRUE(transport.send(get(server.url("/")), {}).has_value());
  EXPECT_TRUE(transport.send(post(server.url("/secrets"), "{}"), {}).has_value());
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_THAT(seen[1], StartsWith("POST"));
  EXPECT_THAT(seen[2], StartsWith("POST"));
}

TEST(CurlTransport, NotSentIsSaidWhenNobodyListens) {
  CurlTransport transport;
  const std::string url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/";
  for (const SendOptions& options : {SendOptions{}, fresh()}) {
    const auto reply = transport.send(post(url, "{}"), options);
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().reached, Reached::not_sent);
    EXPECT_EQ(reply.error().why.kind, ErrorKind::unavailable);
  }
}

TEST(CurlTransport, NotSentIsSaidWhenANameDoesNotResolve) {
  CurlTransport transport;
  const auto reply = transport.send(post("https://nowhere.invalid/", "{}"), fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::not_sent);
  EXPECT_THAT(reply.error().why.text(), HasSubstr("https://nowhere.invalid"));
}

TEST(CurlTransport, NotSentIsSaidWhenTheTlsHandshakeFails) {
  RawServer server({[](RawConnection& c) {
    c.send("this is no TLS\r\n\r\n");
    c.wait_for_close();
  }});
  CurlTransport transport;
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  const auto reply = transport.send(post(url, "{}"), fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::not_sent);
}

TEST(CurlTransport, NotSentIsSaidWhenTheTlsHandshakeNeverEnds) {
  RawServer server({[](RawConnection& c) { c.wait_for_close(); }});
  CurlTransport transport;
  SendOptions options = fresh();
  options.time_limit = milliseconds(150);
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  const auto reply = transport.send(post(url, "{}"), options);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::not_sent);
  EXPECT_THAT(reply.error().why.message, HasSubstr("within 150 ms"));
}

TEST(CurlTransport, MaybeSentIsSaidWhenTheReplyDoesNotCome) {
  RawServer server({[](RawConnection& c) {
    c.read_request();
    c.wait_for_close();
  }});
  CurlTransport transport;
  SendOptions options = fresh();
  options.time_limit = milliseconds(150);
  const auto reply = transport.send(post(server.url("/"), "{}"), options);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::maybe_sent);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlTransport, MaybeSentIsSaidWhenTheBodyIsCutOff) {
  RawServer server({[](RawConnection& c) {
    c.read_request();
    c.send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":");
  }});
  CurlTransport transport;
  const auto reply = transport.send(post(server.url("/"), "{}"), fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::maybe_sent);
}

TEST(CurlTransport, TheTimeLimitCoversHeadersThatTrickle) {
  RawServer server({[](RawConnection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nX-Slow: ");
    c.wait_for_close();
  }});
  CurlTransport transport;
  SendOptions options;
  options.time_limit = milliseconds(150);
  const auto reply = transport.send(get(server.url("/")), options);
  ASSERT_FALSE(reply.has_value());
  EXPECT_THAT(reply.error().why.message, HasSubstr("did not answer within 150 ms"));
}

TEST(CurlTransport, BodiesOverTheLimitAreCutOffWithOrWithoutALength) {
  RawServer server({[](RawConnection& c) {
                      c.read_request();
                      c.reply("200 OK", std::string(5000, 'x'));
                    },
                    [](RawConnection& c) {
                      c.read_request();
                      c.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                             std::string(5000, 'x'));
                    }});
  CurlTransport transport;
  SendOptions options = fresh();
  options.max_body_bytes = 4999;
  for (int i = 0; i < 2; ++i) {
    const auto reply = transport.send(get(server.url("/")), options);
    ASSERT_FALSE(reply.has_value());
    EXPECT_THAT(reply.error().why.message, HasSubstr("larger than 4999 bytes"));
  }
}

// 1,000 zero bytes, packed.
const std::string kGzipOfZeros(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\x18\x05\xa3\x60\x14\x0c\x77\x00\x00\x80"
    "\x17\x0b\x06\xe8\x03\x00\x00",
    29);

void serve_gzip(RawConnection& connection) {
  while (!connection.read_request().empty()) {
    connection.reply("200 OK", kGzipOfZeros, "Content-Encoding: gzip\r\n");
  }
}

TEST(CurlTransport, UnpacksGzip) {
  RawServer server({&serve_gzip});
  CurlTransport transport;
  const auto reply = transport.send(get(server.url("/")), {});
  ASSERT_TRUE(reply.has_value()) << reply.error().why.text();
  EXPECT_EQ(reply->body, std::string(1000, '\0'));
}

TEST(CurlTransport, TheSizeLimitHoldsForUnpackedBytes) {
  RawServer server({&serve_gzip});
  CurlTransport transport;
  SendOptions options;
  options.max_body_bytes = 999;
  const auto reply = transport.send(get(server.url("/")), options);
  ASSERT_FALSE(reply.has_value());
  EXPECT_THAT(reply.error().why.message, HasSubstr("larger than 999 bytes"));
}

TEST(CurlTransport, NothingGoesToAnotherHostWithoutTls) {
  CurlTransport transport;
  const auto reply = transport.send(get("http://cloud.mongodb.com/api"), {});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::not_sent);
  EXPECT_EQ(reply.error().why.kind, ErrorKind::refused);
}

TEST(CurlTransport, ASecretWithALineBreakDoesNotBecomeAHeader) {
  RawServer server({&serve_ok});
  CurlTransport transport;
  const SecretValue token("abc\r\nX-Injected: yes");
  HttpRequest request = get(server.url("/"));
  request.authorization = {Authorization::Scheme::bearer, {}, &token};
  const auto reply = transport.send(request, {});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().reached, Reached::not_sent);
  EXPECT_EQ(reply.error().why.kind, ErrorKind::invalid);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, ACaFileThatCannotBeReadIsNamed) {
  RawServer server({[](RawConnection& c) { c.wait_for_close(); }});
  CurlTransport transport({"/nowhere/ca.pem", {}, 1});
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  const auto reply = transport.send(get(url), fresh());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().why.kind, ErrorKind::invalid);
  EXPECT_THAT(reply.error().why.message, HasSubstr("/nowhere/ca.pem"));
}

TEST(CurlTransport, ServesManyThreadsAtOnce) {
  CurlTransport transport({{}, {}, 2});
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&transport, &good] {
      RawServer server({&serve_ok});
      for (int n = 0; n < 20; ++n) {
        const auto reply = transport.send(get(server.url("/")), {});
        if (reply && reply->body == "ok") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
}

}  // namespace
}  // namespace keytide
