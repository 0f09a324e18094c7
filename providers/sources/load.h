// From the sources of the configuration to the desired state: reads the files, decodes them in
// parallel or takes them from the cache, merges them. Blocks on the disk and on its own threads.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/config.h"
#include "core/model/desired.h"
#include "providers/sources/folder.h"

namespace keytide {

// Reads one source, as its caller has decided: of git at some commit (GitSource::read).
using ReadSource = std::function<SourceFiles(const SourceConfig&, const SourceLimits&)>;

struct LoadOptions {
  std::string cache_file{};  // empty: none is kept
  int parallelism = 0;       // threads that decode; 0: as many as the machine has, at most 16
  SourceLimits limits{};
  ReadSource read_git{};   // none: git sources are an error
  ReadSource read_path{};  // none: path sources are read from the disk as they are now
};

// A YAML file that was read.
struct LoadedFile {
  std::size_t source = 0;  // among those that were given
  std::string name;        // below its source; empty: the source is this very file
  std::string path;        // as people are shown it
  bool is_manifest = false;
  std::string bytes;  // of the manifests of path sources
};

struct LoadedManifests {
  DesiredState state;  // to be used only without errors
  Diagnostics
      problems;  // all there are, sorted by place; warnings may stand here beside a good state
  std::size_t files = 0;    // manifests
  std::size_t skipped = 0;  // YAML files that are no manifests
  std::size_t entries = 0;
  std::vector<std::string> empty_sources;  // the names of those that name no entry
  std::size_t from_cache = 0;              // of the files
  std::vector<LoadedFile> all_files;       // in the order of the sources
  std::string revision;  // a digest of all bytes that were read: equal for equal manifests

  bool is_good() const { return !has_errors(problems); }
};

LoadedManifests load_desired(const std::vector<SourceConfig>& sources,
                             const LoadOptions& options = {});

// From the name of a file below its path source to the path that people are shown.
std::string path_in(const SourceConfig& source, const std::string& name);

// What `keytide validate` says: the problems, and a last line that sums up:
//   Success! 3 entries in 2 files (1 file skipped: no `keytide:` key).
std::string render_validation(const LoadedManifests& loaded);

}  // namespace keytide
