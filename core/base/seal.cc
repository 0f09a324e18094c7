#include "core/base/seal.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <vector>

#include "core/base/check.h"
#include "core/base/fingerprint.h"

namespace keytide {
namespace {

using Bytes = unsigned char;

constexpr std::string_view kFormat = "s1:";
constexpr std::size_t kKeyCharactersMin = 32;
constexpr std::size_t kIdCharacters = 16;
constexpr std::size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;

const Bytes* bytes_of(std::string_view text) { return reinterpret_cast<const Bytes*>(text.data()); }

// The key of the cipher, wiped when it goes.
class CipherKey {
 public:
  explicit CipherKey(const SecretValue& key) {
    const std::string_view text = key.reveal();
    crypto_generichash(bytes_.data(), bytes_.size(), bytes_of(text), text.size(), nullptr, 0);
  }
  CipherKey(const CipherKey&) = delete;
  CipherKey& operator=(const CipherKey&) = delete;
  ~CipherKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

  const Bytes* data() const { return bytes_.data(); }
  // A digest of the derived key, which can't be turned back.
  std::string id() const {
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    return sha256_hex(text).substr(0, kIdCharacters);
  }

 private:
  std::array<Bytes, crypto_secretbox_KEYBYTES> bytes_{};
};

std::string base64(const std::vector<Bytes>& bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.pop_back();  // its NUL
  return out;
}

std::vector<Bytes> from_base64(std::string_view text) {
  std::vector<Bytes> out(text.size());
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr,
                                       &size, &end, sodium_base64_VARIANT_ORIGINAL);
  out.resize(failed == 0 && end == text.data() + text.size() ? size : 0);
  return out;
}

}  // namespace

SecretValue make_seal_key() {
  std::string text = random_hex(32);
  SecretValue key(text);
  wipe(text);
  return key;
}

std::string seal_key_id(const SecretValue& key) { return CipherKey(key).id(); }

Result<std::string> seal(const SecretValue& value, const SecretValue& key) {
  CHECK(sodium_init() >= 0, "libsodium starts");
  if (key.size() < kKeyCharactersMin) {
    return fail(ErrorKind::invalid, fmt::format("the key of the escrow is too short: it needs {} "
                                                "characters or more, as `openssl rand -hex 32` "
                                                "prints",
                                                kKeyCharactersMin));
  }
  const CipherKey cipher(key);
  std::vector<Bytes> sealed(kOverhead + value.size());
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES, bytes_of(value.reveal()),
                        value.size(), sealed.data(), cipher.data());
  return fmt::format("{}{}:{}", kFormat, cipher.id(), base64(sealed));
}

std::string_view key_id_of(std::string_view sealed) {
  const std::size_t id_end = kFormat.size() + kIdCharacters;
  const bool is_sealed =
      sealed.starts_with(kFormat) && sealed.size() > id_end + 1 && sealed[id_end] == ':';
  return is_sealed ? sealed.substr(kFormat.size(), kIdCharacters) : std::string_view();
}

Result<SecretValue> unseal(std::string_view sealed, const SecretValue& key) {
  const CipherKey cipher(key);
  if (key_id_of(sealed) != cipher.id()) {
    return fail(ErrorKind::denied, "it was put into escrow under another key");
  }
  const std::vector<Bytes> bytes = from_base64(sealed.substr(kFormat.size() + kIdCharacters + 1));
  if (bytes.size() < kOverhead) return fail(ErrorKind::corrupt, "the escrow was altered");
  std::string plain(bytes.size() - kOverhead, '\0');
  const int failed = crypto_secretbox_open_easy(
      reinterpret_cast<Bytes*>(plain.data()), bytes.data() + crypto_secretbox_NONCEBYTES,
      bytes.size() - crypto_secretbox_NONCEBYTES, bytes.data(), cipher.data());
  if (failed != 0) return fail(ErrorKind::corrupt, "the escrow was altered");
  SecretValue value(plain);
  wipe(plain);
  return value;
}

}  // namespace keytide
