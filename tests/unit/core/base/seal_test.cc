#include "core/base/seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keytide {
namespace {

const SecretValue& key() {
  static const SecretValue value{std::string_view("0123456789abcdef0123456789abcdef")};
  return value;
}

TEST(Seal, GivesBackWhatWasSealed) {
  for (const std::string& text : {std::string(), std::string("mdb_sa_sk_0123456789abcdef"),
                                  std::string(4096, 'x'), std::string("\0\n\xff", 3)}) {
    const std::string sealed = seal(SecretValue(text), key()).value();
    EXPECT_EQ(unseal(sealed, key()).value().reveal(), text);
  }
}

TEST(Seal, ShowsNothingOfTheValueAndIsNeverTwiceTheSame) {
  const SecretValue value{std::string_view("mdb_sa_sk_0123456789abcdef")};
  const std::string one = seal(value, key()).value();
  EXPECT_NE(one, seal(value, key()).value());
  EXPECT_EQ(one.find("mdb_sa"), std::string::npos);
  EXPECT_EQ(one.find("bWRiX3"), std::string::npos);  // the same in base64
}

TEST(Seal, NamesItsKeyAndIsRefusedByAnother) {
  const std::string sealed = seal(SecretValue("value"), key()).value();
  EXPECT_EQ(key_id_of(sealed), seal_key_id(key()));
  const SecretValue other = make_seal_key();
  EXPECT_NE(key_id_of(sealed), seal_key_id(other));
  EXPECT_EQ(unseal(sealed, other).error().kind, ErrorKind::denied);
}

TEST(Seal, EveryAlteredByteIsFound) {
  const std::string sealed = seal(SecretValue("a value"), key()).value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(unseal(altered, key()).has_value()) << i;
    EXPECT_FALSE(unseal(sealed.substr(0, i), key()).has_value()) << i;
  }
}

TEST(Seal, AShortKeyIsRefusedWithAWayOut) {
  const auto refused = seal(SecretValue("value"), SecretValue("short"));
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("openssl rand -hex 32"), std::string::npos);
}

TEST(Seal, WhatIsNotSealedHasNoKey) {
  for (const char* text : {"", "s1:", "s1:0123", "s2:0123456789abcdef:AAAA", "plain"}) {
    EXPECT_EQ(key_id_of(text), "") << text;
    EXPECT_FALSE(unseal(text, key()).has_value()) << text;
  }
}

}  // namespace
}  // namespace keytide
