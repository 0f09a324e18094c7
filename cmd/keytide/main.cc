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
#include "cmd/keytide/problem_log.h"
#include "cmd/keytide/views/json_line.h"
#include "providers/system/hardening.h"
#include "providers/system/interrupt.h"
#include "providers/system/os_error.h"
#include "providers/system/redact.h"
#include "providers/system/terminal.h"

namespace keytide {
namespace {

bool is_read_by_journal() {
  return leads_to_journal(STDERR_FILENO, environment_variable("JOURNAL_STREAM").value_or(""));
}

// How a refusal is said, before there is an App that knows.
enum class Speech { text, json_lines, log };

Speech speech_of(const std::vector<std::string>& arguments) {
  const auto has = [&](std::string_view word) {
    return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
  };
  if (has("-json") || has("--json")) return Speech::json_lines;
  const bool is_json_log = has("-log-format=json") || has("--log-format=json") ||
                           ((has("-log-format") || has("--log-format")) && has("json"));
  return has("run") && is_json_log ? Speech::log : Speech::text;
}

int refuse(std::string problem, std::string way_out, Speech speech) {
  const Diagnostic one{Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""};
  SystemClock clock;
  if (speech == Speech::json_lines) {
    fmt::print("{}", redact(json_diagnostic(one, clock.now())));
  } else if (speech == Speech::log) {
    LogOptions options;
    options.format = LogFormat::json;
    options.for_journal = is_read_by_journal();
    LogWriter log(STDERR_FILENO, clock, options);
    log_problems(log, {one});
  } else {
    fmt::print(stderr, "{}", redact(render(one)));
  }
  return 1;
}

int run(CommandLine line, std::vector<std::string> arguments) {
  if (!line.chdir.empty() && chdir(line.chdir.c_str()) != 0) {
    return refuse("-chdir: " + os_error("go to", line.chdir, errno).message, "",
                  speech_of(arguments));
  }
  ignore_broken_pipes();
  SystemClock clock;
  const auto levels =
      log_thresholds_from(line.log_level, line.command == "run" ? LogLevel::info : LogLevel::warn);
  if (!levels) return refuse("-log-level: " + levels.error().message, "", speech_of(arguments));
  LogWriter log(STDERR_FILENO, clock,
                {log_format_from(line.log_format).value_or(LogFormat::logfmt), *levels,
                 is_read_by_journal()});
  const Style style{use_color(STDOUT_FILENO, line.no_color)};
  const bool can_ask = line.input && !line.json;
  StandardConsole console;
  return dispatch(App{std::move(line), std::move(arguments), environment_snapshot(), clock, log,
                      console, style, is_terminal(STDOUT_FILENO), can_ask});
}

}  // namespace
}  // namespace keytide

int main(int argc, char** argv) {
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  const keytide::Speech speech = keytide::speech_of(arguments);
  if (const auto hardened = keytide::harden_process(); !hardened) {
    return keytide::refuse(hardened.error().text(), "", speech);
  }
  auto parsed = keytide::parse_command_line(arguments);
  if (auto* message = std::get_if<keytide::CommandLineMessage>(&parsed)) {
    if (message->exit_code != 0) {
      return keytide::refuse(message->problem, message->way_out, speech);
    }
    fmt::print("{}", message->text);
    return 0;
  }
  return keytide::run(std::move(std::get<keytide::CommandLine>(parsed)), arguments);
}
