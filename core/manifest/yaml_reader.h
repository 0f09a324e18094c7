// Reads YAML text into a YamlTree, and says what is wrong with it. The one user of yaml-cpp, and of
// its events alone: its node tree is slow, keeps the first of two equal keys, and never returns
// from some inputs of two bytes.
//
// What YAML could do and this does not: anchors, aliases, merge keys, tags, keys that are not text,
// equal keys. Everything is bounded, so that no file costs more than a few times its own size.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifest/yaml_tree.h"

namespace keytide {

struct YamlLimits {
  std::size_t bytes = std::size_t{16} << 20;  // of a file
  std::size_t scalar_bytes = std::size_t{64} << 10;
  int depth = 32;
  int documents = 10'000;
};

// Line and column count from 1; 0: the file as a whole.
struct YamlProblem {
  int line = 0;
  int column = 0;
  std::string problem;
  std::string way_out;
  std::size_t document = 0;  // the index of the document it stands in
};

struct YamlFile {
  YamlTree tree;  // up to the syntax error, where there is one
  std::vector<YamlProblem> problems;
  std::optional<YamlProblem> syntax_error;  // the first: nothing behind it was read
};

// Never throws, whatever the bytes.
YamlFile read_yaml(std::string_view bytes, const YamlLimits& limits = {});

}  // namespace keytide
