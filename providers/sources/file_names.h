// Which files of a source count as manifests: one rule for folders, for repositories and for those
// who only watch.
#pragma once

#include <string_view>

namespace keytide {

// Ends in .yaml or .yml.
inline bool is_manifest_name(std::string_view name) {
  const auto ends_in = [&](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  };
  return ends_in(".yaml") || ends_in(".yml");
}

// Files and folders that begin with a dot are skipped.
inline bool is_hidden_name(std::string_view name) { return name.starts_with('.'); }

}  // namespace keytide
