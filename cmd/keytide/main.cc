// keytide: the program. Gives up core dumps before it holds a secret, reads the command line, and
// hands over to the command.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <variant>
#include <vector>

#include "cmd/keytide/command_line.h"
#include "cmd/keytide/dispatch.h"
#include "cmd/keytide/views/json_line.h"
#include "providers/system/hardening.h"
#include "providers/system/interrupt.h"
#include "providers/system/os_error.h"
#include "providers/system/redact.h"
#include "providers/system/terminal.h"

namespace keytide {
namespace {

// Before there is an App.
int refuse(std::string problem, std::string way_out, bool json) {
  const Diagnostic one{Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""};
  if (json) {
    fmt::print("{}", redact(json_diagnostic(one, SystemClock().now())));
  } else {
    fmt::print(stderr, "{}", redact(render(one)));
  }
  return 1;
}

bool asks_for_json(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument == "-json" || argument == "--json";
  });
}

int run(CommandLine line, std::vector<std::string> arguments) {
  if (!line.chdir.empty() && chdir(line.chdir.c_str()) != 0) {
    return refuse("-chdir: " + os_error("go to", line.chdir, errno).message, "", line.json);
  }
  ignore_broken_pipes();
  SystemClock clock;
  const auto levels =
      log_thresholds_from(line.log_level, line.command == "run" ? LogLevel::info : LogLevel::warn);
  if (!levels) return refuse("-log-level: " + levels.error().message, "", line.json);
  LogWriter log(
      STDERR_FILENO, clock,
      {log_format_from(line.log_format).value_or(LogFormat::logfmt), *levels,
       leads_to_journal(STDERR_FILENO, environment_variable("JOURNAL_STREAM").value_or(""))});
  const Style style{use_color(STDOUT_FILENO, line.no_color)};
  const bool can_ask = line.input && !line.json;
  StandardConsole console;
  return dispatch(App{std::move(line), std::move(arguments), environment_snapshot(), clock, log,
                      console, style, is_terminal(STDOUT_FILENO), can_ask});
}

}  // namespace
}  // namespace keytide

int main(int argc, char** argv) {
  if (const auto hardened = keytide::harden_process(); !hardened) {
    fmt::print(stderr, "error: {}\n", hardened.error().text());
    return 1;
  }
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  auto parsed = keytide::parse_command_line(arguments);
  if (auto* message = std::get_if<keytide::CommandLineMessage>(&parsed)) {
    if (message->exit_code != 0) {
      return keytide::refuse(message->problem, message->way_out, keytide::asks_for_json(arguments));
    }
    fmt::print("{}", message->text);
    return 0;
  }
  return keytide::run(std::move(std::get<keytide::CommandLine>(parsed)), arguments);
}
