// Diagnostics: what is wrong in a user's files, as a list, each with its place, the line and a way
// out. Nobody should have to fix one error to see the next.
#pragma once

#include <string>
#include <vector>

namespace keytide {

// A place in a text file. Lines and columns count from 1; 0 means that it is not known.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

struct Diagnostic {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  Place place;
  std::string problem;  // "lifetime 5h is out of range"
  std::string way_out;  // "write 8h to 365d"
  std::string line;     // the text of that line, already redacted; empty where there is none
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& all);
// Without the warnings.
Diagnostics errors_of(Diagnostics all);

// What a person reads:
//   error: secrets/a.yaml:7:15: lifetime 5h is out of range
//      7 |     lifetime: 5h
//        |               ^
//        = write 8h to 365d
std::string render(const Diagnostic& one);

// Sorts by file, line and column and renders all of them.
std::string render(Diagnostics all);

}  // namespace keytide
