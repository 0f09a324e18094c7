#include "tests/tidy/tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace keytide::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 12> kTextEndings{".cc",    ".h",       ".txt", ".md",
                                                        ".sh",    ".yaml",    ".yml", ".json",
                                                        ".cmake", ".service", ".awk", ".sql"};

bool is_text(const std::string& name) {
  return std::any_of(kTextEndings.begin(), kTextEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_skipped(const std::string& folder) {
  return folder.starts_with(".") || folder.starts_with("build") || folder == "node_modules";
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::string SourceFile::folder() const {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string SourceFile::name() const { return path.substr(path.rfind('/') + 1); }

const SourceFile* Tree::find(std::string_view path) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const SourceFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

SourceFile file_of(std::string path, std::string_view text) {
  SourceFile file{std::move(path), {}};
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    file.lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return file;
}

Tree read_tree(const std::string& root) {
  Tree tree{root, {}};
  for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() && is_skipped(name)) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file() && is_text(name)) {
      tree.files.push_back(
          file_of(fs::relative(at->path(), root).generic_string(), content_of(at->path())));
    }
  }
  std::sort(tree.files.begin(), tree.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return tree;
}

std::string code_of(std::string_view line) {
  std::string out;
  char quote = '\0';
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != '\0') {
      if (c == '\\') {
        ++at;
      } else if (c == quote) {
        quote = '\0';
        out += c;
      }
    } else if (c == '/' && line.substr(at).starts_with("//")) {
      break;
    } else {
      // A quote between digits, as in 1'000, opens nothing.
      const bool opens = c == '"' || (c == '\'' && (at == 0 || isalnum(line[at - 1]) == 0));
      if (opens) quote = c;
      out += c;
    }
  }
  return out;
}

}  // namespace keytide::tidy
