#include "providers/sources/git_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "providers/sources/file_names.h"

namespace keytide {
namespace {

constexpr std::size_t kNamesBytesMax = std::size_t{128} << 20;  // of a listing
constexpr std::size_t kBatchBytesMax = std::size_t{32} << 20;   // of one answer with contents

// A line of ls-tree -l.
struct TreeEntry {
  std::string mode;
  std::string object;
  std::size_t size = 0;
  std::string path;

  bool is_file() const { return mode.starts_with("100"); }
  bool is_folder() const { return mode == "040000"; }
  std::string_view kind() const { return mode == "120000" ? "a link" : "a submodule"; }
};

std::string_view take_until(std::string_view& left, char end) {
  const std::size_t at = std::min(left.find(end), left.size());
  const std::string_view out = left.substr(0, at);
  left.remove_prefix(std::min(at + 1, left.size()));
  return out;
}

// "100644 blob 3b18e5…      12\tpath\0"
std::vector<TreeEntry> parse_listing(std::string_view listing) {
  std::vector<TreeEntry> out;
  while (!listing.empty()) {
    std::string_view line = take_until(listing, '\0');
    TreeEntry entry;
    entry.mode = take_until(line, ' ');
    take_until(line, ' ');
    entry.object = take_until(line, ' ');
    std::string_view size = take_until(line, '\t');
    size.remove_prefix(std::min(size.find_first_not_of(' '), size.size()));
    std::from_chars(size.data(), size.data() + size.size(), entry.size);
    entry.path = line;
    out.push_back(std::move(entry));
  }
  return out;
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool has_hidden_part(std::string_view path) {
  while (!path.empty()) {
    if (is_hidden_name(take_until(path, '/'))) return true;
  }
  return false;
}

class TreeReader {
 public:
  TreeReader(const GitCommand& git, const GitTreePlace& place, const SourceLimits& limits,
             SourceFiles& out)
      : git_(git), place_(place), limits_(limits), out_(out) {}

  void read() {
    const auto root = find_root();
    if (!root) return;
    if (root->is_file()) return read_contents({*root}, true);
    const auto listing = list({"ls-tree", "-r", "-z", "-l", root->object});
    if (!listing) return;
    std::vector<TreeEntry> wanted;
    for (TreeEntry entry : *listing) {
      if (has_hidden_part(entry.path)) continue;
      if (!place_.path.empty()) entry.path = fmt::format("{}/{}", place_.path, entry.path);
      if (is_wanted(entry)) wanted.push_back(std::move(entry));
    }
    std::sort(wanted.begin(), wanted.end(),
              [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
    read_contents(within_limits(std::move(wanted)), false);
  }

 private:
  std::optional<TreeEntry> find_root() {
    if (place_.path.empty()) return TreeEntry{"040000", place_.commit, 0, ""};
    auto found = list({"ls-tree", "-z", "-l", place_.commit, "--", place_.path});
    if (!found) return std::nullopt;
    if (found->size() != 1) {
      refuse(place_.path, "is not there in this commit",
             "write the `path` of a file or folder that exists, or leave it out");
      return std::nullopt;
    }
    TreeEntry root = std::move(found->front());
    if (root.is_file() || root.is_folder()) return root;
    refuse(root.path, fmt::format("is {}, which is not followed in git", root.kind()),
           "write the `path` of what it leads to");
    return std::nullopt;
  }

  std::optional<std::vector<TreeEntry>> list(std::vector<std::string> arguments) {
    const auto result = git_.run({std::move(arguments), {}, kNamesBytesMax});
    if (!result) {
      refuse("", fmt::format("can't be read: {}", result.error().text()), "");
    } else if (!result->succeeded()) {
      refuse("", fmt::format("can't be read: {}", complaint_of(*result)), kFetchAgain);
    } else if (result->output_cut) {
      refuse("", "has too many names", "name a folder of it with `path`");
    } else {
      return parse_listing(result->output);
    }
    return std::nullopt;
  }

  bool is_wanted(const TreeEntry& entry) {
    const bool is_named = is_manifest_name(name_of(entry.path));
    if (!entry.is_file()) {
      add(is_named ? Diagnostic::Severity::error : Diagnostic::Severity::warning, entry.path,
          fmt::format("is {}, which is not followed in git", entry.kind()),
          is_named ? "put the file itself there" : "put what it leads to there, or take it out");
      return false;
    }
    if (!is_named) return false;
    const auto depth = std::count(entry.path.begin(), entry.path.end(), '/');
    if (depth > limits_.depth) {
      refuse(entry.path, fmt::format("is nested over {} folders deep", limits_.depth),
             "move it up, or name its folder with `path`");
      return false;
    }
    return true;
  }

  std::vector<TreeEntry> within_limits(std::vector<TreeEntry> all) {
    std::vector<TreeEntry> out;
    std::size_t bytes = 0;
    for (TreeEntry& entry : all) {
      if (entry.size > limits_.file_bytes) {
        refuse(entry.path, fmt::format("is larger than {} MiB", limits_.file_bytes >> 20),
               "split it: any number of files is read");
        continue;
      }
      if (out.size() >= limits_.files || bytes + entry.size > limits_.all_bytes) {
        refuse(entry.path,
               fmt::format("is where the source grows over {} files or {} MiB", limits_.files,
                           limits_.all_bytes >> 20),
               "split the source");
        break;
      }
      bytes += entry.size;
      out.push_back(std::move(entry));
    }
    return out;
  }

  // In answers of bounded size.
  void read_contents(const std::vector<TreeEntry>& entries, bool was_named) {
    if (was_named && entries.front().size > limits_.file_bytes) {
      return refuse(entries.front().path,
                    fmt::format("is larger than {} MiB", limits_.file_bytes >> 20),
                    "split it: any number of files is read");
    }
    std::size_t first = 0;
    while (first < entries.size()) {
      std::size_t end = first;
      std::size_t bytes = 0;
      while (end < entries.size() && (end == first || bytes + entries[end].size < kBatchBytesMax)) {
        bytes += entries[end++].size;
      }
      if (!read_batch(std::span(entries).subspan(first, end - first), bytes, was_named)) return;
      first = end;
    }
  }

  bool read_batch(std::span<const TreeEntry> entries, std::size_t bytes, bool was_named) {
    std::string input;
    for (const TreeEntry& entry : entries) input += entry.object + '\n';
    const auto result = git_.run({{"cat-file", "--batch"}, input, bytes + 200 * entries.size()});
    if (!result) {
      refuse("", fmt::format("can't be read: {}", result.error().text()), "");
      return false;
    }
    std::string_view left = result->output;
    for (const TreeEntry& entry : entries) {
      // "3b18e5… blob 12\n", the bytes, "\n"
      const std::string_view header = take_until(left, '\n');
      if (header != fmt::format("{} blob {}", entry.object, entry.size) ||
          left.size() < entry.size + 1) {
        refuse(entry.path, "can't be read: git does not have it whole", kFetchAgain);
        return false;
      }
      out_.files.push_back({shown(entry.path), std::string(left.substr(0, entry.size)), was_named});
      left.remove_prefix(entry.size + 1);
    }
    return true;
  }

  std::string shown(std::string_view path) const {
    return path.empty() ? place_.shown : fmt::format("{}:{}", place_.shown, path);
  }

  void refuse(std::string_view path, std::string problem, std::string way_out) {
    add(Diagnostic::Severity::error, path, std::move(problem), std::move(way_out));
  }

  void add(Diagnostic::Severity severity, std::string_view path, std::string problem,
           std::string way_out) {
    out_.problems.push_back(
        {severity, {shown(path), 0, 0}, std::move(problem), std::move(way_out), ""});
  }

  static constexpr const char* kFetchAgain =
      "remove the folder that ends in .git beside the store: it is fetched again";

  const GitCommand& git_;
  const GitTreePlace& place_;
  const SourceLimits& limits_;
  SourceFiles& out_;
};

}  // namespace

SourceFiles read_git_tree(const GitCommand& git, const GitTreePlace& place,
                          const SourceLimits& limits) {
  SourceFiles out;
  TreeReader(git, place, limits, out).read();
  return out;
}

}  // namespace keytide
