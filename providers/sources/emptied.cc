#include "providers/sources/emptied.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace keytide {
namespace {

const AcceptedFile* find_file(const AcceptedSource* source, const std::string& name) {
  if (source == nullptr) return nullptr;
  const auto at = std::find_if(source->files.begin(), source->files.end(),
                               [&](const AcceptedFile& one) { return one.name == name; });
  return at == source->files.end() ? nullptr : &*at;
}

// Of the entries that the file held, those that are named nowhere now.
std::size_t count_lost(const AcceptedFile& file, const DesiredState& state) {
  const auto is_lost = [&](const Address& address) {
    const auto at = std::lower_bound(
        state.secrets.begin(), state.secrets.end(), address,
        [](const DesiredSecret& one, const Address& wanted) { return one.address < wanted; });
    return at == state.secrets.end() || at->address != address;
  };
  return static_cast<std::size_t>(std::count_if(file.entries.begin(), file.entries.end(), is_lost));
}

Diagnostic say_emptied(const std::string& path, std::size_t lost, Diagnostic::Severity severity) {
  return {
      severity,
      {path, 0, 0},
      fmt::format("held {} {} and is no manifest any more", lost, lost == 1 ? "entry" : "entries"),
      fmt::format("delete the file if {} to go, or begin it with `keytide: 1`",
                  lost == 1 ? "that is" : "they are"),
      ""};
}

}  // namespace

Diagnostics find_emptied(const AcceptedManifests& accepted,
                         const std::vector<SourceConfig>& sources, const LoadedManifests& loaded,
                         Diagnostic::Severity severity) {
  Diagnostics out;
  for (const LoadedFile& file : loaded.all_files) {
    if (file.is_manifest) continue;
    const AcceptedFile* before = find_file(accepted.find(sources[file.source]), file.name);
    const std::size_t lost = before != nullptr ? count_lost(*before, loaded.state) : 0;
    if (lost > 0) out.push_back(say_emptied(file.path, lost, severity));
  }
  return out;
}

}  // namespace keytide
