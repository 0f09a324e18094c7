#include "tests/bench/fleet.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace keytide::bench {
namespace {

std::string org_id(int org) { return fmt::format("{:024x}", 0xa00000 + org); }
std::string owner_id(int org) { return fmt::format("mdb_sa_id_{:024x}", 0xb0000000 + org); }
std::string client_id(int entry) { return fmt::format("mdb_sa_id_{:024x}", 0xc0000000 + entry); }
std::string owner_secret(int org) { return fmt::format("mdb_sa_sk_{:040}", org); }

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

template <class Each>
void for_entries(const Fleet& fleet, int org, Each each) {
  const int first = org * kEntriesPerOrg;
  for (int i = first; i < std::min(first + kEntriesPerOrg, fleet.entries); ++i) each(i);
}

std::string seed_of(const Fleet& fleet) {
  std::string text = "settings: {rate_limits: false}\norgs:\n";
  for (int org = 0; org < fleet.orgs; ++org) {
    text += fmt::format(
        "  - id: {}\n    name: org-{}\n    serviceAccounts:\n"
        "      - {{clientId: {}, name: keytide, roles: [ORG_OWNER], secrets: [{{secret: {}, "
        "expiresAfterHours: 8760}}]}}\n",
        org_id(org), org, owner_id(org), owner_secret(org));
    for_entries(fleet, org, [&](int entry) {
      text += fmt::format("      - {{clientId: {}, name: service-{}, roles: [ORG_READ_ONLY]}}\n",
                          client_id(entry), entry);
    });
  }
  return text;
}

std::string manifest_of(const Fleet& fleet, int org, const std::string& folder) {
  std::string text =
      fmt::format("keytide: 1\ndefaults:\n  org: {}\n  lifetime: 90d\nsecrets:\n", org_id(org));
  for_entries(fleet, org, [&](int entry) {
    text += fmt::format(
        "  service-{0:05}:\n    client_id: {1}\n    account_name: service-{0}\n"
        "    renew_before: 30d\n    owner: team-{2}\n    labels: {{environment: production, tier: "
        "backend}}\n    deliver:\n      - file: {{path: \"{3}/delivered/{4}/service-{0:05}.env\", "
        "format: env, mode: \"0600\"}}\n",
        entry, client_id(entry), entry % 37, folder, org);
  });
  return text;
}

}  // namespace

Fleet write_fleet(const std::string& folder, int entries) {
  const Fleet fleet{entries, (entries + kEntriesPerOrg - 1) / kEntriesPerOrg};
  std::filesystem::create_directories(folder + "/secrets");
  write(folder + "/seed.yaml", seed_of(fleet));
  for (int org = 0; org < fleet.orgs; ++org) {
    std::filesystem::create_directories(fmt::format("{}/delivered/{}", folder, org));
    write(fmt::format("{}/secrets/{:03}.yaml", folder, org), manifest_of(fleet, org, folder));
    write(fmt::format("{}/owner-{}", folder, org), owner_secret(org));
  }
  return fleet;
}

void write_configuration(const std::string& folder, const Fleet& fleet, const std::string& url,
                         const std::string& ca_file) {
  std::string text = fmt::format(
      "version: 1\nstate: sqlite:keytide.db\nsources:\n  - path: secrets\natlas:\n  base_url: {}\n",
      url);
  if (!ca_file.empty()) text += fmt::format("  ca_file: {}\n", ca_file);
  text += "  credentials:\n";
  for (int org = 0; org < fleet.orgs; ++org) {
    text += fmt::format("    \"{}\": {{client_id: {}, client_secret: {{file: owner-{}}}}}\n",
                        org_id(org), owner_id(org), org);
  }
  write(folder + "/keytide.yaml", text);
}

}  // namespace keytide::bench
