#include "core/manifest/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/manifest/entry_builder.h"
#include "core/manifest/redact.h"
#include "core/manifest/report.h"
#include "core/manifest/words.h"

namespace keytide {
namespace {

std::string at_place(const PlacedValue& at) {
  const Place place = at.report->place_of(at.value);
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Client ids are hex: equal in any case.
struct HashAnyCase {
  std::size_t operator()(std::string_view text) const {
    std::size_t hash = 14695981039346656037U;
    for (const char c : text) {
      hash = (hash ^ static_cast<unsigned char>(lower(c))) * 1099511628211U;
    }
    return hash;
  }
};
struct EqualAnyCase {
  bool operator()(std::string_view a, std::string_view b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
  }
};

class Merger {
 public:
  Merger(std::span<const MergeInput> files, bool some_unread)
      : files_(files), some_unread_(some_unread) {
    reports_.reserve(files.size());
    for (const MergeInput& file : files) reports_.emplace_back(file.file, file.bytes);
  }
  Merger(const Merger&) = delete;
  Merger& operator=(const Merger&) = delete;

  Merged run() {
    for (std::size_t i = 0; i < files_.size(); ++i) look_ahead(i);
    // Nothing moves any more: the tables below point into the entries.
    secrets_.reserve(entries_);
    addresses_.reserve(entries_);
    accounts_.reserve(entries_);
    paths_.reserve(entries_);
    for (std::size_t i = 0; i < files_.size(); ++i) build_file(i);
    Merged out;
    out.entries = entries_;
    out.problems = problems();
    out.state.secrets = sorted();
    return out;
  }

 private:
  std::vector<YamlValue> documents_of(std::size_t file) const {
    std::vector<YamlValue> out;
    const ManifestFile& manifest = *files_[file].manifest;
    for (const std::uint32_t root : manifest.documents) out.emplace_back(manifest.tree, root);
    return out;
  }

  // Profiles may be used before they are given; entries are counted.
  void look_ahead(std::size_t file) {
    for (const YamlValue document : documents_of(file)) {
      if (const auto secrets = document.find("secrets")) {
        for ([[maybe_unused]] const auto& pair : secrets->pairs()) ++entries_;
      }
      const auto profiles = document.find("profiles");
      if (!profiles) continue;
      for (const auto& [name, value] : profiles->pairs()) {
        const PlacedValue placed{value, &reports_[file]};
        const auto [first, is_new] = profiles_.emplace(name.text(), placed);
        if (is_new) continue;
        reports_[file].error(name,
                             fmt::format("the profile {} was given already at {}",
                                         shown(name.text()), at_place(first->second)),
                             "profiles are shared by all files: rename or remove one of them");
      }
    }
  }

  void build_file(std::size_t file) {
    Report& report = reports_[file];
    std::optional<PlacedValue> defaults;
    for (const YamlValue document : documents_of(file)) {
      // Defaults hold until another document of the file brings its own.
      if (const auto own = document.find("defaults")) defaults = PlacedValue{*own, &report};
      const auto secrets = document.find("secrets");
      if (!secrets) continue;
      for (const auto& [address, value] : secrets->pairs()) {
        EntryLayers layers{{address, &report}, {value, &report}, std::nullopt, defaults};
        if (was_given_in(document, address)) continue;
        if (find_profile(layers)) build_entry(layers, files_[file].allow);
      }
    }
  }

  // A key that stands twice in one map was reported by the reader of YAML.
  bool was_given_in(YamlValue document, YamlValue address) const {
    const auto first = addresses_.find(address.text());
    return first != addresses_.end() && document.contains(first->second.value);
  }

  // False: the entry names a profile that isn't there.
  bool find_profile(EntryLayers& layers) {
    auto name = layers.entry.value.find("profile");
    Report* report = layers.entry.report;
    if (!name && layers.defaults) {
      name = layers.defaults->value.find("profile");
      report = layers.defaults->report;
    }
    if (!name) return true;
    const auto found = profiles_.find(name->text());
    if (found != profiles_.end()) {
      layers.profile = found->second;
      return true;
    }
    if (!name->is_scalar() || some_unread_) return false;
    std::vector<std::string_view> known;
    for (const auto& [profile, value] : profiles_) known.push_back(profile);
    std::sort(known.begin(), known.end());
    const std::string_view near = nearest_word(name->text(), known);
    report->error(*name, fmt::format("there is no profile {}", shown(name->text())),
                  near.empty() ? "add it under profiles: of any file"
                               : fmt::format("did you mean {}?", near));
    return false;
  }

  void build_entry(const EntryLayers& layers, const AllowList* allow) {
    EntryBuilder builder(layers);
    auto secret = builder.build();
    // Also of entries that are wrong elsewhere: all problems at once. A copy of an entry would only
    // repeat itself.
    const bool is_copy = refuse_twice(addresses_, layers.address, "the address",
                                      "addresses are shared by all files: rename one of them");
    if (is_copy) return;
    const auto& client_id = builder.chosen(EntryField::client_id);
    if (client_id && client_id->value.is_scalar()) {
      refuse_twice(accounts_, *client_id, "the service account",
                   "one entry can serve many sinks: merge the two");
    }
    if (!secret) return;
    secrets_.push_back(std::move(*secret));
    refuse_equal_paths(secrets_.back(), builder);
    if (allow != nullptr) refuse_forbidden(secrets_.back(), builder, layers, *allow);
  }

  // True: it was refused.
  template <class Places>
  static bool refuse_twice(Places& places, const PlacedValue& at, std::string_view what,
                           std::string way_out) {
    const auto [first, is_new] = places.emplace(at.value.text(), at);
    if (is_new) return false;
    at.report->error(at.value,
                     fmt::format("{} {} was given already at {}", what, shown(first->first),
                                 at_place(first->second)),
                     std::move(way_out));
    return true;
  }

  // `secret` is where it stays: the keys of the table are its paths.
  void refuse_equal_paths(const DesiredSecret& secret, const EntryBuilder& builder) {
    for (std::size_t i = 0; i < secret.deliver.size(); ++i) {
      const auto* file = std::get_if<FileSink>(&secret.deliver[i].target);
      if (file == nullptr) continue;
      PlacedValue at = builder.sink_places()[i];
      const auto [first, is_new] = paths_.emplace(file->path, PathUser{&secret, at});
      if (is_new) continue;
      // Sinks are sorted by name: the one that stands later is the one to change.
      if (first->second.at.report == at.report && first->second.at.value.line() > at.value.line()) {
        std::swap(first->second.at, at);
      }
      at.report->error(
          at.value,
          fmt::format("{} writes to {}, as {} does at {}", secret.address.str(), shown(file->path),
                      first->second.secret->address.str(), at_place(first->second.at)),
          "give each sink a file of its own, with {{name}} in the path where it is shared");
    }
  }

  void refuse_forbidden(const DesiredSecret& secret, const EntryBuilder& builder,
                        const EntryLayers& layers, const AllowList& allow) {
    for (const AllowProblem& problem : find_forbidden(secret, allow)) {
      const bool in_project = secret.account.scope.kind == Scope::Kind::project;
      const auto& scope = builder.chosen(in_project ? EntryField::project : EntryField::org);
      const PlacedValue* at = scope ? &*scope : &layers.address;
      if (problem.sink != nullptr) {
        const auto index = static_cast<std::size_t>(problem.sink - secret.deliver.data());
        at = &builder.sink_places()[index];
      }
      at->report->error(at->value, fmt::format("{}: {}", secret.address.str(), problem.problem),
                        problem.way_out);
    }
  }

  // What stands in a profile is found wrong once for each entry that uses it.
  Diagnostics problems() {
    Diagnostics out;
    std::set<std::tuple<std::string, int, int, std::string>> seen;
    for (Report& report : reports_) {
      for (Diagnostic& one : report.take()) {
        const Place& at = one.place;
        if (!seen.emplace(at.file, at.line, at.column, one.problem).second) continue;
        out.push_back(std::move(one));
      }
    }
    return out;
  }

  // By address. Entries are large: their numbers are sorted, and each is moved once.
  std::vector<DesiredSecret> sorted() {
    std::vector<std::uint32_t> order(secrets_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return secrets_[a].address < secrets_[b].address;
    });
    std::vector<DesiredSecret> out;
    out.reserve(order.size());
    for (const std::uint32_t i : order) out.push_back(std::move(secrets_[i]));
    return out;
  }

  struct PathUser {
    const DesiredSecret* secret;
    PlacedValue at;
  };

  std::span<const MergeInput> files_;
  bool some_unread_;
  std::vector<Report> reports_;
  std::unordered_map<std::string_view, PlacedValue> profiles_;
  std::vector<DesiredSecret> secrets_;
  std::size_t entries_ = 0;
  std::unordered_map<std::string_view, PlacedValue> addresses_;
  std::unordered_map<std::string_view, PlacedValue, HashAnyCase, EqualAnyCase> accounts_;
  std::unordered_map<std::string_view, PathUser> paths_;
};

}  // namespace

Merged merge_manifests(std::span<const MergeInput> files, bool some_unread) {
  return Merger(files, some_unread).run();
}

}  // namespace keytide
