#include "core/manifest/report.h"

#include <algorithm>

#include "core/manifest/plain_text.h"
#include "core/manifest/redact.h"

namespace keytide {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Characters, where UTF-8 has a byte or more for each.
int characters_before(std::string_view line, int column) {
  const std::string_view before = line.substr(0, static_cast<std::size_t>(std::max(column - 1, 0)));
  const auto tails = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
  });
  return column - static_cast<int>(tails);
}

}  // namespace

void Report::add(Diagnostic::Severity severity, int line, int column, std::string problem,
                 std::string way_out) {
  if (lines_.empty()) lines_ = lines_of(without_mark(bytes_));
  Diagnostic one{severity, {file_, line, column}, std::move(problem), std::move(way_out), ""};
  if (line >= 1 && static_cast<std::size_t>(line) <= lines_.size()) {
    one.place.column = characters_before(lines_[static_cast<std::size_t>(line - 1)], column);
    one.line = shown_line(lines_, line);
  }
  all_.push_back(std::move(one));
}

}  // namespace keytide
