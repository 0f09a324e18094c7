// Rules about what includes what.
#include <algorithm>
#include <array>
#include <optional>

#include "tests/tidy/rules.h"

namespace keytide::tidy {
namespace {

struct Include {
  std::size_t line = 0;
  std::string header;
  bool is_quoted = false;
};

std::optional<Include> include_in(const std::string& line, std::size_t number) {
  constexpr std::string_view kStart = "#include ";
  if (!line.starts_with(kStart) || line.size() < kStart.size() + 2) return std::nullopt;
  const char open = line[kStart.size()];
  const std::size_t end = line.find(open == '<' ? '>' : '"', kStart.size() + 1);
  if ((open != '<' && open != '"') || end == std::string::npos) return std::nullopt;
  return Include{number, line.substr(kStart.size() + 1, end - kStart.size() - 1), open == '"'};
}

// Calls `look` with each include of each code file.
template <class Look>
void each_include(const Tree& tree, const Look& look) {
  for (const SourceFile& file : tree.files) {
    if (!file.is_code()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (const auto include = include_in(file.lines[i], i + 1)) look(file, *include);
    }
  }
}

bool starts_with_one_of(std::string_view text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.starts_with(prefix); });
}

bool lists_exactly(const std::vector<std::string>& files, const std::string& path) {
  return std::find(files.begin(), files.end(), path) != files.end();
}

// The entry of the longest folder that holds the file; null for a folder without one.
const std::pair<const std::string, std::vector<std::string>>* arrow_of(const Lists& lists,
                                                                       const std::string& path) {
  const std::pair<const std::string, std::vector<std::string>>* best = nullptr;
  for (const auto& entry : lists.arrows) {
    const bool longer = best == nullptr || entry.first.size() > best->first.size();
    if (path.starts_with(entry.first + "/") && longer) best = &entry;
  }
  return best;
}

// "sys/stat.h" is the system's; "curl/curl.h" isn't.
bool is_of_the_system(std::string_view header) {
  constexpr std::array<std::string_view, 6> kFolders{"sys/",  "linux/", "netinet/",
                                                     "arpa/", "net/",   "bits/"};
  if (header.find('/') == std::string_view::npos) return true;
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [&](std::string_view folder) { return header.starts_with(folder); });
}

}  // namespace

std::vector<Violation> find_include_direction(const Tree& tree, const Lists& lists) {
  std::vector<Violation> out;
  each_include(tree, [&](const SourceFile& file, const Include& include) {
    if (!include.is_quoted) return;
    const auto* arrow = arrow_of(lists, file.path);
    if (arrow == nullptr) {
      out.push_back({file.path, 0, "a folder that has no place in the house"});
      return;
    }
    if (include.header.starts_with(arrow->first + "/") ||
        starts_with_one_of(include.header, arrow->second)) {
      return;
    }
    out.push_back({file.path, include.line, arrow->first + " must not see " + include.header});
  });
  return out;
}

std::vector<Violation> find_unresolved_includes(const Tree& tree, const Lists& /*lists*/) {
  std::vector<Violation> out;
  each_include(tree, [&](const SourceFile& file, const Include& include) {
    if (!include.is_quoted || tree.find(include.header) != nullptr) return;
    out.push_back({file.path, include.line, "there is no " + include.header});
  });
  return out;
}

std::vector<Violation> find_third_party(const Tree& tree, const Lists& lists) {
  std::vector<Violation> out;
  each_include(tree, [&](const SourceFile& file, const Include& include) {
    if (include.is_quoted) return;
    const auto entry = std::find_if(
        lists.wrappers.begin(), lists.wrappers.end(),
        [&](const auto& wrapper) { return include.header.starts_with(wrapper.first); });
    const bool in_tests = file.is_in("tests/");
    if (entry == lists.wrappers.end()) {
      if (is_of_the_system(include.header) || in_tests) return;
      out.push_back({file.path, include.line, "unknown library: <" + include.header + ">"});
    } else if (!in_tests && !starts_with_one_of(file.path, entry->second)) {
      out.push_back({file.path, include.line, "<" + include.header + "> outside of its wrapper"});
    } else if (!in_tests && file.path.ends_with(".h") && !lists_exactly(entry->second, file.path)) {
      out.push_back({file.path, include.line, "<" + include.header + "> in a header"});
    }
  });
  // A wrapper that was moved or no longer needs its library makes room for a wrong one.
  for (const auto& [header, files] : lists.wrappers) {
    for (const std::string& path : files) {
      if (path.ends_with("/")) continue;
      bool used = false;
      each_include(tree, [&](const SourceFile& file, const Include& include) {
        used = used || (file.path == path && include.header.starts_with(header));
      });
      if (!used) out.push_back({path, 0, "listed as a wrapper of " + header + ", but is none"});
    }
  }
  return out;
}

std::vector<Violation> find_impure_core(const Tree& tree, const Lists& /*lists*/) {
  constexpr std::array<std::string_view, 17> kWorld{
      "fstream", "iostream",           "filesystem", "thread",   "mutex",   "atomic",
      "future",  "condition_variable", "random",     "unistd.h", "fcntl.h", "stdio.h",
      "cstdio",  "signal.h",           "csignal",    "time.h",   "ctime"};
  std::vector<Violation> out;
  each_include(tree, [&](const SourceFile& file, const Include& include) {
    if (!file.is_in("core/") || include.is_quoted) return;
    if (file.path == "core/base/check.cc") return;  // says its last words on stderr
    const bool listed = std::find(kWorld.begin(), kWorld.end(), include.header) != kWorld.end();
    if (!listed && !include.header.starts_with("sys/")) return;
    out.push_back({file.path, include.line, "<" + include.header + "> in core"});
  });
  return out;
}

}  // namespace keytide::tidy
