// Rules about the text of files.
#include <algorithm>
#include <array>
#include <regex>

#include "tests/tidy/rules.h"

namespace keytide::tidy {
namespace {

constexpr std::size_t kLinesMax = 400;

// The rules' own files and their fixtures spell out what they forbid.
bool is_of_the_rules(const SourceFile& file) { return file.is_in("tests/tidy/"); }

bool is_production(const SourceFile& file) {
  return file.is_code() && (file.is_in("core/") || file.is_in("providers/") ||
                            file.is_in("state/") || file.is_in("cmd/"));
}

// Each code line of the files that `applies` chooses, where the pattern is found in what runs.
template <class Applies>
std::vector<Violation> find_in_code(const Tree& tree, const std::regex& pattern,
                                    const Applies& applies) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree.files) {
    if (!file.is_code() || is_of_the_rules(file) || !applies(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      const std::string code = code_of(file.lines[i]);
      if (std::regex_search(code, match, pattern)) out.push_back({file.path, i + 1, match.str()});
    }
  }
  return out;
}

// The same in every text file, comments and texts included.
std::vector<Violation> find_in_text(const Tree& tree, const std::regex& pattern) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree.files) {
    if (is_of_the_rules(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (std::regex_search(file.lines[i], match, pattern)) {
        out.push_back({file.path, i + 1, match.str()});
      }
    }
  }
  return out;
}

bool names_word(const std::string& line, const std::string& name) {
  const auto is_part = [](char c) {
    return isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  };
  for (std::size_t at = line.find(name); at != std::string::npos; at = line.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool starts = at == 0 || !is_part(line[at - 1]);
    if (starts && (end == line.size() || !is_part(line[end]))) return true;
  }
  return false;
}

bool lists_file(const SourceFile& cmake, const std::string& name) {
  return std::any_of(cmake.lines.begin(), cmake.lines.end(), [&](const std::string& line) {
    return names_word(line.substr(0, line.find('#')), name);
  });
}

}  // namespace

std::vector<Violation> find_long_files(const Tree& tree, const Lists& /*lists*/) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree.files) {
    if (!file.is_code() || file.lines.size() <= kLinesMax) continue;
    out.push_back({file.path, kLinesMax + 1, std::to_string(file.lines.size()) + " lines"});
  }
  return out;
}

std::vector<Violation> find_clocks(const Tree& tree, const Lists& /*lists*/) {
  static const std::regex kPattern(
      R"((system|steady|high_resolution|utc|file)_clock::now\b)"
      R"(|(^|[^\w.>])(std::)?time\((nullptr|NULL|0|&))"
      R"(|\b(clock_gettime|clock_getres|gettimeofday|timespec_get|ftime)\s*\()"
      R"(|\b(sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep)\s*\()"
      R"(|(^|[^\w.>])(::)?(sleep|alarm)\(\d)");
  return find_in_code(tree, kPattern, [](const SourceFile& file) {
    return !file.is_in("providers/system/") && !file.is_in("tests/bench/") &&
           !file.is_in("tests/e2e/") && !file.is_in("tests/unit/providers/system/");
  });
}

std::vector<Violation> find_world_access(const Tree& tree, const Lists& /*lists*/) {
  static const std::regex kPattern(
      R"((^|[^\w.>])(std::|::)?(getenv|secure_getenv|setenv|putenv|system|popen|fork|vfork)\()"
      R"(|\b(execv|execve|execvp|execl|execlp|posix_spawnp?)\()"
      R"(|\benviron\b)");
  return find_in_code(tree, kPattern, [](const SourceFile& file) {
    return is_production(file) && !file.is_in("providers/system/");
  });
}

std::vector<Violation> find_reveals(const Tree& tree, const Lists& lists) {
  static const std::regex kPattern(R"(\breveal\(\))");
  const auto is_listed = [&](const SourceFile& file) {
    return std::find(lists.revealers.begin(), lists.revealers.end(), file.path) !=
           lists.revealers.end();
  };
  auto out = find_in_code(tree, kPattern, [&](const SourceFile& file) {
    return is_production(file) && !is_listed(file);
  });
  const auto allowed = find_in_code(tree, kPattern, is_listed);
  for (const std::string& path : lists.revealers) {
    const bool used = std::any_of(allowed.begin(), allowed.end(),
                                  [&](const Violation& use) { return use.path == path; });
    if (!used) out.push_back({path, 0, "is on the list, but calls no reveal()"});
  }
  return out;
}

std::vector<Violation> find_unlisted_sources(const Tree& tree, const Lists& /*lists*/) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree.files) {
    if (!file.path.ends_with(".cc")) continue;
    const SourceFile* beside = tree.find(file.folder() + "/CMakeLists.txt");
    if (beside != nullptr && lists_file(*beside, file.name())) continue;
    out.push_back({file.path, 0, "is named in no CMakeLists.txt: nobody builds or runs it"});
  }
  return out;
}

std::vector<Violation> find_words(const Tree& tree, const Lists& /*lists*/) {
  static const std::regex kPattern(R"(\b(GTEST_SKIP|TODO|FIXME|XXX|HACK)\b|\bDISABLED_\w*)");
  return find_in_text(tree, kPattern);
}

std::vector<Violation> find_machine_paths(const Tree& tree, const Lists& /*lists*/) {
  static const std::regex kPattern(R"((^|[^\w.}/-])/(work|root|Users|home/[a-z]+/src)/[\w.])");
  auto out = find_in_text(tree, kPattern);
  if (tree.root.size() < 2) return out;
  for (const SourceFile& file : tree.files) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (file.lines[i].find(tree.root + "/") == std::string::npos) continue;
      out.push_back({file.path, i + 1, "names this very checkout"});
    }
  }
  return out;
}

std::vector<Violation> find_bare_headers(const Tree& tree, const Lists& /*lists*/) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree.files) {
    if (!file.path.ends_with(".h")) continue;
    if (file.lines.empty() || !file.lines.front().starts_with("// ")) {
      out.push_back({file.path, 1, "the header does not say why it exists"});
    }
    if (std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end()) {
      out.push_back({file.path, 1, "no #pragma once"});
    }
  }
  return out;
}

}  // namespace keytide::tidy
