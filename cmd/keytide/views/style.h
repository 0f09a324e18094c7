// Style: how text looks on a terminal. Colours are a matter of one flag; everything else is the
// same with and without them.
#pragma once

#include <string>
#include <string_view>

namespace keytide {

enum class Ink { bold, green, yellow, red, cyan, faint };

struct Style {
  bool color = false;

  // The text between ANSI codes, or as it is where colours are off.
  std::string paint(Ink ink, std::string_view text) const;
};

// Control characters as "\x1b": what Atlas, a sink or a manifest named must not steer a terminal.
std::string printable(std::string_view text);

// "1 entry", "2 entries"
std::string count_of(int count, std::string_view one, std::string_view many);

}  // namespace keytide
