#include "cmd/keytide/config_watch.h"

#include <utility>

#include "cmd/keytide/logins.h"
#include "cmd/keytide/settings.h"
#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

// Of a service account nothing: such a secret is followed where it is kept (CredentialWatch).
const SecretValue* secret_of(const Credential& credential) {
  if (std::holds_alternative<ServiceAccountCredential>(credential)) return nullptr;
  if (const auto* key = std::get_if<ApiKeyCredential>(&credential)) return &key->private_key;
  return &std::get<AccessTokenCredential>(credential).token;
}

}  // namespace

ConfigWatch::ConfigWatch(const App& app, const Config& config, FingerprintKey key)
    : app_(app), key_(std::move(key)), begun_with_(digest(config)) {}

// The file's bytes, and what the credentials and the token hold.
std::string ConfigWatch::digest(const Config& config) const {
  std::string text;
  if (!config.file.empty()) {
    const auto bytes = read_file(config.file, kConfigBytesMax);
    text += bytes ? *bytes : bytes.error().text();
  }
  const auto add_value = [&](const SecretValue& one) {
    text += "\n" + fingerprint_of(one, key_).str();
  };
  const auto token = read_listen_token(config.listen, process_variables());
  if (!token) text += token.error().text();
  if (token && *token) add_value(**token);
  const auto credentials = read_credentials(config.atlas, process_variables());
  if (!credentials) return text + credentials.error().text();
  const auto add = [&](const Credential& one) {
    if (const SecretValue* value = secret_of(one)) add_value(*value);
  };
  if (credentials->by_default) add(*credentials->by_default);
  for (const auto& [scope, one] : credentials->by_scope_id) add(one);
  return text;
}

ConfigWatch::Finding ConfigWatch::look() const {
  Finding finding;
  Settings settings = load_settings(app_.line, app_.environment);
  finding.problems = std::move(settings.problems);
  if (has_errors(finding.problems)) {
    finding.is_new = true;
    return finding;
  }
  finding.is_new = digest(settings.config) != begun_with_;
  finding.config = std::move(settings.config);
  return finding;
}

}  // namespace keytide
