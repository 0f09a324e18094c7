#include "providers/atlas/api_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keytide {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Case {
  int status;
  const char* body;
  ErrorKind kind;
  const char* says;
};

TEST(ToError, NamesStatusCodeReasonAndWayOut) {
  const Case cases[] = {
      {403,
       R"({"error": 403, "errorCode": "IP_ADDRESS_NOT_ON_ACCESS_LIST",
           "detail": "IP address 1.2.3.4 is not allowed to access this resource."})",
       ErrorKind::denied,
       "Atlas answered 403 IP_ADDRESS_NOT_ON_ACCESS_LIST: IP address 1.2.3.4 is not allowed to "
       "access this resource; add this machine's address to the API access list"},
      {401, R"({"error": 401, "errorCode": "NOT_ORG_OWNER"})", ErrorKind::denied,
       "needs the role Organization Owner"},
      {401, R"({"error": "invalid_client", "error_description": "Invalid credentials provided."})",
       ErrorKind::denied, "the client id or its secret is wrong, expired or deleted"},
      {403, R"({"error": "access_denied"})", ErrorKind::rate_limited, "100 active tokens"},
      {404, R"({"error": 404, "errorCode": "ORG_NOT_FOUND"})", ErrorKind::not_found,
       "check the id of the org or project"},
      {405, R"({"error": 405, "errorCode": "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"})",
       ErrorKind::unavailable, "takes no changes at the moment"},
      {402, R"({"error": 402, "errorCode": "ACCOUNT_SUSPENDED"})", ErrorKind::denied, "suspended"},
      {406, R"({"error": 406, "errorCode": "INVALID_VERSION_DATE"})", ErrorKind::unsupported,
       "atlas.base_url"},
      {409, R"({"error": 409, "errorCode": "DATA_CONCURRENCY_ERROR"})", ErrorKind::conflict,
       "try again"},
      {503, "<html>", ErrorKind::unavailable, "Atlas answered 503; Atlas has a problem"},
      {302, "", ErrorKind::unavailable, "atlas.base_url: it redirects"},
      {400,
       R"({"error": 400, "errorCode": "VALIDATION_ERROR",
           "badRequestDetail": {"fields": [{"field": "secretExpiresAfterHours",
                                            "description": "too big"}]}})",
       ErrorKind::invalid, "secretExpiresAfterHours: too big"},
  };
  for (const Case& one : cases) {
    const Error error = to_error({one.status, {}, one.body}, "while testing");
    EXPECT_EQ(error.kind, one.kind) << error.text();
    EXPECT_THAT(error.message, HasSubstr(one.says));
    EXPECT_EQ(error.context.back(), "while testing");
  }
}

TEST(ToError, TakesTheCodeFromTheHeaderWhereThereIsNoBody) {
  const Error error = to_error({401, {{"x-error-code", "USER_UNAUTHORIZED"}}, ""}, "");
  EXPECT_THAT(error.message, HasSubstr("401 USER_UNAUTHORIZED"));
}

TEST(ToError, SaysWhenToAskAgain) {
  const Error error = to_error({429, {{"Retry-After", "17"}}, ""}, "");
  EXPECT_EQ(error.kind, ErrorKind::rate_limited);
  EXPECT_THAT(error.message, HasSubstr("in 17 s"));
}

TEST(ToError, KeepsTheRequestIdForASupportCase) {
  const Error error = to_error({500, {{"X-Request-Id", "abc-1"}}, ""}, "while testing");
  EXPECT_THAT(error.text(), HasSubstr("(request id abc-1; while testing)"));
}

TEST(ToError, ShowsNeitherSecretsNorControlCharactersNorPagesOfText) {
  const Error secret = to_error(
      {400, {}, R"({"errorCode": "X", "detail": "bad \u001b[2J mdb_sa_sk_abc-DEF_1 value"})"}, "");
  EXPECT_THAT(secret.text(), Not(HasSubstr("abc-DEF_1")));
  EXPECT_THAT(secret.text(), HasSubstr("(sensitive value) value"));
  const Error token = to_error(
      {401, {}, R"({"errorCode": "X", "detail": "token eyJhbGciOi.eyJzdWI.c2ln-_x is bad"})"}, "");
  EXPECT_THAT(token.text(), HasSubstr("token (sensitive value) is bad"));
  EXPECT_THAT(token.text(), Not(HasSubstr("c2ln")));
  EXPECT_THAT(secret.text(), Not(HasSubstr("\x1b")));
  const std::string page = R"({"errorCode": "X", "detail": ")" + std::string(5000, 'x') + "\"}";
  EXPECT_LT(to_error({400, {}, page}, "").text().size(), 500U);
}

TEST(RetryAfter, IsAbsentUnlessItIsANumberOfSeconds) {
  EXPECT_EQ(retry_after_of({429, {{"Retry-After", "5"}}, ""}), Seconds(5));
  for (const char* text : {"", "-1", "soon", "5s", "Mon, 23 Nov 2026 20:47:46 GMT"}) {
    EXPECT_EQ(retry_after_of({429, {{"Retry-After", text}}, ""}), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace keytide
