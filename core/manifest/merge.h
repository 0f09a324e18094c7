// Merges decoded manifests into the desired state: defaults, then profile, then entry; {{name}} put
// in; what only all files together can tell is checked: names that are used twice, missing
// settings, settings that could loop, and what a source may ask for.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/base/diagnostic.h"
#include "core/manifest/allow.h"
#include "core/manifest/manifest_file.h"
#include "core/model/desired.h"

namespace keytide {

struct MergeInput {
  std::string file;        // as people are shown it
  std::string_view bytes;  // for the lines of diagnostics
  const ManifestFile* manifest = nullptr;
  const AllowList* allow = nullptr;  // of its source; null: anything goes
};

struct Merged {
  DesiredState state;  // only to be used without errors: wrong entries are left out
  Diagnostics problems;
  std::size_t entries = 0;
};

// `some_unread`: a file could not be read to its end, so a profile that is missing may stand there.
Merged merge_manifests(std::span<const MergeInput> files, bool some_unread = false);

}  // namespace keytide
