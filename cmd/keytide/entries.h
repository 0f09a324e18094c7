// Entries: the manifests of all sources, held against the host's configuration.
#pragma once

#include <string>
#include <vector>

#include "cmd/keytide/app.h"
#include "core/manifest/config_rules.h"
#include "providers/sources/load.h"

namespace keytide {

// The service accounts that keytide signs in with here: of the configuration, else of the
// environment.
std::vector<OwnLogin> own_logins(const AtlasConfig& config, const Environment& environment);

// The folder beside the store that git sources are fetched into.
std::string git_folder_of(const Config& config);

// Git sources are fetched, and the last good revision of each is kept. `cache_file` empty: none is
// kept. Blocks on the disk and, with git sources, on the network.
LoadedManifests load_entries(const App& app, const Config& config, std::string cache_file);

}  // namespace keytide
