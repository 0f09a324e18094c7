// The tree as the rules see it: files and their lines. Read from disk for the real check, written
// out in the tests of the rules themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keytide::tidy {

struct SourceFile {
  std::string path;  // from the root of the tree: "core/base/error.h"
  std::vector<std::string> lines;

  bool is_code() const { return path.ends_with(".cc") || path.ends_with(".h"); }
  bool is_in(std::string_view folder) const { return path.starts_with(folder); }
  std::string folder() const;  // "core/base"
  std::string name() const;    // "error.h"
};

struct Tree {
  std::string root;               // where it was read from; empty for a written-out one
  std::vector<SourceFile> files;  // sorted by path

  const SourceFile* find(std::string_view path) const;
};

// All text files below the root but for build folders and dot-folders.
Tree read_tree(const std::string& root);

// A tree of one or more written-out files.
SourceFile file_of(std::string path, std::string_view text);

// The line without its comment, its string and character literals emptied: what the compiler runs.
std::string code_of(std::string_view line);

}  // namespace keytide::tidy
