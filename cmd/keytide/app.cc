#include "cmd/keytide/app.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <utility>

#include "cmd/keytide/views/json_line.h"
#include "providers/system/redact.h"

namespace keytide {
namespace {

bool write_to(std::FILE* stream, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  return std::fflush(stream) == 0 && written;
}

}  // namespace

bool App::print(std::string_view text) const { return write_to(stdout, text); }

void App::complain(std::string problem, std::string way_out) const {
  complain(
      Diagnostics{{Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""}});
}

void App::complain(const Error& error) const {
  if (line.json) {
    print(redact(json_error(error, {}, clock.now())));
    return;
  }
  complain_text(fmt::format("error: {}\n", printable(error.text())));
}

void App::complain(const Diagnostics& problems) const {
  Diagnostics for_people;
  for (const Diagnostic& one : problems) {
    const bool is_error = one.severity == Diagnostic::Severity::error;
    if (line.json && (is_error || prints_json_lines())) {
      print(redact(json_diagnostic(one, clock.now())));
    } else {
      for_people.push_back(one);
    }
  }
  complain_text(render(std::move(for_people)));
}

void App::complain_text(std::string_view text) const { write_to(stderr, redact(text)); }

bool App::prints_json_lines() const {
  return line.json &&
         (line.command == "plan" || line.command == "apply" || line.command == "rotate");
}

std::optional<std::string> App::ask(std::string_view question) const {
  print(question);
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return answer;
}

std::string App::actor() const {
  return fmt::format("{} by {}@{}", line.command, user_name(), host_name());
}

}  // namespace keytide
