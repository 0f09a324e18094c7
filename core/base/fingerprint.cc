#include "core/base/fingerprint.h"

#include <sodium.h>

#include <array>
#include <vector>

#include "core/base/check.h"

namespace keytide {
namespace {

using Bytes = unsigned char;

const Bytes* bytes_of(std::string_view text) { return reinterpret_cast<const Bytes*>(text.data()); }

std::string hex(const Bytes* bytes, std::size_t size) {
  std::string out(size * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, size);
  out.pop_back();
  return out;
}

}  // namespace

FingerprintKey make_fingerprint_key() { return FingerprintKey(random_hex(32)); }

Fingerprint fingerprint_of(std::string_view value, const FingerprintKey& key) {
  std::array<Bytes, 16> digest{};
  CHECK(crypto_generichash(digest.data(), digest.size(), bytes_of(value), value.size(),
                           bytes_of(key.str()), key.str().size()) == 0,
        "a fingerprint key has 16 to 64 characters");
  return Fingerprint(hex(digest.data(), digest.size()));
}

Fingerprint fingerprint_of(const SecretValue& value, const FingerprintKey& key) {
  return fingerprint_of(value.reveal(), key);
}

std::string sha256_hex(std::string_view bytes) {
  std::array<Bytes, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), bytes_of(bytes), bytes.size());
  return hex(digest.data(), digest.size());
}

std::uint64_t stable_hash(std::string_view text) {
  std::array<Bytes, 16> digest{};
  crypto_generichash(digest.data(), digest.size(), bytes_of(text), text.size(), nullptr, 0);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | digest[i];
  return out;
}

std::string random_hex(std::size_t bytes) {
  CHECK(sodium_init() >= 0, "libsodium starts");
  std::vector<Bytes> random(bytes);
  randombytes_buf(random.data(), random.size());
  return hex(random.data(), random.size());
}

}  // namespace keytide
