// AtlasIssuer: the Issuer port over the Atlas Admin API.
//
// A create is one request, whatever the answer. 201 with an id and a value: created. 401, 403, 404
// and 429: rejected. Any other refusal (400, 402, 405, 406, 409, 410): rejected, to be confirmed by
// a look. Nothing left this machine: not sent. All else, a 201 that can't be read too: unknown.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/ports/issuer.h"
#include "providers/atlas/client.h"

namespace keytide {

class AtlasIssuer : public Issuer {
 public:
  // `client` must outlive it.
  explicit AtlasIssuer(AtlasClient& client, IssuerLimits limits = {})
      : client_(client), limits_(limits) {}

  const IssuerLimits& limits() const override { return limits_; }
  Instant now() override { return client_.wire().now(); }
  Result<ObservedScope> list(const Scope& scope) override;
  Result<ObservedAccount> get(const AccountKey& key) override;
  // Asked once per org and run (getOrgSettings). A project has none of its own.
  Result<std::optional<int>> max_validity_hours(const Scope& scope) override;
  CreateOutcome create(const AccountKey& key, int hours) override;
  Result<void> remove(const AccountKey& key, const SecretId& id) override;
  // Mints a token with the value, once, and revokes it. A 401 in Atlas's shape is `refused`;
  // anything else but a token is `unproven`.
  Verification verify(const AccountKey& key, const SecretValue& value) override;
  Verification verify_own(const AccountKey& key, const SecretValue& value) override;
  void sign_in_with(const ClientId& client_id, const SecretValue& value) override {
    client_.sign_in_with(client_id, value);
  }
  std::map<ClientId, Fingerprint> signed_in(const FingerprintKey& key) override {
    return client_.signed_in(key);
  }

  // Revokes the tokens that this process minted: at its end.
  void sign_out() { client_.sign_out(); }
  RequestCounts requests() const { return client_.wire().counts(); }

 private:
  // `call`: what the token has to be good for, beside being given.
  Verification prove(const AccountKey& key, const SecretValue& value,
                     const std::optional<AtlasCall>& call);

  AtlasClient& client_;
  const IssuerLimits limits_;
  std::mutex mutex_;  // of caps_
  std::map<std::string, std::optional<int>> caps_;
};

}  // namespace keytide
