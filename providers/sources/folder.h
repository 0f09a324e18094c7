// Reads the manifests of a source: one file, or a folder and all below it. Blocks on the disk; any
// threads may call it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/diagnostic.h"

namespace keytide {

struct SourceFile {
  std::string path;  // as people are shown it: the source's path, and what lies below it
  std::string bytes;
  bool was_named = false;  // the source is this very file, and not a folder above it
};

struct SourceLimits {
  std::size_t file_bytes = std::size_t{16} << 20;
  std::size_t all_bytes = std::size_t{1} << 30;
  std::size_t files = 100'000;
  int depth = 32;  // of folders
};

struct SourceFiles {
  std::vector<SourceFile> files;  // sorted by path
  Diagnostics problems;           // what could not be read, and why; the rest was read all the same
};

// In a folder, files that end in .yaml or .yml count; names that begin with a dot are skipped,
// files and folders. Links are followed, but not in a circle. What is no regular file is not
// opened.
SourceFiles read_source(const std::string& path, const SourceLimits& limits = {});

}  // namespace keytide
