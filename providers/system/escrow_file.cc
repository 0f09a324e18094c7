#include "providers/system/escrow_file.h"

#include <fmt/format.h>

#include "core/base/seal.h"
#include "providers/system/atomic_file.h"
#include "providers/system/secret_file.h"

namespace keytide {

Result<const SecretValue*> EscrowFile::key() {
  const std::lock_guard lock(mutex_);
  return key_under_lock();
}

Result<const SecretValue*> EscrowFile::key_under_lock() {
  if (!key_) {
    auto read = read_secret_file(path_);
    if (!read) return fail(std::move(read.error()).within("the key of the escrow"));
    key_ = std::move(*read);
  }
  return &*key_;
}

Result<void> EscrowFile::prepare() {
  const std::lock_guard lock(mutex_);
  auto read = key_under_lock();
  if (!read && read.error().kind == ErrorKind::not_found && may_make_) {
    const SecretValue made = make_seal_key();
    if (auto written = replace_file(path_, made.reveal(), {}); !written) {
      return fail(std::move(written.error()).within("the key of the escrow"));
    }
    read = key_under_lock();
  }
  if (!read) return fail(std::move(read.error()));
  // A key that is too short is found out before there is something to seal.
  if (const auto sealed = keytide::seal(SecretValue("probe"), **read); !sealed) {
    return fail(Error(sealed.error()));
  }
  return {};
}

Result<std::string> EscrowFile::key_id() {
  const auto read = key();
  if (read) return seal_key_id(**read);
  // A key that somebody named may be on a disk that is not mounted yet.
  if (read.error().kind == ErrorKind::not_found && may_make_) return std::string();
  return fail(Error(read.error()));
}

Result<std::string> EscrowFile::seal(const SecretValue& value) {
  const auto read = key();
  if (!read) return fail(Error(read.error()));
  return keytide::seal(value, **read);
}

Result<SecretValue> EscrowFile::open(const std::string& sealed) {
  const auto read = key();
  if (!read) return fail(Error(read.error()));
  return unseal(sealed, **read);
}

}  // namespace keytide
