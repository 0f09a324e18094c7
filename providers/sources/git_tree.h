// Reads the manifests out of a commit, without ever checking it out: git hands over names and
// bytes, and nothing of the repository decides where something is written or which filter runs.
// The rules are those of read_source, but links and submodules are not followed.
#pragma once

#include <string>

#include "providers/sources/folder.h"
#include "providers/sources/git_command.h"

namespace keytide {

struct GitTreePlace {
  std::string commit;
  std::string path;   // in the repository; empty: all of it
  std::string shown;  // what stands before "path/file.yaml" where people read it
};

// Problems are errors where an entry may be missing for them; a link or a submodule without the
// name of a manifest is a warning. Blocks.
SourceFiles read_git_tree(const GitCommand& git, const GitTreePlace& place,
                          const SourceLimits& limits);

}  // namespace keytide
