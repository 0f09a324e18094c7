#include "cmd/keytide/entries.h"

#include <filesystem>

#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

std::string absolute(const std::string& path) {
  std::error_code problem;
  const auto whole = std::filesystem::absolute(path, problem);
  return normal_path(problem ? path : whole.string());
}

}  // namespace

std::vector<OwnLogin> own_logins(const AtlasConfig& config, const Environment& environment) {
  std::vector<OwnLogin> own;
  for (const auto& [name, login] : config.credentials) {
    const auto* account = std::get_if<ServiceAccountLogin>(&login);
    if (account == nullptr) continue;
    const SecretRef& secret = account->client_secret;
    const bool is_file = secret.from == SecretRef::From::file;
    own.push_back({account->client_id, is_file ? absolute(secret.where) : ""});
  }
  const auto variable = environment.find("MONGODB_ATLAS_CLIENT_ID");
  if (config.credentials.empty() && variable != environment.end()) {
    own.push_back({variable->second, ""});
  }
  return own;
}

LoadedManifests load_entries(const App& app, const Config& config, std::string cache_file) {
  LoadOptions options;
  options.cache_file = std::move(cache_file);
  LoadedManifests loaded = load_desired(config.sources, options);
  const Diagnostics more =
      check_entries(loaded.state, config.escrow, own_logins(config.atlas, app.environment));
  loaded.problems.insert(loaded.problems.end(), more.begin(), more.end());
  return loaded;
}

}  // namespace keytide
