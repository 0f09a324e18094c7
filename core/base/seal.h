// Seal: a secret value as a ciphertext that may be written down for a while, and back: libsodium's
// secretbox (XSalsa20 and Poly1305) under a key that lies elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret_value.h"

namespace keytide {

// 64 hex characters from the system's generator.
SecretValue make_seal_key();

// 16 hex characters that name a key and say nothing about it. A key is any text of 32 characters or
// more.
std::string seal_key_id(const SecretValue& key);

// "s1:KEY_ID:BASE64"; never twice the same. Errors: invalid for a key that is too short.
Result<std::string> seal(const SecretValue& value, const SecretValue& key);

// The id of the key that it was sealed with; empty: this is no sealed value.
std::string_view key_id_of(std::string_view sealed);

// Errors: denied (sealed with another key), corrupt (it was altered).
Result<SecretValue> unseal(std::string_view sealed, const SecretValue& key);

}  // namespace keytide
