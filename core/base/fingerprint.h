// Fingerprints: what may be remembered of a secret value, and digests of everything else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/secret_value.h"
#include "core/base/strong_id.h"

namespace keytide {

// 32 hex characters of a keyed BLAKE2b over a secret value. The key is the store's own, so that a
// fingerprint says nothing outside of it. Equal fingerprints: equal values.
using Fingerprint = StrongId<struct FingerprintTag>;

// 64 hex characters; made at the store's birth.
using FingerprintKey = StrongId<struct FingerprintKeyTag>;

FingerprintKey make_fingerprint_key();
Fingerprint fingerprint_of(std::string_view value, const FingerprintKey& key);
Fingerprint fingerprint_of(const SecretValue& value, const FingerprintKey& key);

// SHA-256 in hex, for contents that are no secret: manifests, plan files, sink targets.
std::string sha256_hex(std::string_view bytes);

// A number that looks random and is the same for the same text, on every machine and run: jitter
// and tags are drawn from it, so that a restart does not change them.
std::uint64_t stable_hash(std::string_view text);

// A random identifier of 2 × `bytes` hex characters, from the system's generator.
std::string random_hex(std::size_t bytes);

}  // namespace keytide
