// One manifest, decoded on its own: read, bounded, checked against the table of fields, not merged
// yet. Files are independent of each other: any number of them may be decoded at once, by any
// threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/yaml_reader.h"
#include "core/manifest/yaml_tree.h"

namespace keytide {

// What is kept of a file, and in the cache. It holds no path: equal bytes give an equal
// ManifestFile.
struct ManifestFile {
  YamlTree tree;
  std::vector<std::uint32_t> documents;  // the roots that carry `keytide:`; none: not a manifest

  friend bool operator==(const ManifestFile&, const ManifestFile&) = default;
};

struct DecodedFile {
  ManifestFile manifest;  // everything that could be read, right or wrong
  Diagnostics problems;   // empty: the file is right as far as it alone can tell
  bool is_cut = false;    // a syntax error: what stands behind it is not known

  bool is_manifest() const { return is_cut || !manifest.documents.empty(); }
};

// `file` is the path as people are shown it. Never throws. YAML that carries no `keytide:` key is
// skipped, even if it can't be read: it is somebody else's.
DecodedFile decode_manifest(const std::string& file, std::string_view bytes,
                            const YamlLimits& limits = {});

}  // namespace keytide
