#include "providers/system/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "providers/system/environment.h"

namespace keytide {

bool is_terminal(int fd) { return isatty(fd) == 1; }

int terminal_width(int fd, int fallback) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return fallback;
  return size.ws_col;
}

int terminal_height(int fd, int fallback) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return fallback;
  return size.ws_row;
}

bool use_color(int fd, bool no_color_flag) {
  if (no_color_flag) return false;
  if (!environment_variable("NO_COLOR").value_or("").empty()) return false;
  if (environment_variable("TERM") == "dumb") return false;
  return is_terminal(fd);
}

}  // namespace keytide
