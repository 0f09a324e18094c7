#include "core/base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace keytide {
namespace {

// A file may be named by anybody who can merge: nothing in its name reaches a terminal as a
// command.
std::string shown_file(std::string name) {
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return name;
}

std::string where(const Place& place) {
  if (place.file.empty()) return "";
  const std::string file = shown_file(place.file);
  if (place.line == 0) return file + ": ";
  return fmt::format("{}:{}:{}: ", file, place.line, place.column);
}

}  // namespace

Diagnostics errors_of(Diagnostics all) {
  std::erase_if(all,
                [](const Diagnostic& one) { return one.severity != Diagnostic::Severity::error; });
  return all;
}

bool has_errors(const Diagnostics& all) {
  return std::any_of(all.begin(), all.end(), [](const Diagnostic& one) {
    return one.severity == Diagnostic::Severity::error;
  });
}

std::string render(const Diagnostic& one) {
  const bool is_error = one.severity == Diagnostic::Severity::error;
  std::string out =
      fmt::format("{}: {}{}\n", is_error ? "error" : "warning", where(one.place), one.problem);
  if (!one.line.empty() && one.place.line > 0) {
    out += fmt::format("{:>5} | {}\n", one.place.line, one.line);
    const int indent = std::max(one.place.column - 1, 0);
    out += fmt::format("      | {:{}}^\n", "", indent);
  }
  if (!one.way_out.empty()) out += fmt::format("      = {}\n", one.way_out);
  return out;
}

std::string render(Diagnostics all) {
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  std::string out;
  for (const Diagnostic& one : all) out += render(one);
  return out;
}

}  // namespace keytide
