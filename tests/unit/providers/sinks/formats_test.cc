#include "providers/sinks/formats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "providers/sinks/flat_json.h"
#include "providers/system/child_process.h"
#include "tests/unit/providers/sinks/sink_fixture.h"

namespace keytide {
namespace {

std::string render(FileFormat format, std::string_view value, const std::string& address = "a") {
  const SecretValue secret(value);
  Payload payload = payload_of(secret, 3);
  payload.address = Address(address);
  return render_content(format, payload).value();
}

ParsedContent parse(FileFormat format, std::string& content) {
  return parse_content(format, std::span(content.data(), content.size()));
}

std::string value_in(FileFormat format, std::string content) {
  return std::string(parse(format, content).value);
}

TEST(RawFormat, IsTheValueAndNoNewline) {
  EXPECT_EQ(render(FileFormat::raw, kNewValue), kNewValue);
  EXPECT_EQ(value_in(FileFormat::raw, "any\nthing"), "any\nthing");
}

TEST(EnvFormat, IsAStampAndTwoAssignments) {
  EXPECT_EQ(render(FileFormat::env, kNewValue, "billing-exporter"),
            "# keytide address=billing-exporter client_id=mdb_sa_id_1234567890abcdef12345678 "
            "secret_id=65f0c0ffee00000000000003 generation=3 created_at=2026-11-23T20:00:00Z "
            "expires_at=2027-02-21T20:00:00Z\n"
            "MONGODB_ATLAS_CLIENT_ID=mdb_sa_id_1234567890abcdef12345678\n"
            "MONGODB_ATLAS_CLIENT_SECRET=mdb_sa_sk_NEWdefghijklmnopqrstuvwxyz0123456789WXYZ\n");
}

TEST(EnvFormat, IsSourcedByAShell) {
  const TempFolder folder;
  folder.write("atlas.env",
               render(FileFormat::env, kNewValue, "a; touch /tmp/x\nreboot $(id) `id`"));
  ChildRequest request;
  request.command = {"sh", "-euc",
                     ". \"$1\"; echo \"$MONGODB_ATLAS_CLIENT_ID $MONGODB_ATLAS_CLIENT_SECRET\"",
                     "sh", folder.file("atlas.env")};
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  const ChildResult result = run_child(request).value();
  EXPECT_EQ(result.output, "mdb_sa_id_1234567890abcdef12345678 " + std::string(kNewValue) + "\n");
  EXPECT_EQ(result.errors, "");
}

TEST(EnvFormat, KeepsAnyAddressInOneWordOfTheComment) {
  const std::string content =
      render(FileFormat::env, kNewValue, "a b\nMONGODB_ATLAS_CLIENT_SECRET=x%");
  EXPECT_TRUE(content.starts_with("# keytide address=a%20b%0AMONGODB_ATLAS_CLIENT_SECRET=x%25 "));
  EXPECT_EQ(value_in(FileFormat::env, content), kNewValue);
}

TEST(EnvFormat, RefusesAValueThatWouldNeedQuotes) {
  for (const char* value : {"a b", "a'b", "a\"b", "a$b", "a\nb", "a#b", "a\\b", "a;b", "~a"}) {
    const SecretValue secret{std::string_view(value)};
    const auto content = render_content(FileFormat::env, payload_of(secret, 1));
    ASSERT_FALSE(content.has_value()) << value;
    EXPECT_NE(content.error().message.find("use `format: json`"), std::string::npos);
  }
}

TEST(EnvFormat, IsReadWithOtherLinesBesideAndWindowsLineEnds) {
  EXPECT_EQ(value_in(FileFormat::env,
                     "# by hand\r\nPORT=1\r\nMONGODB_ATLAS_CLIENT_ID=i\r\n"
                     "MONGODB_ATLAS_CLIENT_SECRET=s\r\n"),
            "s");
}

TEST(EnvFormat, ShowsNoValueWhereItIsAmbiguous) {
  const std::string good = render(FileFormat::env, kNewValue);
  EXPECT_EQ(value_in(FileFormat::env, good), kNewValue);
  EXPECT_EQ(value_in(FileFormat::env, good + "MONGODB_ATLAS_CLIENT_SECRET=other\n"), "");
  EXPECT_EQ(value_in(FileFormat::env, good + "MONGODB_ATLAS_CLIENT_ID=other\n"), "");
  EXPECT_EQ(value_in(FileFormat::env, "MONGODB_ATLAS_CLIENT_SECRET=s\n"), "");
  EXPECT_EQ(
      value_in(FileFormat::env, "MONGODB_ATLAS_CLIENT_ID=i\nMONGODB_ATLAS_CLIENT_SECRET=\"s\"\n"),
      "");
  std::string other_id = good;
  other_id.replace(other_id.rfind("mdb_sa_id_1"), 11, "mdb_sa_id_9");
  EXPECT_EQ(value_in(FileFormat::env, other_id), "");
}

TEST(EnvFormat, ReadsTheGenerationOfTheFirstStampAlone) {
  std::string content = render(FileFormat::env, kNewValue);
  EXPECT_EQ(parse(FileFormat::env, content).generation, 3);
  for (const char* bad : {"generation=", "generation=-3", "generation=3x", "generations=3"}) {
    std::string text = "# keytide client_id=i " + std::string(bad) + "\n";
    EXPECT_EQ(parse(FileFormat::env, text).generation, std::nullopt) << bad;
  }
}

TEST(JsonFormat, IsOneObjectThatAnyParserReads) {
  const auto object = nlohmann::json::parse(render(FileFormat::json, "a\"b\\c\x01\n/é", "x\"y"));
  EXPECT_EQ(object, (nlohmann::json{{"client_id", "mdb_sa_id_1234567890abcdef12345678"},
                                    {"client_secret", "a\"b\\c\x01\n/é"},
                                    {"secret_id", "65f0c0ffee00000000000003"},
                                    {"address", "x\"y"},
                                    {"generation", 3},
                                    {"created_at", "2026-11-23T20:00:00Z"},
                                    {"expires_at", "2027-02-21T20:00:00Z"}}));
}

TEST(JsonFormat, ReadsBackWhatItWroteAndWhatOthersReformatted) {
  const std::string written = render(FileFormat::json, "a\"b\\c\x01\n/é");
  EXPECT_EQ(value_in(FileFormat::json, written), "a\"b\\c\x01\n/é");
  EXPECT_EQ(value_in(FileFormat::json, nlohmann::json::parse(written).dump()), "a\"b\\c\x01\n/é");
  std::string compact = R"({"generation":7,"client_secret":"s\u0041","client_id":"i"})";
  const ParsedContent shown = parse(FileFormat::json, compact);
  EXPECT_EQ(shown.value, "sA");
  EXPECT_EQ(shown.client_id, "i");
  EXPECT_EQ(shown.generation, 7);
}

TEST(JsonFormat, ShowsNoValueForAnythingElse) {
  for (const char* text :
       {"", "{", "{}", "[]", "null", R"({"client_secret":"s"})",
        R"({"client_id":"i","client_secret":"s")", R"({"client_id":"i","client_secret":"s"} x)",
        R"({"client_id":"i","client_secret":"s","client_secret":"t"})",
        R"({"client_id":"i","client_secret":5})", R"({"client_id":"i","client_secret":{"a":"s"}})",
        R"({"client_id":"i","client_secret":"s",})", R"({"client_id":"i" "client_secret":"s"})",
        R"({"client_id":"i","client_secret":"\q"})",
        R"({"client_id":"i","client_secret":"\u00e9"})",
        R"({"client_id":"i","client_secret":"\u12"})",
        "{\"client_id\":\"i\",\"client_secret\":\"s\n\"}",
        R"({"client_id":"i","client_secret":")"}) {
    EXPECT_EQ(value_in(FileFormat::json, text), "") << text;
  }
}

TEST(Formats, RefuseAnEmptyAndAnOverlongValue) {
  for (const FileFormat format : {FileFormat::raw, FileFormat::env, FileFormat::json}) {
    const SecretValue empty;
    EXPECT_FALSE(render_content(format, payload_of(empty, 1)).has_value());
    const SecretValue longest{std::string(512, '\x01')};
    const SecretValue too_long{std::string(513, 'x')};
    EXPECT_FALSE(render_content(format, payload_of(too_long, 1)).has_value());
    if (format == FileFormat::env) continue;
    EXPECT_LE(render_content(format, payload_of(longest, 1)).value().size(), kContentBytesMax);
  }
}

}  // namespace
}  // namespace keytide
