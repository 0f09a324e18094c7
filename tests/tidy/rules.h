// The rules of the house. Each finds what breaks it, with its place; each is proven able to fail by
// a written-out tree in rules_test.cc. The allow-lists are in lists.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/tree.h"

namespace keytide::tidy {

struct Violation {
  std::string path;
  std::size_t line = 0;  // counts from 1; 0: the file as a whole
  std::string what;
};

// What is allowed where.
struct Lists {
  // Folder → what its files may include, as prefixes. The longest folder that fits counts. Its own
  // folder is always allowed.
  std::map<std::string, std::vector<std::string>> arrows;
  // Start of a third-party header → the files that wrap it. An entry that ends in a slash stands
  // for the .cc files of a folder.
  std::map<std::string, std::vector<std::string>> wrappers;
  // Files that may call reveal(): each turns a secret into the bytes that leave the process, or
  // into a digest of them.
  std::vector<std::string> revealers;
};
const Lists& house_lists();

struct Rule {
  std::string_view name;
  std::string_view remedy;
  std::vector<Violation> (*find)(const Tree& tree, const Lists& lists);
};

// All but the format, which needs clang-format.
const std::vector<Rule>& all_rules();

// "core/a.cc:7: #include \"cmd/b.h\" [include_direction]\n    = remedy"
std::string render(const Rule& rule, const std::vector<Violation>& violations);

// include_rules.cc
std::vector<Violation> find_include_direction(const Tree& tree, const Lists& lists);
std::vector<Violation> find_unresolved_includes(const Tree& tree, const Lists& lists);
std::vector<Violation> find_third_party(const Tree& tree, const Lists& lists);
std::vector<Violation> find_impure_core(const Tree& tree, const Lists& lists);

// text_rules.cc
std::vector<Violation> find_long_files(const Tree& tree, const Lists& lists);
std::vector<Violation> find_clocks(const Tree& tree, const Lists& lists);
std::vector<Violation> find_world_access(const Tree& tree, const Lists& lists);
std::vector<Violation> find_reveals(const Tree& tree, const Lists& lists);
std::vector<Violation> find_unlisted_sources(const Tree& tree, const Lists& lists);
std::vector<Violation> find_words(const Tree& tree, const Lists& lists);
std::vector<Violation> find_machine_paths(const Tree& tree, const Lists& lists);
std::vector<Violation> find_bare_headers(const Tree& tree, const Lists& lists);

}  // namespace keytide::tidy
