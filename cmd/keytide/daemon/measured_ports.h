// MeasuredPorts: ports that tell a Telemetry what goes through them. Threads: as the ports behind
// it.
#pragma once

#include <memory>

#include "cmd/keytide/daemon/telemetry.h"
#include "cmd/keytide/forwarding_ports.h"
#include "core/reconcile/run.h"

namespace keytide {

class MeasuredIssuer : public ForwardingIssuer {
 public:
  MeasuredIssuer(Issuer& inner, Telemetry& telemetry)
      : ForwardingIssuer(inner), telemetry_(telemetry) {}

  CreateOutcome create(const AccountKey& key, int hours) override;
  Result<void> remove(const AccountKey& key, const SecretId& id) override;

 private:
  Telemetry& telemetry_;
};

class MeasuredSinks : public SinkFactory {
 public:
  MeasuredSinks(SinkFactory& inner, Telemetry& telemetry) : inner_(inner), telemetry_(telemetry) {}
  std::unique_ptr<Sink> make(const SinkSpec& spec) override;

 private:
  SinkFactory& inner_;
  Telemetry& telemetry_;
};

// Outlives the ports that it gives out; `inner` and `telemetry` outlive it.
class MeasuredPorts {
 public:
  MeasuredPorts(const Ports& inner, Telemetry& telemetry)
      : inner_(inner), issuer_(inner.issuer, telemetry), sinks_(inner.sinks, telemetry) {}

  Ports ports() {
    return {issuer_,    inner_.store,    sinks_,        inner_.clock,
            inner_.log, inner_.progress, inner_.escrow, inner_.budget};
  }

 private:
  const Ports inner_;
  MeasuredIssuer issuer_;
  MeasuredSinks sinks_;
};

}  // namespace keytide
