// EscrowFile: the escrow whose key lies in a file of the host, mode 0600.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "core/ports/escrow.h"

namespace keytide {

class EscrowFile : public Escrow {
 public:
  // `may_make`: the file is keytide's own and made at first need; else it must be there.
  EscrowFile(std::string path, bool may_make) : path_(std::move(path)), may_make_(may_make) {}

  Result<void> prepare() override;
  Result<std::string> key_id() override;
  Result<std::string> seal(const SecretValue& value) override;
  Result<SecretValue> open(const std::string& sealed) override;

 private:
  // Reads the key once. Errors: those of read_secret_file.
  Result<const SecretValue*> key();
  Result<const SecretValue*> key_under_lock();

  const std::string path_;
  const bool may_make_;
  std::mutex mutex_;
  std::optional<SecretValue> key_;
};

}  // namespace keytide
