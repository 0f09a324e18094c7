// Manifest files that were emptied. Who takes entries away deletes the file, or the entries in it;
// a file that held some, is still there and is no manifest any more is somebody's mistake, or was
// cut by a full disk or a copy that died.
#pragma once

#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/config.h"
#include "providers/sources/accepted.h"
#include "providers/sources/load.h"

namespace keytide {

// One for each such file whose entries no other file names now. `sources`: those that were loaded.
Diagnostics find_emptied(const AcceptedManifests& accepted,
                         const std::vector<SourceConfig>& sources, const LoadedManifests& loaded,
                         Diagnostic::Severity severity);

}  // namespace keytide
