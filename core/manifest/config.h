// The configuration of the host: the operator's own file, read by the same reader and the same kind
// of table as a manifest. Pure: text in, Config or every problem out. Paths in it are relative to
// the folder of the file, and come out joined with that.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/base/instant.h"
#include "core/manifest/allow.h"
#include "core/manifest/value_shape.h"
#include "core/model/policy.h"

namespace keytide {

// Where a credential lies. A configuration never holds one.
struct SecretRef {
  enum class From { file, environment };
  From from = From::file;
  std::string where;  // a path, or the name of a variable
  Place place;
};

struct ServiceAccountLogin {
  std::string client_id;
  SecretRef client_secret;
};

struct ApiKeyLogin {
  std::string public_key;
  SecretRef private_key;
};

struct TokenLogin {
  SecretRef access_token;
};

using Login = std::variant<ServiceAccountLogin, ApiKeyLogin, TokenLogin>;

struct AtlasConfig {
  std::string base_url;  // without a slash at its end; empty: the environment's, else Atlas's own
  std::string ca_file;   // empty: the system's
  Seconds timeout{15};
  std::map<std::string, Login> credentials;  // by org or project id, or "default"
};

// A repository that manifests are fetched from.
struct GitConfig {
  std::string url;  // https://…, ssh://…, git@host:path, or http:// of this host; no password in it
  std::string ref;       // a branch, or a whole name from refs/ on; empty: the repository's HEAD
  std::string path;      // the file or folder in it that counts; empty: all of it
  Seconds interval{60};  // between two looks
  std::string allowed_signers;  // a file as ssh-keygen reads it; empty: commits need no signature
  std::string ssh_key_file;     // empty: the keys that ssh finds by itself

  friend bool operator==(const GitConfig&, const GitConfig&) = default;
};

struct SourceConfig {
  std::string path;  // a file or a folder; empty for git
  AllowList allow;
  Place place{};  // of the path or the URL; nowhere for a source of the command line
  std::optional<GitConfig> git{};

  // As people are shown it: the path, or "https://git.example.com/secrets.git@main:prod".
  std::string name() const;
};

// Where the key of the escrow lies.
struct EscrowConfig {
  bool is_on = true;
  std::string key_file;  // empty: keytide's own, beside the store, made at first need
  Place place;           // of the key `escrow`; nowhere when it is absent
};

// What the service listens on.
struct ListenConfig {
  std::string metrics = "127.0.0.1:9464";  // ADDRESS:PORT, an IP address; empty: `metrics: none`
  std::string control;                     // the path of a socket; empty: beside the store
  std::optional<SecretRef> token;  // of metrics; there is one where `metrics` is not loopback
};

struct Config {
  std::string file;                       // where it was read; empty: there was none
  std::string state_path = "keytide.db";  // of the SQLite database
  std::vector<SourceConfig> sources;
  AtlasConfig atlas;
  SafetyPolicy safety;
  EscrowConfig escrow;
  ListenConfig listen;
  Seconds events_keep{std::chrono::hours(400 * 24)};
};

struct DecodedConfig {
  std::optional<Config> config;  // absent: there are errors
  Diagnostics problems;
};

// `file` is the path as people gave it. Never throws.
DecodedConfig decode_config(const std::string& file, std::string_view bytes);

// Where a configuration is looked for. Empty strings: not set.
struct ConfigPlaces {
  std::string flag;         // -config=FILE
  std::string variable;     // $KEYTIDE_CONFIG
  std::string config_home;  // $XDG_CONFIG_HOME, else $HOME/.config
};

// The file to read: the flag's or the variable's as it is, there or not; else the first that exists
// of ./keytide.yaml, <config_home>/keytide/keytide.yaml and /etc/keytide/keytide.yaml; else absent.
std::optional<std::string> find_config(const ConfigPlaces& places,
                                       const std::function<bool(const std::string&)>& exists);

// The table of all keys, for `keytide schema`.
const ValueShape& config_shape();

}  // namespace keytide
