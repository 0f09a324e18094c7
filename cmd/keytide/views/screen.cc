#include "cmd/keytide/views/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace keytide {
namespace {

constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearRest = "\x1b[J";
constexpr std::string_view kPlain = "\x1b[0m";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Never in the middle of a character or of a colour code.
std::string cut(std::string_view line, int width) {
  int columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = std::min(line.find('m', i), line.size() - 1);
    } else if (!is_continuation(line[i]) && ++columns > width) {
      return std::string(line.substr(0, i)) + std::string(kPlain);
    }
  }
  return std::string(line);
}

}  // namespace

std::string screen_of(std::string_view text, int width, int height) {
  const auto lines = lines_of(text);
  const auto room = static_cast<std::size_t>(std::max(height - 1, 1));
  const bool fits = lines.size() <= room;
  const std::size_t shown = fits ? lines.size() : room - 1;
  std::string out(kHome);
  for (std::size_t i = 0; i < shown; ++i) {
    out += fmt::format("{}{}\n", cut(lines[i], width), kClearLine);
  }
  if (!fits) out += fmt::format("… and {} more lines{}\n", lines.size() - shown, kClearLine);
  out += kClearRest;
  return out;
}

}  // namespace keytide
