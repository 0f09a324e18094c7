// A cheap look at path sources: has anything changed that read_source would read?
#pragma once

#include <string>
#include <vector>

#include "core/manifest/config.h"
#include "providers/sources/folder.h"

namespace keytide {

// A digest of path, inode, size and times of every file that counts, and of what can't be read. It
// changes when a file comes, goes, is written, replaced, or is led to by another link; equal
// digests: nothing of it happened, as far as the file system tells. No file is opened. Sources of
// git add nothing. Blocks on the disk.
std::string stat_digest(const std::vector<SourceConfig>& sources, const SourceLimits& limits = {});

}  // namespace keytide
