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

struct SourceConfig {
  std::string path;  // a file or a folder
  AllowList allow;
  Place place;  // of the path; nowhere for a source of the command line
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
