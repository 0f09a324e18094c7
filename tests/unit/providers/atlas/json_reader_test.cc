#include "providers/atlas/json_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace keytide {
namespace {

bool is_accepted(const std::string& text) {
  JsonReader json(text);
  json.skip();
  return json.finish();
}

TEST(JsonReader, WalksAnObject) {
  JsonReader json(
      R"( {"id": "abc", "n": -12, "yes": true, "none": null, "list": [1, "two", {}]} )");
  std::string id;
  std::int64_t n = 0;
  bool yes = false;
  bool none = false;
  int elements = 0;
  json.begin_object();
  while (const auto key = json.next_key()) {
    if (*key == "id") {
      id = json.text();
    } else if (*key == "n") {
      n = json.integer();
    } else if (*key == "yes") {
      yes = json.boolean();
    } else if (*key == "none") {
      none = json.null();
    } else {
      json.begin_array();
      for (; json.next_element(); ++elements) json.skip();
    }
  }
  EXPECT_TRUE(json.finish());
  EXPECT_EQ(id, "abc");
  EXPECT_EQ(n, -12);
  EXPECT_TRUE(yes);
  EXPECT_TRUE(none);
  EXPECT_EQ(elements, 3);
}

TEST(JsonReader, DecodesEveryEscape) {
  JsonReader json(R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00z")");
  EXPECT_EQ(json.text(), "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
  EXPECT_TRUE(json.finish());
}

TEST(JsonReader, AStringWithoutEscapesIsAViewIntoTheText) {
  const std::string text = R"("mdb_sa_sk_abc")";
  JsonReader json(text);
  EXPECT_EQ(json.text().data(), text.data() + 1);
}

TEST(JsonReader, AWrongTypeIsAMistakeThatStays) {
  JsonReader json(R"({"a": 1, "b": "x"})");
  json.begin_object();
  while (const auto key = json.next_key()) json.text();
  EXPECT_TRUE(json.failed());
  EXPECT_FALSE(json.finish());
  EXPECT_EQ(json.peek(), JsonReader::Type::end);
}

TEST(JsonReader, RefusesIntegersThatDoNotFit) {
  for (const char* text : {"9223372036854775808", "1.5", "1e3"}) {
    JsonReader json(text);
    json.integer();
    EXPECT_TRUE(json.failed()) << text;
  }
  JsonReader json("-9223372036854775808");
  EXPECT_EQ(json.integer(), INT64_MIN);
}

TEST(JsonReader, DeepNestingIsRefusedInsteadOfOverflowingTheStack) {
  EXPECT_TRUE(is_accepted(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(is_accepted(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(is_accepted(std::string(1'000'000, '[')));
}

// nlohmann's parser is the judge of what is JSON.
TEST(JsonReader, AgreesWithAnotherParserAboutWhatIsJson) {
  const std::vector<std::string> texts = {"",
                                          " ",
                                          "{}",
                                          "[]",
                                          "[,]",
                                          "[1,]",
                                          "[1 2]",
                                          "{\"a\"}",
                                          "{\"a\":}",
                                          "{\"a\":1,}",
                                          "{a:1}",
                                          "{\"a\":1 \"b\":2}",
                                          "nul",
                                          "null",
                                          "nullx",
                                          "true",
                                          "tru",
                                          "false",
                                          "01",
                                          "-01",
                                          "-",
                                          "-0",
                                          "0",
                                          "1.",
                                          ".5",
                                          "1.5",
                                          "1e",
                                          "1e+",
                                          "1e+5",
                                          "1E-5",
                                          "+1",
                                          "0x1",
                                          "\"",
                                          "\"\\\"",
                                          "\"\\x\"",
                                          "\"\\u12\"",
                                          "\"\\u12g4\"",
                                          "\"\\ud800\"",
                                          "\"\\udc00\"",
                                          "\"\\ud800\\u0041\"",
                                          "\"\\ud83d\\ude00\"",
                                          "\"\t\"",
                                          "\"\x01\"",
                                          "\"\x7f\"",
                                          "\"\xc3\xa9\"",
                                          "\"\xc3\"",
                                          "\"\xc0\x80\"",
                                          "\"\xe0\x80\x80\"",
                                          "\"\xed\xa0\x80\"",
                                          "\"\xf4\x90\x80\x80\"",
                                          "\"\xf0\x9f\x98\x80\"",
                                          "\"\xff\"",
                                          "\"\xf0\x80\x80\x80\"",
                                          "{} {}",
                                          "[1]x",
                                          "\xef\xbb\xbf{",
                                          "{\"a\":{\"b\":[1,{\"c\":null}]}}",
                                          "[\"a\",]",
                                          "{,}",
                                          "[}",
                                          "{]",
                                          "\v1",
                                          "1\f"};
  for (const std::string& text : texts) {
    EXPECT_EQ(is_accepted(text), nlohmann::json::accept(text)) << text;
  }
}

TEST(JsonReader, EveryCutOffAndEveryFlippedByteIsJudgedAsTheOtherParserDoes) {
  const std::string good =
      R"({"results":[{"clientId":"a\u00e9\n","n":-1.5e3,"secrets":[{"id":"x","lastUsedAt":null}]}],)"
      R"("ok":true,"totalCount":10})";
  ASSERT_TRUE(is_accepted(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(is_accepted(good.substr(0, i))) << i;
    for (const char c : {'"', '\\', '{', ']', ',', ':', '0', ' ', '\x80', '\n', 'e', '-'}) {
      std::string bad = good;
      bad[i] = c;
      EXPECT_EQ(is_accepted(bad), nlohmann::json::accept(bad)) << bad;
    }
  }
}

}  // namespace
}  // namespace keytide
