// A SimulatedAtlas from a seed, with short calls for tests. Time starts at 2026-11-23T12:00:00Z.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/atlas/simulator/atlas.h"

namespace keytide::simulator {

constexpr const char* kOrg = "32b6e34b3d91647abb20e7b8";
constexpr const char* kOtherOrg = "32b6e34b3d91647abb20e7b0";
constexpr const char* kProject = "32b6e34b3d91647abb20e7b9";
constexpr const char* kOwner = "mdb_sa_id_00000000000000000000000a";
constexpr const char* kReader = "mdb_sa_id_00000000000000000000000b";
constexpr const char* kMember = "mdb_sa_id_00000000000000000000000c";
constexpr const char* kStranger = "mdb_sa_id_00000000000000000000000d";
constexpr const char* kProjectOwner = "mdb_sa_id_00000000000000000000000e";
constexpr const char* kBilling = "mdb_sa_id_1234567890abcdef12345678";
constexpr const char* kBillingSecretId = "5f5f5f5f5f5f5f5f5f5f5f5f";
constexpr const char* kSecretOfAll = "mdb_sa_sk_0123456789012345678901234567890123456789";
constexpr const char* kMediaType = "application/vnd.atlas.2024-08-05+json";
constexpr const char* kSettingsMediaType = "application/vnd.atlas.2023-01-01+json";

// Two organizations, a project, a caller of each kind, and the account `billing` with one secret.
std::string standard_seed(const std::string& settings = "");

class AtlasFixture : public ::testing::Test {
 protected:
  AtlasFixture() { start(standard_seed()); }

  void start(const std::string& seed);
  void start_with(const std::string& settings) { start(standard_seed(settings)); }

  HttpReply send(HttpRequest request);
  HttpResponse call(const std::string& method, const std::string& url,
                    const std::vector<Header>& headers = {}, const std::string& body = "");
  // Signed in as `client_id`, with the usual headers.
  HttpResponse call_as(const std::string& client_id, const std::string& method,
                       const std::string& url, const std::string& body = "");
  HttpResponse create(int hours, const std::string& client_id = kBilling);
  HttpResponse mint(const std::string& client_id, const std::string& secret);
  // A token of that account, minted once.
  std::string token_of(const std::string& client_id);
  Account& account(const std::string& client_id);

  std::unique_ptr<SimulatedAtlas> atlas_;
  Instant now_{};
  Uptime uptime_{1000};
  std::string peer_ip_ = "192.0.2.1";

 private:
  std::vector<std::pair<std::string, std::string>> tokens_;
};

// The text value of a field in a JSON text; empty where there is none.
std::string json_text_of(std::string_view json, std::string_view field);
std::string header_of(const HttpResponse& response, std::string_view name);
std::string accounts_url(const std::string& rest = "");  // of kOrg
std::string secrets_url(const std::string& client_id = kBilling);

}  // namespace keytide::simulator
