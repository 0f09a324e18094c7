#include "providers/atlas/simulator/world.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "core/base/check.h"

namespace keytide::simulator {
namespace {

struct ParsedAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;
};

std::optional<ParsedAddress> parse_address(std::string_view text) {
  const std::string copy(text);
  ParsedAddress out;
  if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, copy.c_str(), v4.data()) != 1) return std::nullopt;
  out.v4 = true;
  out.bytes[10] = out.bytes[11] = 0xff;
  std::memcpy(out.bytes.data() + 12, v4.data(), v4.size());
  return out;
}

template <class Map>
typename Map::mapped_type find_in(const Map& map, std::string_view key) {
  const auto found = map.find(std::string(key));
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

Secret* Account::find_secret(std::string_view id) {
  for (Secret& secret : secrets) {
    if (secret.id == id) return &secret;
  }
  return nullptr;
}

bool AccessRule::allows(std::string_view ip) const {
  const auto other = parse_address(ip);
  if (!other) return false;
  for (int bit = 0; bit < prefix_bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((address[byte] & mask) != (other->bytes[byte] & mask)) return false;
  }
  return true;
}

std::optional<AccessRule> parse_access_rule(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto parsed = parse_address(text.substr(0, slash));
  if (!parsed) return std::nullopt;
  AccessRule rule;
  rule.address = parsed->bytes;
  if (slash == std::string_view::npos) return rule;
  int bits = -1;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data() + slash + 1, end, bits);
  const int most = parsed->v4 ? 32 : 128;
  if (problem != std::errc{} || stop != end || bits < 0 || bits > most) return std::nullopt;
  rule.prefix_bits = parsed->v4 ? 96 + bits : bits;
  return rule;
}

Site& World::add_org(std::string id, std::string name) {
  Site& org = *orgs_.emplace_back(std::make_unique<Site>());
  org.id = std::move(id);
  org.name = std::move(name);
  org.org = &org;
  orgs_by_id_[org.id] = &org;
  return org;
}

Site& World::add_project(Site& org, std::string id, std::string name) {
  Site& project = *org.projects.emplace_back(std::make_unique<Site>());
  project.is_org = false;
  project.id = std::move(id);
  project.name = std::move(name);
  project.org = &org;
  projects_by_id_[project.id] = &project;
  return project;
}

Account& World::add_account(Site& home, std::string client_id) {
  CHECK(find_account(client_id) == nullptr, "client ids are unique");
  Account& account = *home.accounts.emplace_back(std::make_unique<Account>());
  account.client_id = std::move(client_id);
  account.home = &home;
  accounts_by_id_[account.client_id] = &account;
  return account;
}

Site* World::find_org(std::string_view id) const { return find_in(orgs_by_id_, id); }
Site* World::find_project(std::string_view id) const { return find_in(projects_by_id_, id); }
Account* World::find_account(std::string_view id) const { return find_in(accounts_by_id_, id); }

std::pair<const ApiKey*, Site*> World::find_api_key(std::string_view public_key) const {
  const auto search = [&](Site& site) -> const ApiKey* {
    for (const ApiKey& key : site.api_keys) {
      if (key.public_key == public_key) return &key;
    }
    return nullptr;
  };
  for (const auto& org : orgs_) {
    if (const ApiKey* key = search(*org)) return {key, org.get()};
    for (const auto& project : org->projects) {
      if (const ApiKey* key = search(*project)) return {key, project.get()};
    }
  }
  return {nullptr, nullptr};
}

}  // namespace keytide::simulator
