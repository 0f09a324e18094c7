// MeasuredPorts: ports that tell a Telemetry what goes through them. Each call is handed on as it
// is. Threads: as the ports behind it.
#pragma once

#include <map>
#include <memory>

#include "cmd/keytide/daemon/telemetry.h"
#include "core/reconcile/run.h"

namespace keytide {

class MeasuredIssuer : public Issuer {
 public:
  MeasuredIssuer(Issuer& inner, Telemetry& telemetry) : inner_(inner), telemetry_(telemetry) {}

  const IssuerLimits& limits() const override { return inner_.limits(); }
  Instant now() override { return inner_.now(); }
  Result<ObservedScope> list(const Scope& scope) override { return inner_.list(scope); }
  Result<ObservedAccount> get(const AccountKey& key) override { return inner_.get(key); }
  Result<std::optional<int>> max_validity_hours(const Scope& scope) override {
    return inner_.max_validity_hours(scope);
  }
  CreateOutcome create(const AccountKey& key, int hours) override;
  Result<void> remove(const AccountKey& key, const SecretId& id) override;
  Verification verify(const AccountKey& key, const SecretValue& value) override {
    return inner_.verify(key, value);
  }
  Verification verify_own(const AccountKey& key, const SecretValue& value) override {
    return inner_.verify_own(key, value);
  }
  void sign_in_with(const ClientId& client_id, const SecretValue& value) override {
    inner_.sign_in_with(client_id, value);
  }
  std::map<ClientId, Fingerprint> signed_in(const FingerprintKey& key) override {
    return inner_.signed_in(key);
  }

 private:
  Issuer& inner_;
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
