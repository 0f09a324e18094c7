#include "cmd/keytide/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

ConfigPlaces places_of(const CommandLine& line, const Environment& environment) {
  ConfigPlaces places{line.config, value_of(environment, "KEYTIDE_CONFIG"),
                      value_of(environment, "XDG_CONFIG_HOME")};
  const std::string home = value_of(environment, "HOME");
  if (places.config_home.empty() && !home.empty()) places.config_home = home + "/.config";
  return places;
}

void add_error(Settings& settings, std::string problem, std::string way_out) {
  settings.problems.push_back(
      {Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""});
}

void read_config(Settings& settings, const std::string& file) {
  const auto bytes = read_file(file, kConfigBytesMax);
  if (!bytes) {
    add_error(settings, "the configuration can't be read: " + bytes.error().text(),
              "name another file with -config, or leave it out");
    return;
  }
  DecodedConfig decoded = decode_config(file, *bytes);
  settings.problems = std::move(decoded.problems);
  if (decoded.config) settings.config = std::move(*decoded.config);
}

// A command line's manifests stand for the sources, not beside them: an entry would seem removed.
void take_manifests(Settings& settings, const CommandLine& line) {
  if (line.manifests.empty()) return;
  if (!settings.config.sources.empty()) {
    add_error(settings,
              fmt::format("-manifest is given, and {} has `sources` too", settings.config.file),
              "use one of them");
    return;
  }
  for (const std::string& path : line.manifests) {
    SourceConfig source;
    source.path = path;
    settings.config.sources.push_back(std::move(source));
  }
}

}  // namespace

Settings load_settings(const CommandLine& line, const Environment& environment) {
  Settings settings;
  const auto exists = [](const std::string& path) { return access(path.c_str(), F_OK) == 0; };
  if (const auto file = find_config(places_of(line, environment), exists)) {
    read_config(settings, *file);
  }
  if (has_errors(settings.problems)) return settings;
  take_manifests(settings, line);
  return settings;
}

std::string control_path(const Config& config) {
  return config.listen.control.empty() ? config.state_path + ".sock" : config.listen.control;
}

}  // namespace keytide
