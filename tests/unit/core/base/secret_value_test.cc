#include "core/base/secret_value.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <type_traits>

#include "core/base/fingerprint.h"

namespace keytide {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<SecretValue>);
static_assert(!std::is_copy_assignable_v<SecretValue>);
static_assert(!Streamable<SecretValue>);
static_assert(!fmt::is_formattable<SecretValue>::value);
static_assert(!std::is_convertible_v<SecretValue, std::string>);

constexpr const char* kPlaintext = "mdb_sa_sk_0123456789abcdefghijklmnopqrstuvwxyzABCD";

TEST(SecretValue, MovesAndLeavesNothingBehind) {
  SecretValue first{std::string_view(kPlaintext)};
  SecretValue second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
  EXPECT_EQ(second.reveal(), kPlaintext);
}

TEST(SecretValue, ShowsItsLastFourCharactersAsAtlasDoes) {
  EXPECT_EQ(masked(SecretValue(std::string_view(kPlaintext))), "mdb_sa_sk_...ABCD");
  EXPECT_EQ(masked(SecretValue(std::string_view("short"))), "...");
}

TEST(Fingerprint, IsTheSameForTheSameValueAndKeyAlone) {
  const FingerprintKey key = make_fingerprint_key();
  const SecretValue value{std::string_view(kPlaintext)};
  EXPECT_EQ(fingerprint_of(value, key), fingerprint_of(kPlaintext, key));
  EXPECT_NE(fingerprint_of("another", key), fingerprint_of(kPlaintext, key));
  EXPECT_NE(fingerprint_of(value, make_fingerprint_key()), fingerprint_of(value, key));
  EXPECT_EQ(fingerprint_of(value, key).str().size(), 32U);
}

TEST(Fingerprint, HashesAreThePublishedOnes) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace keytide
