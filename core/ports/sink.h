// Sink: where a secret is delivered to, or (a hook) what runs after that. One object per SinkSpec,
// made by a SinkFactory. All calls block. Threads: one at a time per object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/fingerprint.h"
#include "core/base/instant.h"
#include "core/base/result.h"
#include "core/base/secret_value.h"
#include "core/model/desired.h"
#include "core/model/ids.h"

namespace keytide {

// What is delivered. Hooks get everything but the value.
struct Payload {
  const SecretValue* value = nullptr;  // null for a hook
  Address address;
  ClientId client_id;
  SecretId secret_id;
  std::int64_t generation = 0;
  Instant created_at{};
  Instant expires_at{};
};

// What a readable sink shows.
struct SinkReading {
  bool exists = false;
  Fingerprint fingerprint;  // of the value found; empty where it exists but holds none
  std::string masked;       // the same value, as masked() shows it
  // The stamp, where the format carries one: the generation, and the account that it is of.
  std::optional<std::int64_t> generation;
  std::string client_id;
  bool attributes_match = true;  // mode, owner, group are as specified
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Could write() succeed? Changes nothing. Errors say what to repair.
  virtual Result<void> preflight() = 0;
  // Writes the value (a hook: runs the program). Idempotent; a reader sees the old content or the
  // new, never a part. A lower generation never overwrites a higher one that can be read: conflict.
  virtual Result<void> write(const Payload& payload) = 0;
  // Errors mean "can't be read", which is not the same as "lost". Unsupported for hooks.
  virtual Result<SinkReading> read(const FingerprintKey& key) = 0;
  // The value it holds, to deliver it elsewhere. Errors: not_found, io, unsupported for hooks.
  virtual Result<SecretValue> take() = 0;
  // Sets mode, owner and group without touching the content. Nothing to do for hooks.
  virtual Result<void> adjust() = 0;
};

class SinkFactory {
 public:
  virtual ~SinkFactory() = default;
  virtual std::unique_ptr<Sink> make(const SinkSpec& spec) = 0;
};

}  // namespace keytide
