// The terminal: whether there is one, how wide it is, and whether to use colour.
#pragma once

namespace keytide {

bool is_terminal(int fd);

// Columns of the terminal at `fd`; `fallback` where there is none or it does not say.
int terminal_width(int fd, int fallback = 80);

// Lines of it, likewise.
int terminal_height(int fd, int fallback = 24);

// The rule, in this order: -no-color, then a NO_COLOR that is not empty, then TERM=dumb, then
// whether `fd` is a terminal.
bool use_color(int fd, bool no_color_flag);

}  // namespace keytide
