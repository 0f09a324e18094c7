// What the tests of sinks share: a payload with literal contents, and a file sink in a folder.
#pragma once

#include <memory>
#include <string>

#include "core/ports/sink.h"
#include "providers/sinks/registry.h"
#include "tests/support/temp_folder.h"

namespace keytide {

inline constexpr const char* kOldValue = "mdb_sa_sk_OLDdefghijklmnopqrstuvwxyz0123456789ABCD";
inline constexpr const char* kNewValue = "mdb_sa_sk_NEWdefghijklmnopqrstuvwxyz0123456789WXYZ";

inline FingerprintKey test_key() { return FingerprintKey(std::string(64, 'a')); }

inline Payload payload_of(const SecretValue& value, std::int64_t generation) {
  Payload payload;
  payload.value = &value;
  payload.address = Address("billing-exporter");
  payload.client_id = ClientId("mdb_sa_id_1234567890abcdef12345678");
  payload.secret_id = SecretId("65f0c0ffee0000000000000" + std::to_string(generation));
  payload.generation = generation;
  payload.created_at = parse_instant("2026-11-23T20:00:00Z").value();
  payload.expires_at = parse_instant("2027-02-21T20:00:00Z").value();
  return payload;
}

inline std::unique_ptr<Sink> make_sink(const FileSink& spec) {
  return SinkRegistry({}).make(SinkSpec{SinkName("file:" + spec.path), spec, {}});
}

inline std::unique_ptr<Sink> make_sink(const NotifyHook& spec, Environment environment) {
  return SinkRegistry(std::move(environment)).make(SinkSpec{SinkName("notify"), spec, {}});
}

inline Result<void> deliver(Sink& sink, const char* value, std::int64_t generation) {
  const SecretValue secret{std::string_view(value)};
  return sink.write(payload_of(secret, generation));
}

}  // namespace keytide
