#include "providers/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "providers/system/system_clock.h"
#include "tests/support/http_call.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using testing::HalfRequest;
using testing::http_call;
using testing::RawReply;
using testing::send_raw;

std::unique_ptr<HttpServer> serve(HttpHandler handler, HttpServerOptions options = {}) {
  auto server = HttpServer::start(options, std::move(handler));
  EXPECT_TRUE(server.has_value()) << server.error().text();
  return std::move(*server);
}

HttpReply text_reply(std::string text) {
  return {{200, {{"Content-Type", "text/plain"}}, std::move(text)}, {}};
}

TEST(HttpServer, HandsTheWholeRequestToTheHandler) {
  HttpRequest seen;
  std::string seen_ip;
  const auto server = serve([&](const HttpRequest& request, const std::string& ip) {
    seen = request;
    seen_ip = ip;
    return text_reply("hello");
  });
  const RawReply reply =
      http_call(server->port(), "POST", "/a%20b/c?d=%2F&e", {{"X-One", "1"}}, "the body");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(reply.response.body, "hello");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.url, "/a%20b/c?d=%2F&e");
  EXPECT_EQ(seen.body, "the body");
  EXPECT_EQ(find_header(seen.headers, "x-one"), "1");
  EXPECT_EQ(seen_ip, "127.0.0.1");
}

TEST(HttpServer, LeavesTheDateHeaderOfTheHandlerAlone) {
  const auto server = serve([](const HttpRequest&, const std::string&) {
    HttpReply reply = text_reply("");
    reply.response.headers.push_back({"Date", "Fri, 01 Jan 2027 00:00:00 GMT"});
    return reply;
  });
  const RawReply reply = http_call(server->port(), "GET", "/");
  EXPECT_NE(reply.bytes.find("\r\nDate: Fri, 01 Jan 2027 00:00:00 GMT\r\n"), std::string::npos);
  EXPECT_EQ(reply.bytes.find("Date: "), reply.bytes.rfind("Date: ")) << reply.bytes;
}

TEST(HttpServer, WritesADateHeaderWhereTheHandlerHasNone) {
  const auto server = serve([](const HttpRequest&, const std::string&) { return text_reply(""); });
  EXPECT_TRUE(find_header(http_call(server->port(), "GET", "/").response.headers, "Date"));
}

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection) {
  std::atomic<int> count = 0;
  const auto server = serve([&](const HttpRequest& request, const std::string&) {
    ++count;
    return text_reply(request.url);
  });
  const RawReply reply = send_raw(server->port(),
                                  "GET /one HTTP/1.1\r\nHost: a\r\n\r\n"
                                  "GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(count, 2);
  EXPECT_NE(reply.bytes.find("/one"), std::string::npos);
  EXPECT_NE(reply.bytes.find("/two"), std::string::npos);
}

TEST(HttpServer, ClosesWithoutAByteWhenAskedTo) {
  const auto server = serve([](const HttpRequest&, const std::string&) {
    return HttpReply{{200, {}, "lost"}, {milliseconds(0), ReplyEffects::Cut::before_reply}};
  });
  const RawReply reply = http_call(server->port(), "POST", "/", {}, "x");
  EXPECT_TRUE(reply.connected);
  EXPECT_EQ(reply.bytes, "");
}

TEST(HttpServer, CutsABodyInItsMiddleWhenAskedTo) {
  const auto server = serve([](const HttpRequest&, const std::string&) {
    return HttpReply{{201, {}, "0123456789"}, {milliseconds(0), ReplyEffects::Cut::mid_body}};
  });
  const RawReply reply = http_call(server->port(), "GET", "/");
  EXPECT_EQ(reply.response.status, 201);
  EXPECT_EQ(reply.response.body, "01234");
  EXPECT_EQ(find_header(reply.response.headers, "Content-Length"), "10");
  EXPECT_FALSE(reply.complete);
}

TEST(HttpServer, DelaysOneReplyWithoutHoldingUpOthers) {
  HttpServerOptions options;
  options.threads = 1;
  const auto server = serve(
      [](const HttpRequest& request, const std::string&) {
        HttpReply reply = text_reply(request.url);
        if (request.url == "/slow") reply.effects.delay = milliseconds(400);
        return reply;
      },
      options);
  SystemClock clock;
  const milliseconds start = clock.since_boot();
  std::thread slow(
      [&] { EXPECT_EQ(http_call(server->port(), "GET", "/slow").response.body, "/slow"); });
  EXPECT_EQ(http_call(server->port(), "GET", "/quick").response.body, "/quick");
  const auto quick = clock.since_boot() - start;
  slow.join();
  const auto all = clock.since_boot() - start;
  EXPECT_GE(all, milliseconds(400));
  EXPECT_LT(quick, all);
}

TEST(HttpServer, StopsWhileAReplyIsDelayed) {
  std::atomic<bool> asked = false;
  auto server = serve([&](const HttpRequest&, const std::string&) {
    asked = true;
    return HttpReply{{200, {}, "late"}, {std::chrono::hours(1), ReplyEffects::Cut::none}};
  });
  std::thread caller([port = server->port()] { http_call(port, "GET", "/"); });
  while (!asked) std::this_thread::yield();
  server->stop();  // would hang, or wait for an hour
  caller.join();
}

TEST(HttpServer, RefusesABodyThatAnnouncesTooMuch) {
  HttpServerOptions options;
  options.max_body_bytes = 10;
  std::atomic<int> handled = 0;
  const auto server = serve(
      [&](const HttpRequest& request, const std::string&) {
        ++handled;
        return text_reply(request.body);
      },
      options);
  EXPECT_EQ(http_call(server->port(), "POST", "/", {}, "0123456789").response.body, "0123456789");
  const RawReply reply = http_call(server->port(), "POST", "/", {}, "0123456789+");
  EXPECT_EQ(reply.response.status, 413);
  EXPECT_EQ(reply.response.body, "the request body is larger than 10 bytes\n");
  EXPECT_EQ(handled, 1);
}

TEST(HttpServer, ClosesOnAChunkedBodyThatGrowsTooLong) {
  HttpServerOptions options;
  options.max_body_bytes = 10;
  std::atomic<int> handled = 0;
  const auto server = serve(
      [&](const HttpRequest&, const std::string&) {
        ++handled;
        return text_reply("");
      },
      options);
  const RawReply reply = send_raw(server->port(),
                                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n");
  EXPECT_NE(reply.response.status, 200);
  EXPECT_EQ(handled, 0);
}

TEST(HttpServer, ServesManyCallersAtOnce) {
  std::atomic<int> handled = 0;
  const auto server = serve([&](const HttpRequest& request, const std::string&) {
    ++handled;
    return text_reply(request.url);
  });
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, url = "/" + std::to_string(i)] {
      for (int k = 0; k < 20; ++k) {
        EXPECT_EQ(http_call(server->port(), "GET", url).response.body, url);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(handled, 160);
}

TEST(HttpServer, AnswersWhileOthersHoldHalfARequest) {
  HttpServerOptions options;
  options.threads = 1;
  const auto server =
      serve([](const HttpRequest&, const std::string&) { return text_reply("here"); }, options);
  std::vector<HalfRequest> others;
  for (int i = 0; i < 20; ++i) others.emplace_back(server->port());
  EXPECT_EQ(http_call(server->port(), "GET", "/").response.body, "here");
}

TEST(HttpServer, MakesRoomByClosingConnectionsThatAreSilent) {
  HttpServerOptions options;
  options.max_connections = 4;
  options.idle_timeout_s = 1;
  const auto server =
      serve([](const HttpRequest&, const std::string&) { return text_reply("here"); }, options);
  std::vector<HalfRequest> others;
  for (int i = 0; i < 4; ++i) others.emplace_back(server->port());
  SystemClock clock;
  const milliseconds start = clock.since_boot();
  EXPECT_EQ(http_call(server->port(), "GET", "/").response.body, "here");
  EXPECT_GE(clock.since_boot() - start, milliseconds(500));  // it had to wait for room
}

TEST(HttpServer, RefusesHeadersThatAreTooLarge) {
  std::atomic<int> handled = 0;
  const auto server = serve([&](const HttpRequest&, const std::string&) {
    ++handled;
    return text_reply("");
  });
  const RawReply reply =
      http_call(server->port(), "GET", "/", {{"X-Long", std::string(200000, 'x')}});
  EXPECT_NE(reply.response.status, 200);
  EXPECT_EQ(handled, 0);
}

TEST(HttpServer, SaysWhyAPortCannotBeOpened) {
  const auto server = serve([](const HttpRequest&, const std::string&) { return text_reply(""); });
  HttpServerOptions taken;
  taken.port = server->port();
  const auto second =
      HttpServer::start(taken, [](const HttpRequest&, const std::string&) { return HttpReply{}; });
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(second.error().message,
            "can't listen on 127.0.0.1:" + std::to_string(server->port()) +
                ": Address already in use; choose another port, or 0 for any free one");
}

TEST(ListenAddress, IsAnAddressAndAPort) {
  const auto v4 = parse_listen_address("127.0.0.1:9464");
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 9464);
  const auto v6 = parse_listen_address("[::1]:0");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, 0);
}

TEST(ListenAddress, RefusesAnythingElse) {
  for (const char* bad : {"", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                          "127.0.0.1:70000", "127.0.0.1:-1"}) {
    EXPECT_FALSE(parse_listen_address(bad).has_value()) << bad;
  }
}

TEST(ListenAddress, OfANameIsRefusedWithAnExample) {
  HttpServerOptions options;
  options.host = "localhost";
  const auto server = HttpServer::start(
      options, [](const HttpRequest&, const std::string&) { return HttpReply{}; });
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(
      server.error().message,
      "\"localhost\" is not an IP address to listen on: write one such as 127.0.0.1 or [::1]");
}

}  // namespace
}  // namespace keytide
