// A client and an issuer over a FakeTransport and a VirtualClock.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "providers/atlas/issuer.h"
#include "tests/support/fake_transport.h"
#include "tests/support/silent_log.h"
#include "tests/support/virtual_clock.h"

namespace keytide {

inline const Scope kOrg{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"};
inline const Scope kProject{Scope::Kind::project, "5f1b2c3d4e5f6a7b8c9d0e1f"};
inline const ClientId kClientId{"mdb_sa_id_1234567890abcdef12345678"};
inline const AccountKey kAccount{kOrg, kClientId};
inline const SecretId kSecretId{"64b6e34b3d91647abb20e7b8"};

inline constexpr const char* kTokenLine = "POST /api/oauth/token";
inline constexpr const char* kRevokeLine = "POST /api/oauth/revoke";
inline constexpr const char* kAccountLine =
    "GET /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts/"
    "mdb_sa_id_1234567890abcdef12345678";
inline constexpr const char* kCreateLine =
    "POST /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts/"
    "mdb_sa_id_1234567890abcdef12345678/secrets";
inline constexpr const char* kAccountBody =
    R"({"clientId": "mdb_sa_id_1234567890abcdef12345678", "name": "billing", "secrets": []})";
inline constexpr const char* kCreatedBody =
    R"({"id": "64b6e34b3d91647abb20e7b8", "createdAt": "2026-11-23T20:00:00Z",
        "expiresAt": "2027-02-21T20:00:00Z", "secret": "mdb_sa_sk_plaintext_of_the_test"})";

inline std::string api_error_body(int status, const std::string& code,
                                  const std::string& detail = "") {
  return "{\"error\": " + std::to_string(status) + ", \"errorCode\": \"" + code +
         "\", \"detail\": \"" + detail + "\"}";
}

inline Credential service_account(const std::string& secret = "mdb_sa_sk_own") {
  return ServiceAccountCredential{ClientId("mdb_sa_id_0000000000000000000000aa"),
                                  SecretValue(secret)};
}

inline Credentials only(Credential credential) {
  Credentials all;
  all.by_default = std::move(credential);
  return all;
}

class AtlasFixture : public testing::Test {
 protected:
  // Tokens are "t1", "t2", … and `answer` gets all but the requests of OAuth.
  void serve(FakeTransport::Answer answer, Credentials credentials = only(service_account()),
             AtlasOptions options = {}) {
    transport = std::make_unique<FakeTransport>(
        [this, answer = std::move(answer)](const SeenRequest& request) -> FakeReply {
          if (request.line == kRevokeLine) return reply(200);
          if (request.line != kTokenLine) return answer(request);
          return on_token(request);
        });
    options.base_url = "https://atlas.test";
    client = std::make_unique<AtlasClient>(*transport, clock, log, std::move(options),
                                           std::move(credentials));
    issuer = std::make_unique<AtlasIssuer>(*client);
  }

  FakeTransport::Answer on_token = [this](const SeenRequest&) {
    return reply(200, "{\"access_token\": \"t" + std::to_string(++minted) +
                          "\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}");
  };
  std::atomic<int> minted{0};
  VirtualClock clock;
  SilentLog log;
  std::unique_ptr<FakeTransport> transport;
  std::unique_ptr<AtlasClient> client;
  std::unique_ptr<AtlasIssuer> issuer;
};

}  // namespace keytide
