#include "providers/sources/accepted.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "core/manifest/text_rules.h"
#include "providers/sources/accepted_codec.h"
#include "providers/sources/own_file.h"
#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 30;

std::string path_of(const std::string& state_path) { return state_path + ".manifests"; }

std::string key_of(const SourceConfig& source) {
  if (source.git)
    return fmt::format("{}\n{}\n{}", source.git->url, source.git->ref, source.git->path);
  std::error_code problem;
  const auto whole = std::filesystem::absolute(source.path, problem);
  return normal_path(problem ? source.path : whole.string());
}

}  // namespace

const AcceptedSource* AcceptedManifests::find(const SourceConfig& source) const {
  const auto at = std::find_if(sources.begin(), sources.end(),
                               [key = key_of(source)](const auto& one) { return one.key == key; });
  return at == sources.end() ? nullptr : &*at;
}

AcceptedManifests accepted_of(const std::vector<SourceConfig>& sources, LoadedManifests& loaded) {
  AcceptedManifests out;
  out.revision = loaded.revision;
  for (const SourceConfig& source : sources) out.sources.push_back({key_of(source), {}});
  std::map<std::string_view, std::vector<Address>> entries;
  for (const DesiredSecret& secret : loaded.state.secrets) {
    entries[secret.place.file].push_back(secret.address);
  }
  for (LoadedFile& file : loaded.all_files) {
    if (!file.is_manifest) continue;
    const auto held = entries.find(file.path);
    out.sources[file.source].files.push_back({file.name, {}, std::move(file.bytes)});
    if (held != entries.end()) out.sources[file.source].files.back().entries = held->second;
  }
  return out;
}

ReadSource reader_of(const AcceptedManifests& accepted) {
  return [&accepted](const SourceConfig& source, const SourceLimits& limits) -> SourceFiles {
    const AcceptedSource* known = accepted.find(source);
    if (known == nullptr) return read_source(source.path, limits);
    SourceFiles out;
    for (const AcceptedFile& file : known->files) {
      out.files.push_back({path_in(source, file.name), file.bytes, file.name.empty()});
    }
    return out;
  };
}

AcceptedManifests read_accepted(const AcceptedPlace& place) {
  return decode_accepted(place.lineage, read_own_file(path_of(place.state_path), kBytesMax));
}

Result<void> keep_accepted(const AcceptedPlace& place, const AcceptedManifests& accepted) {
  const std::string path = path_of(place.state_path);
  const std::string bytes = encode_accepted(place.lineage, accepted);
  if (bytes.size() > kBytesMax) {
    return fail(ErrorKind::invalid,
                fmt::format("can't keep the accepted manifests in {}: they are over {} MiB; split "
                            "the sources over several stores",
                            path, kBytesMax >> 20));
  }
  if (read_own_file(path, kBytesMax) == bytes) return {};
  return replace_file(path, bytes, {});
}

}  // namespace keytide
