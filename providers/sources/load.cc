#include "providers/sources/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "core/base/fingerprint.h"
#include "core/manifest/codec.h"
#include "core/manifest/manifest_file.h"
#include "core/manifest/merge.h"
#include "providers/sources/cache.h"

namespace keytide {
namespace {

// A file on its way through the load.
struct Piece {
  SourceFile file;
  std::size_t source = 0;
  const AllowList* allow = nullptr;
  std::string digest;
  DecodedFile decoded;
  bool is_cached = false;
  std::string encoded;  // for the cache, where it isn't there yet
};

void append(Diagnostics&& more, Diagnostics& all) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

SourceFiles read_one(const SourceConfig& source, const LoadOptions& options) {
  if (!source.git && options.read_path) return options.read_path(source, options.limits);
  if (!source.git) return read_source(source.path, options.limits);
  if (options.read_git) return options.read_git(source, options.limits);
  return {{},
          {{Diagnostic::Severity::error, source.place,
            fmt::format("{} can't be read here: nothing was fetched", source.name()),
            "check the repository out, and name that folder with -manifest=PATH", ""}}};
}

std::vector<Piece> read_all(const std::vector<SourceConfig>& sources, const LoadOptions& options,
                            Diagnostics& problems) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const SourceConfig& source = sources[i];
    SourceFiles found = read_one(source, options);
    append(std::move(found.problems), problems);
    for (SourceFile& file : found.files) {
      Piece& piece = pieces.emplace_back();
      piece.file = std::move(file);
      piece.source = i;
      piece.allow = &source.allow;
    }
  }
  return pieces;
}

void decode(Piece& piece, const ManifestCache* cache) {
  piece.digest = sha256_hex(piece.file.bytes);
  if (cache != nullptr) {
    if (auto known = cache->find(piece.digest)) {
      piece.decoded.manifest = std::move(*known);
      piece.is_cached = true;
      return;
    }
  }
  piece.decoded = decode_manifest(piece.file.path, piece.file.bytes);
  // Only what is right is kept: what is wrong has to be said in every run.
  const bool is_right = piece.decoded.is_manifest() && piece.decoded.problems.empty();
  if (cache != nullptr && is_right) piece.encoded = encode_manifest(piece.decoded.manifest);
}

std::size_t threads_for(int wanted, std::size_t pieces) {
  const unsigned machine = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t most = wanted > 0 ? static_cast<std::size_t>(wanted) : std::min(machine, 16U);
  return std::clamp<std::size_t>(pieces, 1, most);
}

// Each worker takes the next file; the calling thread is one of them.
void decode_all(std::vector<Piece>& pieces, const ManifestCache* cache, int parallelism) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < pieces.size(); i = next++) decode(pieces[i], cache);
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < threads_for(parallelism, pieces.size()); ++i) {
    workers.emplace_back(work);
  }
  work();
  for (std::thread& worker : workers) worker.join();
}

void save(const ManifestCache& cache, std::vector<Piece>& pieces) {
  std::map<std::string, std::string> items;  // two files may be equal
  for (Piece& piece : pieces) {
    if (piece.is_cached || !piece.encoded.empty()) {
      items.emplace(piece.digest, std::move(piece.encoded));
    }
  }
  cache.save(items);
}

std::string revision_of(const std::vector<Piece>& pieces) {
  std::string all;
  for (const Piece& piece : pieces) {
    if (piece.decoded.is_manifest()) all += piece.digest;
  }
  return sha256_hex(all);
}

Merged merge(const std::vector<Piece>& pieces, bool some_unread) {
  std::vector<MergeInput> inputs;
  inputs.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    inputs.push_back({piece.file.path, piece.file.bytes, &piece.decoded.manifest, piece.allow});
  }
  return merge_manifests(inputs, some_unread);
}

std::vector<std::string> find_empty_sources(const std::vector<SourceConfig>& sources,
                                            const std::vector<Piece>& pieces,
                                            const DesiredState& state) {
  std::set<std::string_view> files;
  for (const DesiredSecret& secret : state.secrets) files.insert(secret.place.file);
  std::set<const AllowList*> used;
  for (const Piece& piece : pieces) {
    if (files.contains(piece.file.path)) used.insert(piece.allow);
  }
  std::vector<std::string> empty;
  for (const SourceConfig& source : sources) {
    if (!used.contains(&source.allow)) empty.push_back(source.name());
  }
  return empty;
}

// "https://git.example.com/secrets.git@1a2b3c4:prod/a.yaml" is prod/a.yaml, whatever the commit.
std::string name_in(const SourceConfig& source, std::string_view path) {
  if (source.git) {
    path.remove_prefix(std::min(source.git->url.size(), path.size()));
    const std::size_t colon = path.find(':');
    return std::string(colon == std::string_view::npos ? path : path.substr(colon + 1));
  }
  path.remove_prefix(std::min(source.path.size(), path.size()));
  return std::string(path.substr(std::min(path.find_first_not_of('/'), path.size())));
}

std::vector<LoadedFile> list_files(const std::vector<SourceConfig>& sources,
                                   std::vector<Piece>& pieces) {
  std::vector<LoadedFile> out;
  for (Piece& piece : pieces) {
    const SourceConfig& source = sources[piece.source];
    LoadedFile& file = out.emplace_back();
    file.source = piece.source;
    file.name = name_in(source, piece.file.path);
    file.path = std::move(piece.file.path);
    file.is_manifest = piece.decoded.is_manifest();
    if (file.is_manifest && !source.git) file.bytes = std::move(piece.file.bytes);
  }
  return out;
}

void sort_by_place(Diagnostics& all) {
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

LoadedManifests load_desired(const std::vector<SourceConfig>& sources, const LoadOptions& options) {
  LoadedManifests out;
  std::vector<Piece> pieces = read_all(sources, options, out.problems);
  const bool some_unread = has_errors(out.problems);
  {
    std::optional<ManifestCache> cache;
    if (!options.cache_file.empty()) cache.emplace(options.cache_file);
    decode_all(pieces, cache ? &*cache : nullptr, options.parallelism);
    if (cache && !some_unread) save(*cache, pieces);
  }

  bool some_cut = some_unread;
  for (Piece& piece : pieces) {
    some_cut = some_cut || piece.decoded.is_cut;
    out.from_cache += piece.is_cached ? 1 : 0;
    ++(piece.decoded.is_manifest() ? out.files : out.skipped);
    if (piece.file.was_named && !piece.decoded.is_manifest()) {
      out.problems.push_back({Diagnostic::Severity::warning,
                              {piece.file.path, 0, 0},
                              "is not a manifest: it has no `keytide:` key",
                              "begin it with keytide: 1",
                              ""});
    }
    append(std::move(piece.decoded.problems), out.problems);
  }
  Merged merged = merge(pieces, some_cut);
  out.entries = merged.entries;
  out.state = std::move(merged.state);
  out.revision = revision_of(pieces);
  out.empty_sources = find_empty_sources(sources, pieces, out.state);
  append(std::move(merged.problems), out.problems);
  sort_by_place(out.problems);
  out.all_files = list_files(sources, pieces);
  return out;
}

std::string path_in(const SourceConfig& source, const std::string& name) {
  const bool needs_slash = !name.empty() && !source.path.ends_with('/');
  return source.path + (needs_slash ? "/" : "") + name;
}

std::string render_validation(const LoadedManifests& loaded) {
  std::string out = render(loaded.problems);
  if (!out.empty()) out += '\n';
  const auto errors = static_cast<std::size_t>(std::count_if(
      loaded.problems.begin(), loaded.problems.end(),
      [](const Diagnostic& one) { return one.severity == Diagnostic::Severity::error; }));
  const std::string what = fmt::format("{} in {}", counted(loaded.entries, "entry", "entries"),
                                       counted(loaded.files, "file", "files"));
  const std::string skipped = loaded.skipped == 0
                                  ? ""
                                  : fmt::format(" ({} skipped: no `keytide:` key)",
                                                counted(loaded.skipped, "file", "files"));
  if (errors == 0) return out + fmt::format("Success! {}{}.\n", what, skipped);
  return out + fmt::format("{} in {}{}.\n", counted(errors, "error", "errors"), what, skipped);
}

}  // namespace keytide
