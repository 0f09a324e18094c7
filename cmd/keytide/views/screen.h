// A text that is shown again and again in the same place of a terminal. Pure.
#pragma once

#include <string>
#include <string_view>

namespace keytide {

// What to print so that the screen shows this text from its first line on and nothing else: no more
// lines than `height`, the last of which says how many are left out, each cut at `width` columns.
// Colour codes take no column.
std::string screen_of(std::string_view text, int width, int height);

}  // namespace keytide
