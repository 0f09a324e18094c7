#include "cmd/keytide/daemon/pages.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

const PageContent kContent{
    [] {
      return HealthReply{true, "ok\n"};
    },
    [](Detail detail) {
      return HealthReply{false, detail == Detail::brief ? "brief\n" : "verbose\n"};
    },
    [] { return std::string("keytide_ready 1\n"); }};

HttpRequest get(const std::string& url, std::vector<Header> headers = {{"Host", "localhost"}}) {
  HttpRequest out;
  out.url = url;
  out.headers = std::move(headers);
  return out;
}

PageRules with_token() {
  PageRules rules;
  rules.address = "0.0.0.0";
  rules.is_loopback = false;
  rules.token = SecretValue("0123456789abcdef");
  return rules;
}

TEST(Pages, AreMetricsHealthAndAnIndex) {
  const HttpResponse metrics = page(get("/metrics"), {}, kContent);
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.body, "keytide_ready 1\n");
  EXPECT_EQ(find_header(metrics.headers, "Content-Type"),
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(page(get("/livez"), {}, kContent).status, 200);
  EXPECT_EQ(page(get("/readyz"), {}, kContent).status, 503);
  EXPECT_EQ(page(get("/readyz"), {}, kContent).body, "brief\n");
  EXPECT_EQ(page(get("/readyz?verbose"), {}, kContent).body, "verbose\n");
  EXPECT_EQ(page(get("/readyz?a=b&verbose=1"), {}, kContent).body, "verbose\n");
  EXPECT_EQ(page(get("/readyz?verbosely"), {}, kContent).body, "brief\n");
  EXPECT_NE(page(get("/"), {}, kContent).body.find("/metrics"), std::string::npos);
  EXPECT_EQ(page(get("/metrics/"), {}, kContent).status, 404);
}

TEST(Pages, AreReadAndNothingElse) {
  HttpRequest request = get("/metrics");
  request.method = "HEAD";
  EXPECT_EQ(page(request, {}, kContent).status, 200);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    request.method = method;
    const HttpResponse response = page(request, {}, kContent);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(find_header(response.headers, "Allow"), "GET, HEAD");
  }
}

TEST(Pages, OnLoopbackTheHostMustBeThisOne) {
  for (const char* host :
       {"127.0.0.1:9464", "127.0.0.1", "LOCALHOST:9464", "[::1]:9464", "localhost"}) {
    EXPECT_EQ(page(get("/livez", {{"Host", host}}), {}, kContent).status, 200) << host;
  }
  for (const char* host : {"evil.example", "evil.example:9464", "127.0.0.1.evil.example",
                           "localhost.evil.example", "", "[", "[::1", "[::1].evil.example"}) {
    EXPECT_EQ(page(get("/livez", {{"Host", host}}), {}, kContent).status, 403) << host;
  }
  EXPECT_EQ(page(get("/livez", {}), {}, kContent).status, 403);
  const PageRules beyond = with_token();
  EXPECT_EQ(page(get("/livez", {{"Host", "keytide.example"}}), beyond, kContent).status, 200);
}

TEST(Pages, MetricsAndDetailsAskForTheTokenAndProbesDoNot) {
  const PageRules rules = with_token();
  EXPECT_EQ(page(get("/livez"), rules, kContent).status, 200);
  EXPECT_EQ(page(get("/readyz"), rules, kContent).body, "brief\n");
  for (const char* path : {"/metrics", "/readyz?verbose"}) {
    const HttpResponse bare = page(get(path), rules, kContent);
    EXPECT_EQ(bare.status, 401) << path;
    EXPECT_EQ(find_header(bare.headers, "WWW-Authenticate"), "Bearer realm=\"keytide\"");
    EXPECT_EQ(bare.body.find("0123456789abcdef"), std::string::npos);
    for (const char* wrong : {"Bearer ", "Bearer 0123456789abcdeF", "Bearer 0123456789abcdef0",
                              "Basic 0123456789abcdef", "0123456789abcdef"}) {
      EXPECT_EQ(page(get(path, {{"Authorization", wrong}}), rules, kContent).status, 401) << wrong;
    }
    EXPECT_NE(
        page(get(path, {{"Authorization", "Bearer 0123456789abcdef"}}), rules, kContent).status,
        401);
  }
}

}  // namespace
}  // namespace keytide
