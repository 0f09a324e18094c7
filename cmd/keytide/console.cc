#include "cmd/keytide/console.h"

#include <cstdio>
#include <iostream>

#include "providers/system/interrupt.h"

namespace keytide {
namespace {

bool write_to(std::FILE* stream, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  return std::fflush(stream) == 0 && written;
}

}  // namespace

bool StandardConsole::out(std::string_view text) { return write_to(stdout, text); }

void StandardConsole::err(std::string_view text) { write_to(stderr, text); }

std::optional<std::string> StandardConsole::ask(std::string_view question) {
  out(question);
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return answer;
}

bool StandardConsole::has_failed() const { return std::ferror(stdout) != 0; }

bool StandardConsole::wants_stop() { return interrupted(); }

}  // namespace keytide
