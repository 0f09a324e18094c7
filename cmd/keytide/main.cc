// keytide: the program. Gives up core dumps before it holds a secret, reads the command line, and
// hands over to the command.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "cmd/keytide/command_line.h"
#include "cmd/keytide/commands.h"
#include "cmd/keytide/version.h"
#include "cmd/keytide/views/json_line.h"
#include "providers/system/hardening.h"
#include "providers/system/interrupt.h"
#include "providers/system/os_error.h"
#include "providers/system/redact.h"
#include "providers/system/terminal.h"

namespace keytide {
namespace {

struct Command {
  std::string_view name;
  int (*run)(const App&);
};

constexpr std::array kCommands{
    Command{"plan", run_plan},
    Command{"apply", run_apply},
    Command{"rotate", run_rotate},
    Command{"run", run_run},
    Command{"import", run_import},
    Command{"validate", run_validate},
    Command{"status", run_status},
    Command{"show", run_show},
    Command{"events", run_events},
    Command{"state list", run_state},
    Command{"state show", run_state},
    Command{"state mv", run_state},
    Command{"state rm", run_state},
    Command{"state backup", run_state},
    Command{"orphan list", run_orphan},
    Command{"orphan adopt", run_orphan},
    Command{"orphan delete", run_orphan},
    Command{"force-unlock", run_force_unlock},
    Command{"schema", run_schema},
    Command{"version", run_version},
    Command{"api create-org-secret", run_api},
    Command{"api create-project-secret", run_api},
};

int dispatch(const App& app) {
  if (app.prints_json_lines()) app.print(json_version(std::string(kVersion), app.clock.now()));
  for (const Command& command : kCommands) {
    if (command.name != app.line.command) continue;
    const int code = command.run(app);
    // Half a plan or half a document must not pass for a whole one.
    if (std::ferror(stdout) == 0) return code;
    app.complain_text(
        "error: what was printed could not be written: the disk is full, or the reader "
        "went away\n");
    return 1;
  }
  app.complain("no such command: " + app.line.command, "");
  return 1;
}

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

int run(CommandLine line) {
  if (!line.chdir.empty() && chdir(line.chdir.c_str()) != 0) {
    return refuse("-chdir: " + os_error("go to", line.chdir, errno).message, "", line.json);
  }
  ignore_broken_pipes();
  SystemClock clock;
  LogWriter log(STDERR_FILENO, clock,
                {log_format_from(line.log_format).value_or(LogFormat::logfmt),
                 log_level_from(line.log_level)
                     .value_or(line.command == "run" ? LogLevel::info : LogLevel::warn)});
  const Style style{use_color(STDOUT_FILENO, line.no_color)};
  const bool can_ask = line.input && !line.json;
  return dispatch(App{std::move(line), environment_snapshot(), clock, log, style,
                      is_terminal(STDOUT_FILENO), can_ask});
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
  return keytide::run(std::move(std::get<keytide::CommandLine>(parsed)));
}
