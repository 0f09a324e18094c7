#include "providers/atlas/simulator/seed.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <set>
#include <utility>

#include "core/base/duration.h"
#include "providers/atlas/simulator/text.h"

namespace keytide::simulator {
namespace {

using std::chrono::hours;

constexpr std::string_view kOrgRoles[] = {"ORG_MEMBER",        "ORG_READ_ONLY",
                                          "ORG_BILLING_ADMIN", "ORG_BILLING_READ_ONLY",
                                          "ORG_GROUP_CREATOR", "ORG_STREAM_PROCESSING_ADMIN",
                                          "ORG_OWNER"};

bool is_role(std::string_view role, bool of_org) {
  if (!of_org) return role.substr(0, 6) == "GROUP_";
  for (const std::string_view known : kOrgRoles) {
    if (known == role) return true;
  }
  return false;
}

// Walks one seed and collects every problem on the way.
class Loader {
 public:
  Loader(Seed& seed, const std::string& file, Instant now, Random& random)
      : seed_(seed), file_(file), now_(now), random_(random) {}

  void load(const YAML::Node& root) {
    if (!root.IsMap()) return problem(root, "a seed is a map", "write `orgs:` with a list");
    known_keys(root, {"settings", "orgs"});
    each_pair(root["settings"], "settings", [this](const YAML::Node& key, const YAML::Node& value) {
      auto done = set(seed_.settings, key.Scalar(), value.Scalar());
      if (!done) problem(key, done.error().message, "`atlas-sim -help` lists all settings");
    });
    each(root["orgs"], "orgs", [this](const YAML::Node& org) { load_org(org); });
  }

 private:
  using Visit = std::function<void(const YAML::Node&)>;
  using VisitPair = std::function<void(const YAML::Node&, const YAML::Node&)>;

  void problem(const YAML::Node& where, std::string what, std::string way_out) {
    const YAML::Mark mark = where.Mark();
    const Place place{file_, mark.line + 1, mark.column + 1};
    seed_.problems.push_back(
        {Diagnostic::Severity::error, place, std::move(what), std::move(way_out), ""});
  }

  void each(const YAML::Node& list, std::string_view name, const Visit& visit) {
    if (!list || list.IsNull()) return;
    if (!list.IsSequence()) {
      return problem(list, fmt::format("`{}` is not a list", name), "write it as [ … ]");
    }
    for (const YAML::Node& one : list) visit(one);
  }

  void each_pair(const YAML::Node& map, std::string_view name, const VisitPair& visit) {
    if (!map || map.IsNull()) return;
    if (!map.IsMap()) {
      return problem(map, fmt::format("`{}` is not a map", name), "write it as { key: value }");
    }
    for (const auto& pair : map) {
      const YAML::Node key = pair.first;
      const YAML::Node value = pair.second;
      if (value.IsScalar()) {
        visit(key, value);
      } else {
        problem(value, fmt::format("`{}` is not a single value", key.Scalar()), "write one value");
      }
    }
  }

  // False, and a problem, where `node` is no map.
  bool known_keys(const YAML::Node& node, std::initializer_list<std::string_view> known) {
    if (!node.IsMap()) {
      problem(node, "this is not a map", "write it as { key: value }");
      return false;
    }
    std::set<std::string> seen;
    for (const auto& pair : node) {
      const YAML::Node key = pair.first;
      const std::string& name = key.Scalar();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        problem(key, fmt::format("unknown key `{}`", name),
                fmt::format("known here: {}", fmt::join(known, ", ")));
      } else if (!seen.insert(name).second) {
        problem(key, fmt::format("`{}` stands here twice", name), "keep one of them");
      }
    }
    return true;
  }

  std::string text(const YAML::Node& map, const char* name, std::string fallback) {
    const YAML::Node value = map[name];
    if (!value || value.IsNull()) return fallback;
    if (value.IsScalar()) return value.Scalar();
    problem(value, fmt::format("`{}` is not a text", name), "write one value");
    return fallback;
  }

  // A whole number; `fallback` when absent.
  int number(const YAML::Node& map, const char* name, int fallback, int least, int most) {
    const YAML::Node value = map[name];
    if (!value) return fallback;
    int out = 0;
    if (value.IsScalar() && YAML::convert<int>::decode(value, out) && out >= least && out <= most) {
      return out;
    }
    problem(value, fmt::format("`{}` is not a whole number from {} to {}", name, least, most),
            "write a number in that range");
    return fallback;
  }

  // RFC 3339, or relative to the start: -3d, +80d.
  std::optional<Instant> time(const YAML::Node& map, const char* name) {
    const YAML::Node value = map[name];
    if (!value || value.IsNull()) return std::nullopt;
    const std::string written = value.IsScalar() ? value.Scalar() : "";
    if (!written.empty() && (written[0] == '-' || written[0] == '+')) {
      if (auto length = parse_duration(written.substr(1))) {
        return written[0] == '-' ? now_ - *length : now_ + *length;
      }
    } else if (auto at = parse_instant(written)) {
      return *at;
    }
    problem(value, fmt::format("`{}` is not a time", name),
            "write 2027-01-01T00:00:00Z, or relative to the start: -3d, +80d");
    return std::nullopt;
  }

  std::string object_id(const YAML::Node& map, bool taken(const World&, const std::string&)) {
    std::string id = text(map, "id", "");
    if (id.empty() && taken == nullptr) return random_.object_id();
    if (!is_object_id(id)) {
      problem(map["id"] ? map["id"] : map, fmt::format("\"{}\" is not an id", id),
              "an id is 24 characters of 0-9 and a-f");
    } else if (taken != nullptr && taken(seed_.world, id)) {
      problem(map["id"], fmt::format("the id {} stands twice in this seed", id), "make it unique");
    }
    return id;
  }

  std::vector<std::string> roles(const YAML::Node& map, bool of_org) {
    std::vector<std::string> out;
    each(map["roles"], "roles", [&](const YAML::Node& role) {
      const std::string name = role.IsScalar() ? role.Scalar() : "";
      if (!is_role(name, of_org)) {
        problem(role, fmt::format("\"{}\" is not a role", name),
                of_org ? fmt::format("one of {}", fmt::join(kOrgRoles, ", "))
                       : std::string("a project's role begins with GROUP_, as GROUP_OWNER"));
      }
      out.push_back(name);
    });
    return out;
  }

  void load_org(const YAML::Node& node) {
    if (!known_keys(node, {"id", "name", "settings", "accessList", "apiKeys", "serviceAccounts",
                           "projects"})) {
      return;
    }
    const std::string id = object_id(node, [](const World& world, const std::string& it) {
      return world.find_org(it) != nullptr;
    });
    Site& org = seed_.world.add_org(id, text(node, "name", "org"));
    if (const YAML::Node settings = node["settings"]; settings && !settings.IsNull()) {
      if (known_keys(settings, {"maxServiceAccountSecretValidityInHours"})) {
        org.max_validity_hours =
            number(settings, "maxServiceAccountSecretValidityInHours", 8760, 8, 8760);
      }
    }
    each(node["accessList"], "accessList", [&](const YAML::Node& entry) {
      const auto rule = parse_access_rule(entry.IsScalar() ? entry.Scalar() : "");
      if (rule) return org.access_list.push_back(*rule);
      problem(entry, "this is not an address", "write 203.0.113.7 or 10.0.0.0/8");
    });
    load_site(node, org);
    each(node["projects"], "projects", [&](const YAML::Node& one) { load_project(one, org); });
  }

  void load_project(const YAML::Node& node, Site& org) {
    if (!known_keys(node, {"id", "name", "apiKeys", "serviceAccounts"})) return;
    const std::string id = object_id(node, [](const World& world, const std::string& it) {
      return world.find_project(it) != nullptr;
    });
    load_site(node, seed_.world.add_project(org, id, text(node, "name", "project")));
  }

  void load_site(const YAML::Node& node, Site& site) {
    each(node["apiKeys"], "apiKeys", [&](const YAML::Node& key) {
      if (!known_keys(key, {"publicKey", "privateKey", "roles"})) return;
      site.api_keys.push_back(
          {text(key, "publicKey", ""), text(key, "privateKey", ""), roles(key, site.is_org)});
    });
    each(node["serviceAccounts"], "serviceAccounts",
         [&](const YAML::Node& account) { load_account(account, site); });
  }

  void load_account(const YAML::Node& node, Site& site) {
    if (!known_keys(node, {"clientId", "name", "description", "roles", "createdAt", "secrets"})) {
      return;
    }
    std::string id = text(node, "clientId", "");
    const YAML::Node where = node["clientId"] ? node["clientId"] : node;
    if (!is_client_id(id)) {
      return problem(where, fmt::format("\"{}\" is not a client id", id),
                     "a client id is mdb_sa_id_ and 24 hex characters");
    }
    if (seed_.world.find_account(id) != nullptr) {
      return problem(where, fmt::format("{} stands twice in this seed", id), "make it unique");
    }
    Account& account = seed_.world.add_account(site, std::move(id));
    account.name = text(node, "name", "service account");
    account.description = text(node, "description", account.name);
    account.roles = roles(node, site.is_org);
    account.created_at = time(node, "createdAt").value_or(now_);
    each(node["secrets"], "secrets", [&](const YAML::Node& one) { load_secret(one, account); });
  }

  void load_secret(const YAML::Node& node, Account& account) {
    if (!known_keys(
            node, {"id", "secret", "expiresAfterHours", "createdAt", "expiresAt", "lastUsedAt"})) {
      return;
    }
    Secret secret;
    secret.id = object_id(node, nullptr);
    secret.value = text(node, "secret", "");
    if (secret.value.empty()) secret.value = random_.secret_value();
    secret.created_at = time(node, "createdAt").value_or(now_);
    const int life = number(node, "expiresAfterHours", 2160, 1, 8760);
    secret.expires_at = time(node, "expiresAt").value_or(secret.created_at + hours(life));
    secret.last_used_at = time(node, "lastUsedAt");
    secret.usable_from = secret.created_at;
    account.secrets.push_back(std::move(secret));
  }

  Seed& seed_;
  const std::string& file_;
  Instant now_;
  Random& random_;
};

}  // namespace

namespace {

// Gives each problem the text of its line, but for lines with a value that nobody should see.
void quote_lines(Diagnostics& problems, std::string_view text) {
  const auto lines = split(text, '\n');
  for (Diagnostic& problem : problems) {
    const auto index = static_cast<std::size_t>(problem.place.line) - 1;
    if (index >= lines.size()) continue;
    const std::string_view line = lines[index];
    const bool hidden = line.find("secret:") != line.npos || line.find("privateKey") != line.npos;
    if (!hidden) problem.line = std::string(line);
  }
}

}  // namespace

Seed parse_seed(std::string_view text, const std::string& file, Instant now, Random& random) {
  Seed seed;
  const auto stop = [&](int line, int column, std::string what) {
    seed.problems.push_back({Diagnostic::Severity::error,
                             {file, line, column},
                             std::move(what),
                             "a seed is YAML: `orgs:` with a list of organizations",
                             ""});
  };
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (root.IsNull()) {
      stop(1, 1, "the seed is empty");
    } else {
      Loader(seed, file, now, random).load(root);
    }
  } catch (const YAML::Exception& error) {
    stop(error.mark.line + 1, error.mark.column + 1, error.msg);
  }
  quote_lines(seed.problems, text);
  return seed;
}

}  // namespace keytide::simulator
