// Folders that nobody else can swap: the walk to a file that is about to get a secret. Each part of
// the path is opened from the one before, so that what was checked is what is used.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "providers/system/fd.h"

namespace keytide {

// "/etc/billing/atlas.env" → {"/etc/billing", "atlas.env"}. Errors: invalid for a relative path, a
// path that ends in a slash, and the names "." and "..".
Result<std::pair<std::string, std::string>> split_path(const std::string& path);

// Opens an absolute folder for reading. Refused, with the folder's name and the way out, when
// - a folder on the way is writable by its group or by others, unless it is root's own and sticky,
//   as /tmp is;
// - a folder on the way belongs to somebody else than root, the running user or `also_trusted`;
// - a symbolic link lies in a folder that others can write (elsewhere links are followed, and the
//   same rules hold for where they lead).
// Errors: refused, not_found, denied, io. Folders are never created.
Result<Fd> open_safe_directory(const std::string& path, std::optional<uid_t> also_trusted = {});

}  // namespace keytide
