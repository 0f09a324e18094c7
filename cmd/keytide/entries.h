// Entries: the manifests of all sources, held against the host's configuration.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cmd/keytide/app.h"
#include "cmd/keytide/git_sources.h"
#include "core/manifest/config_rules.h"
#include "providers/sources/load.h"

namespace keytide {

// The service accounts that keytide signs in with here: of the configuration, else of the
// environment.
std::vector<OwnLogin> own_logins(const AtlasConfig& config, const Environment& environment);

// The same by id alone.
std::set<ClientId> own_accounts(const Config& config, const Environment& environment);

// The folder beside the store that git sources are fetched into.
std::string git_folder_of(const Config& config);

// `cache_file` empty: none is kept. `read_path` none: path sources are read as they are now. Blocks
// on the disk.
LoadedManifests load_entries(const App& app, const Config& config, const GitSources& git,
                             std::string cache_file, ReadSource read_path = {});

}  // namespace keytide
