#include "core/manifest/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/duration.h"
#include "core/manifest/config_sources.h"
#include "core/manifest/redact.h"
#include "core/manifest/report.h"
#include "core/manifest/shape_check.h"
#include "core/manifest/text_rules.h"
#include "core/manifest/yaml_reader.h"

namespace keytide {
namespace {

std::string folder_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : file.substr(0, slash);
}

// Reads a tree that was checked against config_shape(), and checks what a table can't say.
class ConfigReader {
 public:
  ConfigReader(const std::string& file, Report& report)
      : folder_(folder_of(file)), report_(report) {
    config_.file = file;
    config_.state_path = under_folder(config_.state_path);
  }

  Config read(YamlValue root) {
    if (const auto state = root.find("state")) read_state(*state);
    if (const auto sources = root.find("sources")) {
      const auto join = [this](std::string_view path) { return under_folder(path); };
      config_.sources = read_sources(*sources, join, report_);
    }
    if (const auto atlas = root.find("atlas")) read_atlas(*atlas);
    if (const auto safety = root.find("safety")) read_safety(*safety);
    if (const auto escrow = root.find("escrow")) read_escrow(*escrow);
    if (const auto listen = root.find("listen")) read_listen(*listen);
    if (const auto events = root.find("events")) read_length(*events, "keep", config_.events_keep);
    return std::move(config_);
  }

 private:
  std::string under_folder(std::string_view path) const {
    if (is_root(path) || folder_.empty()) return normal_path(path);
    return normal_path(fmt::format("{}/{}", folder_, path));
  }

  static void read_length(YamlValue map, std::string_view key, Seconds& out) {
    const auto value = map.find(key);
    if (!value) return;
    if (const auto length = parse_duration(value->text())) out = *length;
  }

  void read_state(YamlValue state) {
    constexpr std::string_view kSqlite = "sqlite:";
    const std::string_view url = state.text();
    if (url.substr(0, 13) == "postgresql://" || url.substr(0, 11) == "postgres://") {
      // Not shown: such a URL may hold a password.
      report_.error(state, "a PostgreSQL store is planned, and not available yet",
                    "write sqlite:keytide.db");
    } else if (url.substr(0, kSqlite.size()) != kSqlite || url.size() == kSqlite.size()) {
      report_.error(state, "state names no store that is known",
                    "write sqlite: and a path, such "
                    "as sqlite:keytide.db");
    } else {
      config_.state_path = under_folder(url.substr(kSqlite.size()));
    }
  }

  void read_atlas(YamlValue atlas) {
    if (const auto url = atlas.find("base_url")) read_url(*url);
    if (const auto file = atlas.find("ca_file")) config_.atlas.ca_file = under_folder(file->text());
    read_length(atlas, "timeout", config_.atlas.timeout);
    const auto credentials = atlas.find("credentials");
    if (!credentials) return;
    for (const auto& [name, value] : credentials->pairs()) {
      if (auto login = login_of(value)) {
        config_.atlas.credentials.emplace(name.text(), std::move(*login));
      }
    }
  }

  void read_url(YamlValue value) {
    std::string_view url = value.text();
    while (!url.empty() && url.back() == '/') url.remove_suffix(1);
    const bool is_https = url.substr(0, 8) == "https://";
    const bool is_http = url.substr(0, 7) == "http://";
    if (!is_https && !is_http) {
      report_.error(value, "base_url is not a URL of https", "write https://cloud.mongodb.com");
      return;
    }
    std::string_view host = url.substr(is_https ? 8 : 7);
    host = host.substr(0, host.find('/'));
    if (host.find('@') != std::string_view::npos) {
      report_.error(value, "base_url holds a name or a password", "use credentials: instead");
      return;
    }
    if (url.find_first_of("?# ") != std::string_view::npos || host.empty()) {
      report_.error(value, "base_url is not a plain URL", "write https://cloud.mongodb.com");
      return;
    }
    const std::size_t port = host.rfind(':');
    const bool has_port = port != std::string_view::npos && host.back() != ']';
    if (is_http && !is_loopback_host(has_port ? host.substr(0, port) : host)) {
      report_.error(value, "base_url is http, and secrets would cross the network in the clear",
                    "write https://; http is for 127.0.0.1, [::1] and localhost alone");
      return;
    }
    config_.atlas.base_url = std::string(url);
  }

  std::optional<SecretRef> secret_of(YamlValue login, std::string_view key) {
    const auto ref = login.find(key);
    if (!ref) return std::nullopt;
    SecretRef out;
    out.place = report_.place_of(*ref);
    if (const auto file = ref->find("file")) {
      out.where = under_folder(file->text());
      return out;
    }
    const auto variable = ref->find("env");
    if (!variable) return std::nullopt;
    out.from = SecretRef::From::environment;
    out.where = std::string(variable->text());
    return out;
  }

  std::optional<Login> login_of(YamlValue value) {
    auto client_secret = secret_of(value, "client_secret");
    auto private_key = secret_of(value, "private_key");
    auto access_token = secret_of(value, "access_token");
    const auto client_id = value.find("client_id");
    const auto public_key = value.find("public_key");
    if (client_id && client_secret) {
      return ServiceAccountLogin{std::string(client_id->text()), std::move(*client_secret)};
    }
    if (public_key && private_key) {
      return ApiKeyLogin{std::string(public_key->text()), std::move(*private_key)};
    }
    if (access_token) return TokenLogin{std::move(*access_token)};
    return std::nullopt;
  }

  void read_escrow(YamlValue escrow) {
    config_.escrow.place = report_.place_of(escrow);
    config_.escrow.is_on = escrow.is_map();
    const auto key = escrow.is_map() ? escrow.find("key") : std::nullopt;
    const auto file = key && key->is_map() ? key->find("file") : std::nullopt;
    if (file) config_.escrow.key_file = under_folder(file->text());
  }

  void read_listen(YamlValue listen) {
    ListenConfig& out = config_.listen;
    if (const auto path = listen.find("control")) out.control = under_folder(path->text());
    out.token = secret_of(listen, "token");
    const auto metrics = listen.find("metrics");
    if (!metrics || !is_listen_address(metrics->text())) return;
    out.metrics = metrics->text() == "none" ? "" : std::string(metrics->text());
    const std::string_view host = out.metrics;
    if (out.metrics.empty() || is_loopback_host(host.substr(0, host.rfind(':'))) || out.token)
      return;
    report_.error(*metrics, "others can reach this address, and listen.token is not set",
                  "add token: {file: PATH} beside it, or write 127.0.0.1:9464");
  }

  void read_safety(YamlValue safety) {
    SafetyPolicy& out = config_.safety;
    if (const auto percent = safety.find("max_removed_or_respecified")) {
      out.max_removed_or_respecified_percent = percent_of(percent->text());
    }
    if (const auto skew = safety.find("max_clock_skew")) {
      out.max_clock_skew.reset();
      if (const auto length = parse_duration(skew->text())) out.max_clock_skew = *length;
    }
    read_length(safety, "confirm_after", out.confirm_after);
    if (const auto reclaim = safety.find("reclaim_foreign"); reclaim && reclaim->is_map()) {
      const auto length = reclaim->find("unused_for");
      if (const auto span = parse_duration(length ? length->text() : "")) {
        out.reclaim_unused_for = *span;
      }
    }
    if (const auto creates = safety.find("max_creates")) {
      out.max_creates = percent_of(creates->text());
    }
  }

  std::string folder_;
  Report& report_;
  Config config_;
};

}  // namespace

DecodedConfig decode_config(const std::string& file, std::string_view bytes) {
  DecodedConfig out;
  Report report(file, bytes);
  const YamlFile yaml = read_yaml(bytes);
  for (const YamlProblem& problem : yaml.problems) {
    report.error(problem.line, problem.column, problem.problem, problem.way_out);
  }
  if (yaml.syntax_error) {
    const YamlProblem& error = *yaml.syntax_error;
    report.error(error.line, error.column, error.problem, error.way_out);
  } else if (yaml.tree.roots.empty()) {
    report.error(0, 0, "the configuration is empty", "write version: 1 and sources:");
  } else if (yaml.tree.roots.size() > 1) {
    const YamlValue second(yaml.tree, yaml.tree.roots[1]);
    report.error(second, "a configuration is one document", "remove the --- and merge the two");
  } else {
    const YamlValue root(yaml.tree, yaml.tree.roots[0]);
    if (root.is_map() && root.find("keytide") && !root.find("version")) {
      report.error(root, "this file is a manifest, not a configuration",
                   "name it with -manifest=, or as a source of the configuration");
    } else {
      check_shape(root, config_shape(), "the configuration", report);
      Config config = ConfigReader(file, report).read(root);
      if (!report.has_errors()) out.config = std::move(config);
    }
  }
  out.problems = report.take();
  return out;
}

std::optional<std::string> find_config(const ConfigPlaces& places,
                                       const std::function<bool(const std::string&)>& exists) {
  if (!places.flag.empty()) return places.flag;
  if (!places.variable.empty()) return places.variable;
  std::vector<std::string> candidates{"keytide.yaml"};
  if (!places.config_home.empty()) {
    candidates.push_back(places.config_home + "/keytide/keytide.yaml");
  }
  candidates.push_back("/etc/keytide/keytide.yaml");
  const auto found = std::find_if(candidates.begin(), candidates.end(), exists);
  if (found == candidates.end()) return std::nullopt;
  return *found;
}

}  // namespace keytide
