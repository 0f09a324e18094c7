#include "tests/kill/fleet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/check.h"
#include "providers/atlas/simulator/text.h"
#include "state/sqlite_store.h"

namespace keytide::endurance {
namespace {

constexpr const char* kOrg = "32b6e34b3d91647abb20e7b8";
constexpr const char* kOwner = "mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa";
constexpr const char* kOwnerSecret = "mdb_sa_sk_0123456789012345678901234567890123456789";

std::string seed_of(const std::vector<Entry>& entries) {
  std::string text = fmt::format(
      "settings: {{rate_limits: false}}\norgs:\n  - id: {}\n    name: acme\n    serviceAccounts:\n"
      "      - {{clientId: {}, name: keytide, roles: [ORG_OWNER], secrets: [{{secret: {}, "
      "expiresAt: +3650d}}]}}\n",
      kOrg, kOwner, kOwnerSecret);
  for (const Entry& entry : entries) {
    text += fmt::format("      - {{clientId: {}, name: {}, roles: [ORG_READ_ONLY]}}\n",
                        entry.client_id, entry.name);
  }
  return text;
}

std::string manifest_of(const std::vector<Entry>& entries) {
  std::string text = fmt::format("keytide: 1\ndefaults: {{org: {}}}\nsecrets:\n", kOrg);
  for (const Entry& entry : entries) {
    std::vector<std::string> sinks;
    for (const std::string& file : entry.files) {
      sinks.push_back(fmt::format("{{file: {{path: \"${{HERE}}/{}\", format: raw}}}}", file));
    }
    if (entry.files.size() > 1) sinks.push_back("{notify: {command: [/bin/true]}}");
    text += fmt::format("  {}: {{client_id: {}, lifetime: {}, exclusive: {}, deliver: [{}]}}\n",
                        entry.name, entry.client_id, entry.lifetime, entry.exclusive,
                        fmt::join(sinks, ", "));
  }
  return text;
}

}  // namespace

std::vector<Entry> make_entries(int first, int count, const std::vector<std::string>& lifetimes,
                                int two_files) {
  std::vector<Entry> all;
  for (int i = first; i < first + count; ++i) {
    const std::string name = fmt::format("service-{:03}", i);
    Entry entry{name,
                fmt::format("mdb_sa_id_{:024x}", 0xc0000000 + i),
                lifetimes[static_cast<std::size_t>(i) % lifetimes.size()],
                {"out/" + name}};
    if (two_files > 0 && i % two_files == 0) entry.files.push_back("out/" + name + "-too");
    all.push_back(std::move(entry));
  }
  return all;
}

Fleet::Fleet(std::vector<Entry> entries, const std::string& safety)
    : atlas(seed_of(entries)), entries_(std::move(entries)) {
  folder.write("client_secret", kOwnerSecret);
  std::filesystem::create_directory(folder.path() + "/out");
  folder.write("secrets/all.yaml", manifest_of(entries_));
  folder.write(
      "keytide.yaml",
      fmt::format(
          "version: 1\nsources: [{{path: secrets}}]\natlas:\n  base_url: {}\n"
          "  credentials: {{{}: {{client_id: {}, client_secret: {{file: client_secret}}}}}}\n"
          "listen: {{metrics: none}}\nsafety: {{max_clock_skew: unlimited, confirm_after: "
          "1s{}{}}}\n",
          atlas.url(), kOrg, kOwner, safety.empty() ? "" : ", ", safety));
}

std::vector<AccountRecord> Fleet::records() const {
  auto store = SqliteStore::open_readonly(folder.path() + "/keytide.db");
  CHECK(store.has_value(), "the store can be read at any time");
  auto all = (*store)->load();
  CHECK(all.has_value(), "the records can be read at any time");
  return std::move(*all);
}

int sign_in(const Fleet& fleet, const std::string& client_id, const std::string& secret) {
  const std::string pair = simulator::encode_base64(client_id + ":" + secret);
  return testing::http_call(fleet.atlas.port(), "POST", "/api/oauth/token",
                            {{"Authorization", "Basic " + pair}}, "grant_type=client_credentials")
      .response.status;
}

std::vector<std::string> find_unrecorded(Fleet& fleet) {
  std::set<std::string> known;
  for (const AccountRecord& record : fleet.records()) {
    for (const OwnedSecret& secret : record.secrets) known.insert(secret.id.str());
  }
  std::vector<std::string> out;
  const auto state = nlohmann::json::parse(fleet.atlas.state());
  for (const auto& account : state.at("orgs").at(0).at("serviceAccounts")) {
    if (account.at("clientId") == kOwner) continue;
    for (const auto& secret : account.at("secrets")) {
      const std::string id = secret.at("id");
      if (known.contains(id)) continue;
      out.push_back(fmt::format("{}: Atlas has {}, made at {}, and the store has no role for it",
                                account.at("clientId").get<std::string>(), id,
                                secret.at("createdAt").get<std::string>()));
    }
  }
  return out;
}

std::vector<std::string> find_unserved(const Fleet& fleet) {
  std::vector<std::string> out;
  for (const Entry& entry : fleet.entries()) {
    for (const std::string& file : entry.files) {
      const int status = sign_in(fleet, entry.client_id, fleet.folder.read(file));
      if (status == 200) continue;
      out.push_back(
          fmt::format("{}: what {} holds does not sign in ({})", entry.name, file, status));
    }
  }
  return out;
}

bool is_whole(const std::string& secret) {
  return secret.starts_with("mdb_sa_sk_") && secret.size() == 50;
}

}  // namespace keytide::endurance
