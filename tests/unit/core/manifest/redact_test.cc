#include "core/manifest/redact.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

// The last line of a text, as it would be shown.
std::string last_line(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t newline = text.find('\n');
    lines.push_back(text.substr(0, newline));
    if (newline == std::string_view::npos) break;
    text.remove_prefix(newline + 1);
  }
  return shown_line(lines, static_cast<int>(lines.size()));
}

TEST(Redact, KnowsTheKeysOfCredentials) {
  for (const char* key : {"client_secret", "private_key", "privateKey", "access_token", "PASSWORD",
                          "db-password", "api_key", "token", "secret", "passphrase"}) {
    EXPECT_TRUE(is_credential_key(key)) << key;
  }
  for (const char* key : {"secrets", "client_id", "public_key", "path", "owner", "credentials"}) {
    EXPECT_FALSE(is_credential_key(key)) << key;
  }
}

TEST(Redact, KnowsWhatASecretLooksLike) {
  for (const char* text : {"mdb_sa_sk_abc", "x=mdb_sa_sk_abc", "-----BEGIN PRIVATE KEY-----",
                           "Zq3Yt8Lw0PvRk5Nd7XsHc2Bm", "https://me:pw@example.com/"}) {
    EXPECT_TRUE(looks_secret(text)) << text;
  }
  for (const char* text :
       {"mdb_sa_id_1234567890ABCDEF12345678", "32b6e34b3d91647abb20e7b8",
        "32B6e34b3d91647abb20e7b8", "/run/Billing-Exporter-Production-01/atlas.env",
        "https://cloud.mongodb.com/", "team-billing"}) {
    EXPECT_FALSE(looks_secret(text)) << text;
  }
}

TEST(Redact, QuotesCutsAndEscapesATextInAMessage) {
  EXPECT_EQ(shown("a\nb"), "\"a\\x0ab\"");
  EXPECT_EQ(shown("\xff"), "\"\\xff\"");
  EXPECT_EQ(shown("ä"), "\"ä\"");
  EXPECT_EQ(shown(std::string(200, 'a')), "\"" + std::string(80, 'a') + "…\"");
  EXPECT_EQ(shown("mdb_sa_sk_abc"), "(sensitive value)");
}

TEST(Redact, HidesTheValueOfACredentialsKeyInALine) {
  EXPECT_EQ(last_line("  client_secret: hunter2"), "  client_secret: (sensitive value)");
  EXPECT_EQ(last_line("  \"password\" : hunter2"), "  \"password\" : (sensitive value)");
  EXPECT_EQ(last_line("a: {token: hunter2, b: 1}"), "a: {token: (sensitive value)");
  EXPECT_EQ(last_line("client_secret: {value: hunter2}"), "client_secret: (sensitive value)");
  EXPECT_EQ(last_line("x: https://me:hunter2@host/"), "x: https://(sensitive value)@host/");
  EXPECT_EQ(last_line("x: mdb_sa_sk_abc # y"), "x: (sensitive value) # y");
}

TEST(Redact, ShowsWhereACredentialLies) {
  EXPECT_EQ(last_line("client_secret: {file: client_secret}"),
            "client_secret: {file: client_secret}");
  EXPECT_EQ(last_line("client_secret:\n  env: NAME"), "  env: NAME");
  EXPECT_EQ(last_line("secrets:\n  a: b"), "  a: b");
}

TEST(Redact, HidesWhatBelongsToACredentialOnALineBefore) {
  EXPECT_EQ(last_line("client_secret:\n  hunter2"), "  (sensitive value)");
  EXPECT_EQ(last_line("client_secret:\n\n  # why\n  hunter2"), "  (sensitive value)");
  EXPECT_EQ(last_line("client_secret: |\n  one\n  hunter2: x"), "  (sensitive value)");
  EXPECT_EQ(last_line("client_secret: \"one\nhunter2"), "(sensitive value)");
  EXPECT_EQ(last_line("- token:\n    value: hunter2"), "    (sensitive value)");
  EXPECT_EQ(last_line("token:\n  file: a\nowner: me"), "owner: me");
}

}  // namespace
}  // namespace keytide
