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

const SecretRef& secret_of(const Login& login) {
  if (const auto* account = std::get_if<ServiceAccountLogin>(&login)) return account->client_secret;
  if (const auto* key = std::get_if<ApiKeyLogin>(&login)) return key->private_key;
  return std::get<TokenLogin>(login).access_token;
}

HostRules rules_of(const App& app, const Config& config) {
  HostRules rules{config.escrow, own_logins(config.atlas, app.environment), {}, {}};
  const auto own = [&](const std::string& path) {
    if (!path.empty()) rules.own_files.push_back(absolute(path));
  };
  for (const char* beside : {"", "-wal", "-shm", "-journal", ".lock", ".cache", ".manifests",
                             ".key", ".epoch", ".spill", ".sock"}) {
    own(config.state_path + beside);
  }
  own(config.file);
  own(config.escrow.key_file);
  own(config.listen.control);
  if (config.listen.token && config.listen.token->from == SecretRef::From::file) {
    own(config.listen.token->where);
  }
  for (const auto& [name, login] : config.atlas.credentials) {
    const SecretRef& secret = secret_of(login);
    if (secret.from == SecretRef::From::file) own(secret.where);
  }
  for (const SourceConfig& source : config.sources) {
    if (source.git) {
      own(source.git->allowed_signers);
      own(source.git->ssh_key_file);
    } else {
      own(source.path);
      rules.own_folders.push_back(absolute(source.path));
    }
  }
  rules.own_folders.push_back(absolute(git_folder_of(config)));
  return rules;
}

}  // namespace

std::string git_folder_of(const Config& config) { return config.state_path + ".git"; }

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

std::set<ClientId> own_accounts(const Config& config, const Environment& environment) {
  std::set<ClientId> own;
  for (const OwnLogin& login : own_logins(config.atlas, environment)) {
    own.insert(ClientId(login.client_id));
  }
  return own;
}

LoadedManifests load_entries(const App& app, const Config& config, const GitSources& git,
                             std::string cache_file, ReadSource read_path) {
  LoadOptions options;
  options.cache_file = std::move(cache_file);
  options.read_git = git.reader();
  options.read_path = std::move(read_path);
  LoadedManifests loaded = load_desired(config.sources, options);
  const Diagnostics more = check_entries(loaded.state, rules_of(app, config));
  loaded.problems.insert(loaded.problems.end(), more.begin(), more.end());
  return loaded;
}

}  // namespace keytide
