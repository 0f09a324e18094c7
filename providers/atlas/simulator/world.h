// The simulated Atlas as data: organizations, projects, service accounts, their secrets and API
// keys. Plain values and lookups; the rules are in the files beside it.
//
// The "secrets" in here open nothing but this simulator, so they are plain strings.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/instant.h"

namespace keytide::simulator {

// Real time for what happens between two calls (overlaps, delays), while Instant is Atlas's own
// clock, which a test may stop and set.
using Uptime = std::chrono::milliseconds;

struct Secret {
  std::string id;
  std::string value;
  Instant created_at;
  Instant expires_at;
  std::optional<Instant> last_used_at;  // as shown
  Instant usable_from;                  // mints tokens from then on
};

struct Site;

struct Account {
  std::string client_id;
  std::string name;
  std::string description;
  std::vector<std::string> roles;
  Instant created_at;
  std::vector<Secret> secrets;
  Site* home = nullptr;
  Uptime busy_until{-1};            // a create is under way until then
  std::vector<std::string> tokens;  // active ones, and some that have expired
  std::string json;                 // as a listing shows it; empty: to be rendered anew

  Secret* find_secret(std::string_view id);
};

struct ApiKey {
  std::string public_key;
  std::string private_key;
  std::vector<std::string> roles;
};

// One entry of an organization's API access list: an address or a range.
struct AccessRule {
  std::array<std::uint8_t, 16> address{};  // IPv4 as ::ffff:a.b.c.d
  int prefix_bits = 128;

  bool allows(std::string_view ip) const;
};

// "10.0.0.1", "10.0.0.0/8", "2001:db8::/32"; absent for anything else.
std::optional<AccessRule> parse_access_rule(std::string_view text);

// Tokens of a rate limit; `level` is at `at`.
struct Bucket {
  double level = -1;  // below 0: never used, that is full
  Instant at;
};

// Where accounts live: an organization, or a project ("group" in Atlas's paths).
struct Site {
  bool is_org = true;
  std::string id;
  std::string name;
  std::vector<std::unique_ptr<Account>> accounts;
  std::vector<ApiKey> api_keys;
  Site* org = nullptr;  // of a project; of an organization: itself
  Bucket bucket;
  // Of organizations alone:
  int max_validity_hours = 8760;
  std::vector<AccessRule> access_list;  // empty: everyone may call
  std::vector<std::unique_ptr<Site>> projects;
};

// Owns everything. Pointers to sites and accounts stay good for its life.
class World {
 public:
  Site& add_org(std::string id, std::string name);
  Site& add_project(Site& org, std::string id, std::string name);
  // The id must be new in the whole world.
  Account& add_account(Site& home, std::string client_id);

  const std::vector<std::unique_ptr<Site>>& orgs() const { return orgs_; }
  // Null where there is none.
  Site* find_org(std::string_view id) const;
  Site* find_project(std::string_view id) const;
  Account* find_account(std::string_view client_id) const;
  // The key and the site that it belongs to; null where there is none.
  std::pair<const ApiKey*, Site*> find_api_key(std::string_view public_key) const;

 private:
  std::vector<std::unique_ptr<Site>> orgs_;
  std::unordered_map<std::string, Site*> orgs_by_id_;
  std::unordered_map<std::string, Site*> projects_by_id_;
  std::unordered_map<std::string, Account*> accounts_by_id_;
};

}  // namespace keytide::simulator
