// Files that keytide keeps beside the store for itself, and believes only where nobody else can
// have written them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

namespace keytide {

// The whole content; empty where the file is not there, is no regular file (links are not
// followed), belongs to somebody who is neither this user nor `or_of`, may be written by its group
// or others, or has more than `bytes_max` bytes. Blocks on the disk.
std::string read_own_file(const std::string& path, std::size_t bytes_max,
                          std::optional<uid_t> or_of = {});

}  // namespace keytide
