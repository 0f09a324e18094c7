// Settings: the host's configuration as this run uses it: the file that was found, the command line
// and the environment put together.
#pragma once

#include "cmd/keytide/command_line.h"
#include "core/base/result.h"
#include "core/manifest/config.h"
#include "providers/system/environment.h"

namespace keytide {

// What is larger is no configuration.
inline constexpr std::size_t kConfigBytesMax = std::size_t{1} << 20;

struct Settings {
  Config config;
  Diagnostics problems;  // errors: `config` is not to be used
};

// Reads and decodes the file. Errors that have no place in a file are diagnostics too.
Settings load_settings(const CommandLine& line, const Environment& environment);

// Where the service takes commands: `listen.control`, else the store's path and `.sock`.
std::string control_path(const Config& config);

}  // namespace keytide
