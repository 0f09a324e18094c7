#include "providers/http/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keytide {
namespace {

TEST(Endpoint, ReadsSchemeHostAndOrigin) {
  const auto endpoint = parse_endpoint("https://Cloud.MongoDB.com/api/atlas/v2/orgs?pageNum=1");
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_TRUE(endpoint->tls);
  EXPECT_EQ(endpoint->host, "cloud.mongodb.com");
  EXPECT_EQ(endpoint->origin, "https://cloud.mongodb.com");
  EXPECT_FALSE(endpoint->loopback);
}

TEST(Endpoint, KnowsLoopbackInAllItsForms) {
  for (const char* url : {"http://127.0.0.1:8080/x", "http://127.8.9.10", "http://localhost:1",
                          "http://LOCALHOST/", "http://[::1]:8080/x"}) {
    EXPECT_TRUE(parse_secure_endpoint(url).has_value()) << url;
  }
}

TEST(Endpoint, RefusesUnencryptedHttpToAnyOtherHost) {
  for (const char* url :
       {"http://cloud.mongodb.com/", "http://127.0.0.1.example.com/", "http://1270.0.0.1/",
        "http://127.1/", "http://localhost.example.com/", "http://[::2]/", "http://10.0.0.1/",
        "http://127.0.0.256/", "http://0.0.0.0/"}) {
    const auto endpoint = parse_secure_endpoint(url);
    ASSERT_FALSE(endpoint.has_value()) << url;
    EXPECT_EQ(endpoint.error().kind, ErrorKind::refused) << url;
    EXPECT_THAT(endpoint.error().message, testing::HasSubstr("https://")) << url;
  }
}

TEST(Endpoint, RefusesWhatParsersDisagreeAbout) {
  for (const char* url : {"", "cloud.mongodb.com", "ftp://cloud.mongodb.com/", "https://",
                          "https:///x", "https://a b/", "https://a\\@b/", "https://a:b/",
                          "https://a:99999/", "https://[::1/", "https://a\n/", "https://\xc3\xa9/",
                          "https://a:1:2/", "http://127.0.0.1#@cloud.mongodb.com:80:80/x y"}) {
    const auto endpoint = parse_endpoint(url);
    ASSERT_FALSE(endpoint.has_value()) << url;
    EXPECT_EQ(endpoint.error().kind, ErrorKind::invalid) << url;
  }
}

TEST(Endpoint, NeverShowsAPasswordThatStandsInTheUrl) {
  const auto endpoint = parse_endpoint("https://user:hunter2@cloud.mongodb.com/");
  ASSERT_FALSE(endpoint.has_value());
  EXPECT_THAT(endpoint.error().text(), testing::Not(testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace keytide
