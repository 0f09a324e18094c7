// The cache of decoded manifests: one file beside the store, by the digest of a manifest's bytes.
// It may be deleted at any time. Whatever is wrong with it, it is a miss; whatever keeps it from
// being written is not worth a word.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/manifest/manifest_file.h"

namespace keytide {

class ManifestCache {
 public:
  // Reads the file. Blocks on the disk. One that others may write to is not believed.
  explicit ManifestCache(std::string path);

  // Any threads may call it at once.
  std::optional<ManifestFile> find(const std::string& digest) const;

  // Replaces the file by these, atomically, readable by its owner alone, if it does not hold just
  // them already. What is
  // encoded may be empty for a digest that the file holds. Blocks on the disk.
  void save(const std::map<std::string, std::string>& encoded_by_digest) const;

 private:
  void index();

  std::string path_;
  std::string bytes_;
  std::unordered_map<std::string_view, std::string_view> found_;  // digest → encoded, in bytes_
};

}  // namespace keytide
