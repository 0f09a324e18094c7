#include "core/base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace keytide {
namespace {

std::string where(const Place& place) {
  if (place.file.empty()) return "";
  if (place.line == 0) return place.file + ": ";
  return fmt::format("{}:{}:{}: ", place.file, place.line, place.column);
}

}  // namespace

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
