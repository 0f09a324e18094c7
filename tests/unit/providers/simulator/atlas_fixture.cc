#include "tests/unit/providers/simulator/atlas_fixture.h"

#include "providers/atlas/simulator/seed.h"

namespace keytide::simulator {

std::string standard_seed(const std::string& settings) {
  return "settings: {" + settings + R"(}
orgs:
  - id: 32b6e34b3d91647abb20e7b8
    name: acme
    settings: {maxServiceAccountSecretValidityInHours: 8760}
    accessList: []
    apiKeys: [{publicKey: abcdefgh, privateKey: 55c3bbb6-b4bb-0be1-e66d20841f3e, roles: [ORG_OWNER]}]
    serviceAccounts:
      - {clientId: mdb_sa_id_00000000000000000000000a, name: owner, roles: [ORG_OWNER],
         secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
      - {clientId: mdb_sa_id_00000000000000000000000b, name: reader, roles: [ORG_READ_ONLY],
         secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
      - {clientId: mdb_sa_id_00000000000000000000000c, name: member, roles: [ORG_MEMBER],
         secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
      - clientId: mdb_sa_id_1234567890abcdef12345678
        name: billing
        roles: [ORG_BILLING_ADMIN]
        secrets:
          - {id: 5f5f5f5f5f5f5f5f5f5f5f5f, secret: mdb_sa_sk_0123456789012345678901234567890123456789,
             createdAt: -3d, expiresAt: +80d, lastUsedAt: -1d}
    projects:
      - id: 32b6e34b3d91647abb20e7b9
        name: shop
        serviceAccounts:
          - {clientId: mdb_sa_id_00000000000000000000000e, name: deployer, roles: [GROUP_OWNER],
             secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
  - id: 32b6e34b3d91647abb20e7b0
    name: other
    serviceAccounts:
      - {clientId: mdb_sa_id_00000000000000000000000d, name: stranger, roles: [ORG_OWNER],
         secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]}
)";
}

void AtlasFixture::start(const std::string& seed_text) {
  now_ = *parse_instant("2026-11-23T12:00:00Z");
  Random random(7);
  Seed seed = parse_seed(seed_text, "seed.yaml", now_, random);
  ASSERT_TRUE(seed.problems.empty()) << render(seed.problems);
  atlas_ = std::make_unique<SimulatedAtlas>(std::move(seed.world), seed.settings, 7);
  tokens_.clear();
}

HttpReply AtlasFixture::send(HttpRequest request) {
  return atlas_->handle(request, peer_ip_, now_, uptime_);
}

HttpResponse AtlasFixture::call(const std::string& method, const std::string& url,
                                const std::vector<Header>& headers, const std::string& body) {
  return send({method, url, headers, body, {}}).response;
}

HttpResponse AtlasFixture::call_as(const std::string& client_id, const std::string& method,
                                   const std::string& url, const std::string& body) {
  const bool settings = url.find("/settings") != std::string::npos;
  return call(method, url,
              {{"Authorization", "Bearer " + token_of(client_id)},
               {"Accept", settings ? kSettingsMediaType : kMediaType},
               {"Content-Type", kMediaType}},
              body);
}

HttpResponse AtlasFixture::create(int hours, const std::string& client_id) {
  return call_as(kOwner, "POST", secrets_url(client_id),
                 "{\"secretExpiresAfterHours\": " + std::to_string(hours) + "}");
}

HttpResponse AtlasFixture::mint(const std::string& client_id, const std::string& secret) {
  return call("POST", "/api/oauth/token",
              {{"Authorization", "Basic " + encode_base64(client_id + ":" + secret)},
               {"Content-Type", "application/x-www-form-urlencoded"}},
              "grant_type=client_credentials");
}

std::string AtlasFixture::token_of(const std::string& client_id) {
  for (const auto& [id, token] : tokens_) {
    if (id == client_id) return token;
  }
  const HttpResponse reply = mint(client_id, kSecretOfAll);
  EXPECT_EQ(reply.status, 200) << reply.body;
  tokens_.emplace_back(client_id, json_text_of(reply.body, "access_token"));
  return tokens_.back().second;
}

Account& AtlasFixture::account(const std::string& client_id) {
  return *atlas_->with(
      [&](State& state, Faults&, RequestLog&) { return state.world.find_account(client_id); });
}

std::string json_text_of(std::string_view json, std::string_view field) {
  const std::string start = "\"" + std::string(field) + "\":\"";
  const std::size_t begin = json.find(start);
  if (begin == std::string_view::npos) return "";
  const std::size_t value = begin + start.size();
  return std::string(json.substr(value, json.find('"', value) - value));
}

std::string header_of(const HttpResponse& response, std::string_view name) {
  return std::string(find_header(response.headers, name).value_or(""));
}

std::string accounts_url(const std::string& rest) {
  return std::string("/api/atlas/v2/orgs/") + kOrg + "/serviceAccounts" + rest;
}

std::string secrets_url(const std::string& client_id) {
  return accounts_url("/" + client_id + "/secrets");
}

}  // namespace keytide::simulator
