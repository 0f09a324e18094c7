// SecretValue: the only type that may hold a plaintext. Its bytes live in locked, guarded memory
// (libsodium) and are wiped when it goes. It can be moved and not copied, it has no stream operator
// and no formatter, so logging one does not compile, and `reveal()` is the one way to the bytes:
// a test keeps the list of files that call it.
//
// It takes about 8 KB each: only for secrets that are in flight.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace keytide {

class SecretValue {
 public:
  SecretValue() = default;
  // Copies the bytes. The caller's copy is the caller's to wipe: see wipe().
  explicit SecretValue(std::string_view plaintext);
  SecretValue(SecretValue&& other) noexcept;
  SecretValue& operator=(SecretValue&& other) noexcept;
  SecretValue(const SecretValue&) = delete;
  SecretValue& operator=(const SecretValue&) = delete;
  ~SecretValue();

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::string_view reveal() const { return {bytes_, size_}; }
  SecretValue clone() const { return SecretValue(reveal()); }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

// "mdb_sa_sk_..." and the last four characters: the mask that Atlas shows in a secret's
// `maskedSecretValue`. Shorter than 16 characters: "..." alone.
std::string masked(const SecretValue& value);
std::string masked(std::string_view value);

// Whether a text is the value, in a time that does not tell how much of it is right.
bool is_same(const SecretValue& value, std::string_view text);

// Overwrites a text that held a plaintext, in a way the optimiser keeps, then clears it.
void wipe(std::string& text) noexcept;

}  // namespace keytide
