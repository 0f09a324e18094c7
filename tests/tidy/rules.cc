#include "tests/tidy/rules.h"

namespace keytide::tidy {

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> rules{
      {"include_direction",
       "turn the dependency round, or move the file: ARCHITECTURE.md has the arrows",
       find_include_direction},
      {"includes_resolve", "write the path from the root of the tree", find_unresolved_includes},
      {"third_party", "use the wrapper's own header, or enter a new wrapper in tests/tidy/lists.cc",
       find_third_party},
      {"pure_core",
       "core has no I/O, clocks or threads: pass the value in, or go through core/ports",
       find_impure_core},
      {"file_length", "400 lines are the limit: one noun or one verb a file", find_long_files},
      {"clocks", "take a Clock (core/ports/clock.h); tests take a stopped one and never sleep",
       find_clocks},
      {"world", "use providers/system: environment.h, child_process.h", find_world_access},
      {"reveal",
       "hand on the SecretValue; if the bytes really leave here, enter the file in "
       "tests/tidy/lists.cc",
       find_reveals},
      {"sources_listed", "name it in the CMakeLists.txt beside it, or delete it",
       find_unlisted_sources},
      {"words",
       "do it now or write an issue; a test that can't run here says so and checks the rest",
       find_words},
      {"machine_paths", "use a path from the root of the tree, a temporary folder or an argument",
       find_machine_paths},
      {"headers", "open with a comment that says why it exists, then #pragma once",
       find_bare_headers},
  };
  return rules;
}

std::string render(const Rule& rule, const std::vector<Violation>& violations) {
  std::string out;
  for (const Violation& one : violations) {
    out += one.path;
    if (one.line > 0) out += ":" + std::to_string(one.line);
    out += ": " + one.what + " [" + std::string(rule.name) + "]\n";
  }
  if (!violations.empty()) out += "    = " + std::string(rule.remedy) + "\n";
  return out;
}

}  // namespace keytide::tidy
