// ManifestFile as bytes, for the cache of decoded manifests. What comes back is either equal to
// what went in or nothing at all: cut, altered or foreign bytes are a miss, never a wrong manifest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/manifest/manifest_file.h"

namespace keytide {

// To be raised with every change of the format, of the YAML reader or of the rules a file is
// checked by: what an older keytide found right must be looked at again.
inline constexpr unsigned kManifestCodecVersion = 1;

std::string encode_manifest(const ManifestFile& manifest);

// Absent: another version, another kind of machine, or damaged. Every index is in bounds in what is
// returned.
std::optional<ManifestFile> decode_cached_manifest(std::string_view bytes);

}  // namespace keytide
