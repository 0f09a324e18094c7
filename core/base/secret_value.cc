#include "core/base/secret_value.h"

#include <sodium.h>

#include <cstring>
#include <utility>

#include "core/base/check.h"

namespace keytide {

SecretValue::SecretValue(std::string_view plaintext) : size_(plaintext.size()) {
  CHECK(sodium_init() >= 0, "libsodium starts");
  if (plaintext.empty()) return;
  bytes_ = static_cast<char*>(sodium_malloc(plaintext.size()));
  CHECK(bytes_ != nullptr, "there is memory for a secret");
  std::memcpy(bytes_, plaintext.data(), plaintext.size());
}

SecretValue::SecretValue(SecretValue&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretValue& SecretValue::operator=(SecretValue&& other) noexcept {
  if (this != &other) {
    sodium_free(bytes_);
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretValue::~SecretValue() { sodium_free(bytes_); }

std::string masked(std::string_view value) {
  if (value.size() < 16) return "...";
  return "mdb_sa_sk_..." + std::string(value.substr(value.size() - 4));
}

std::string masked(const SecretValue& value) { return masked(value.reveal()); }

bool is_same(const SecretValue& value, std::string_view text) {
  return value.size() == text.size() &&
         (text.empty() || sodium_memcmp(value.reveal().data(), text.data(), text.size()) == 0);
}

void wipe(std::string& text) noexcept {
  sodium_memzero(text.data(), text.capacity());
  text.clear();
}

}  // namespace keytide
