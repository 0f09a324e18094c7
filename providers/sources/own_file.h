// Files that keytide keeps beside the store for itself, and believes only where nobody else can
// have written them.
#pragma once

#include <cstddef>
#include <string>

namespace keytide {

// The whole content; empty where the file is not there, is no regular file (links are not
// followed), belongs to somebody else, may be written by its group or others, or has more than
// `bytes_max` bytes. Blocks on the disk.
std::string read_own_file(const std::string& path, std::size_t bytes_max);

}  // namespace keytide
