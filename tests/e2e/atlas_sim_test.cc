// The atlas-sim program as its users see it: its one line, its flags, its end, its port.
#include <gmock/gmock.h>

#include "providers/atlas/simulator/text.h"
#include "providers/system/child_process.h"
#include "tests/support/atlas_sim_process.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kSeed = R"(
orgs:
  - id: 32b6e34b3d91647abb20e7b8
    name: acme
    serviceAccounts:
      - clientId: mdb_sa_id_1234567890abcdef12345678
        roles: [ORG_OWNER]
        secrets: [{secret: mdb_sa_sk_0123456789012345678901234567890123456789}]
)";
constexpr const char* kSecrets =
    "/api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8/serviceAccounts/"
    "mdb_sa_id_1234567890abcdef12345678/secrets";

std::string text_after(const std::string& text, const std::string& start) {
  const std::size_t begin = text.find(start);
  if (begin == std::string::npos) return "";
  return text.substr(begin + start.size(),
                     text.find('"', begin + start.size()) - begin - start.size());
}

std::string sign_in(AtlasSimProcess& atlas) {
  const std::string pair =
      "mdb_sa_id_1234567890abcdef12345678:mdb_sa_sk_0123456789012345678901234567890123456789";
  const RawReply reply = http_call(atlas.port(), "POST", "/api/oauth/token",
                                   {{"Authorization", "Basic " + simulator::encode_base64(pair)}},
                                   "grant_type=client_credentials");
  return text_after(reply.response.body, "\"access_token\":\"");
}

RawReply create(AtlasSimProcess& atlas, const std::string& token) {
  return http_call(atlas.port(), "POST", kSecrets,
                   {{"Authorization", "Bearer " + token},
                    {"Accept", "application/vnd.atlas.2025-03-12+json"},
                    {"Content-Type", "application/json"}},
                   R"({"secretExpiresAfterHours": 8})");
}

ChildResult run_atlas_sim(std::vector<std::string> flags) {
  ChildRequest request;
  request.command = {KEYTIDE_ATLAS_SIM};
  for (std::string& flag : flags) request.command.push_back(std::move(flag));
  auto result = run_child(request);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  return std::move(*result);
}

TEST(AtlasSim, ServesACreateOverHttp) {
  AtlasSimProcess atlas(kSeed);
  EXPECT_EQ(atlas.url(), "http://127.0.0.1:" + std::to_string(atlas.port()));
  const RawReply created = create(atlas, sign_in(atlas));
  EXPECT_EQ(created.response.status, 201) << created.bytes;
  EXPECT_THAT(atlas.state(), HasSubstr(text_after(created.response.body, "\"secret\":\"")));
  EXPECT_THAT(atlas.requests(), HasSubstr("\"createOrgServiceAccountSecret\":1"));
  atlas.forget_requests();
  EXPECT_THAT(atlas.requests(), StartsWith("{\"total\":0,"));
}

TEST(AtlasSim, MovesItsClockByControl) {
  AtlasSimProcess atlas(kSeed);
  atlas.set_clock("2027-01-01T00:00:00Z");
  atlas.advance("80d");
  EXPECT_THAT(atlas.state(), StartsWith("{\"now\":\"2027-03-22T00:00:00Z\""));
  EXPECT_EQ(find_header(http_call(atlas.port(), "GET", "/").response.headers, "Date"),
            "Mon, 22 Mar 2027 00:00:00 GMT");
}

TEST(AtlasSim, LosesTheReplyOfACommittedCreateWhenOrderedTo) {
  AtlasSimProcess atlas(kSeed);
  const std::string token = sign_in(atlas);
  atlas.add_faults(R"([{"method": "POST", "path": "/secrets", "close": "after_commit"}])");
  EXPECT_EQ(create(atlas, token).bytes, "");
  const RawReply full = create(atlas, token);
  EXPECT_EQ(full.response.status, 400);  // the lost one took the second slot
}

TEST(AtlasSim, EndsCleanlyOnSigterm) {
  AtlasSimProcess atlas(kSeed);
  EXPECT_EQ(atlas.stop(), 0);
}

TEST(AtlasSim, HelpListsEverySettingWithItsDefault) {
  const ChildResult help = run_atlas_sim({"-help"});
  EXPECT_EQ(help.exit_status, 0);
  EXPECT_THAT(help.output, HasSubstr("  rate_limits: true "));
  EXPECT_THAT(help.output, HasSubstr("  commit_duration_ms: 0 "));
  EXPECT_THAT(help.output, HasSubstr("POST /_sim/clock"));
}

TEST(AtlasSim, SaysWhatIsWrongWithItsFlagsAndSeed) {
  EXPECT_EQ(run_atlas_sim({}).errors,
            "atlas-sim: --seed is required; `atlas-sim -help` lists the flags\n");
  EXPECT_THAT(run_atlas_sim({"--seed=/nowhere/seed.yaml"}).errors, StartsWith("atlas-sim: "));
  EXPECT_THAT(run_atlas_sim({"-seed=/nowhere/seed.yaml"}).errors, HasSubstr("/nowhere/seed.yaml"));
  EXPECT_EQ(run_atlas_sim({"-seed=/dev/null"}).exit_status, 1);
}

}  // namespace
}  // namespace keytide::testing
