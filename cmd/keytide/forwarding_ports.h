// ForwardingPorts: an Issuer and a Sink that hand each call on as it is, for those that do
// something beside a few of them. Threads: as the ports behind them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/ports/issuer.h"
#include "core/ports/sink.h"

namespace keytide {

class ForwardingIssuer : public Issuer {
 public:
  // It must outlive this one.
  explicit ForwardingIssuer(Issuer& inner) : inner_(inner) {}

  const IssuerLimits& limits() const override { return inner_.limits(); }
  Instant now() override { return inner_.now(); }
  Result<ObservedScope> list(const Scope& scope) override { return inner_.list(scope); }
  Result<ObservedAccount> get(const AccountKey& key) override { return inner_.get(key); }
  Result<std::optional<int>> max_validity_hours(const Scope& scope) override {
    return inner_.max_validity_hours(scope);
  }
  CreateOutcome create(const AccountKey& key, int hours) override {
    return inner_.create(key, hours);
  }
  Result<void> remove(const AccountKey& key, const SecretId& id) override {
    return inner_.remove(key, id);
  }
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
};

class ForwardingSink : public Sink {
 public:
  explicit ForwardingSink(std::unique_ptr<Sink> inner) : inner_(std::move(inner)) {}

  Result<void> preflight() override { return inner_->preflight(); }
  Result<void> write(const Payload& payload) override { return inner_->write(payload); }
  Result<SinkReading> read(const FingerprintKey& key) override { return inner_->read(key); }
  Result<SecretValue> take() override { return inner_->take(); }
  Result<void> adjust() override { return inner_->adjust(); }

 private:
  std::unique_ptr<Sink> inner_;
};

}  // namespace keytide
