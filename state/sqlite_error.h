// What SQLite refused, as an Error. Its exceptions end here: no caller of this folder sees one.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace keytide {

// To be called in a `catch`: reads the exception of SQLite that is under way; any other goes on.
// "can't ACT the state store PATH: SQLite's words; the way out". `act` is "read", "write", "open".
Error current_sqlite_error(std::string_view act, const std::string& path);

// Runs `work`, which returns a Result, and turns SQLite's exceptions into its error.
template <class Work>
auto guarded(std::string_view act, const std::string& path, const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return fail(current_sqlite_error(act, path));
  }
}

}  // namespace keytide
