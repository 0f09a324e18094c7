// SimWorld::Process: one process of keytide, from its start to its death.
#pragma once

#include <string>
#include <string_view>

#include "tests/simulation/world.h"

namespace keytide::simulation {

class NoLog : public Log {
 public:
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

class NoProgress : public ProgressListener {
 public:
  void on(const Progress&) override {}
};

inline constexpr const char* kKeytide = "mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa";
inline constexpr const char* kKeytideSecret = "mdb_sa_sk_0123456789012345678901234567890123456789";

inline constexpr const char* kKeytideId = "65f0c0ffee00000000000001";
inline constexpr const char* kOwnFile = "/run/keytide/client_secret";

inline Credentials credentials_of(std::string_view secret) {
  Credentials credentials;
  credentials.by_default = ServiceAccountCredential{ClientId(kKeytide), SecretValue(secret)};
  return credentials;
}

struct SimWorld::Process {
  Process(SimWorld& world)
      : taken(world.own_secret()),
        transport(*world.atlas_, world.clock_, world.chaos_, world.trace_),
        client(transport, world.clock_, log, AtlasOptions{}, credentials_of(taken)),
        issuer(client),
        store(*world.store_, world.identity_, world.clock_, world.chaos_, world.trace_),
        sinks(world.disk_, world.clock_, world.chaos_, world.trace_),
        ports{issuer,
              store,
              sinks,
              world.clock_,
              log,
              progress,
              world.has_escrow_ ? &world.escrow_ : nullptr} {}

  std::string taken;  // what it signs in with, as far as its file told
  NoLog log;
  NoProgress progress;
  SimTransport transport;
  AtlasClient client;
  AtlasIssuer issuer;
  SimStore store;
  SimSinks sinks;
  Ports ports;
};

}  // namespace keytide::simulation
