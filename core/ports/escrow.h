// Escrow: keeps the value of a secret that is on its way to its sinks, so that a crash does not
// lose it. What is kept is a ciphertext in the record; the key lies elsewhere. Threads: any, at
// once.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/secret_value.h"

namespace keytide {

class Escrow {
 public:
  virtual ~Escrow() = default;

  // Makes the key at first need. Blocks for a file. Errors say what to repair.
  virtual Result<void> prepare() = 0;
  // Names the key that is at hand; empty: none was made yet. What was sealed with another can't be
  // opened. Errors: there is a key, and it can't be read now.
  virtual Result<std::string> key_id() = 0;
  virtual Result<std::string> seal(const SecretValue& value) = 0;
  // Errors: denied (another key), corrupt.
  virtual Result<SecretValue> open(const std::string& sealed) = 0;
};

}  // namespace keytide
