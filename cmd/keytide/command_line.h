// CommandLine: what was typed, as data. Terraform's habits: `-flag` and `--flag`, before or after
// the arguments.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/instant.h"

namespace keytide {

// Of `api create-org-secret` and its project twin.
struct ApiOptions {
  std::string scope_id;  // -orgId, -groupId
  std::string client_id;
  std::string hours;  // as typed: Atlas is the judge of it
  bool envelope = false;
  bool pretty = false;
  std::string version = "2024-08-05";
};

struct CommandLine {
  std::string command;  // "plan", "state list", "api create-org-secret"
  std::vector<std::string> arguments;

  // of every command
  std::string config;                  // -config; empty: the first that exists
  std::vector<std::string> manifests;  // -manifest
  std::string chdir;
  bool no_color = false;
  std::string log_format = "logfmt";
  std::string log_level;  // empty: info for `run`, warn for all else

  // of some
  bool json = false;
  bool auto_approve = false;
  bool detailed_exitcode = false;
  bool refresh = true;
  bool refresh_only = false;
  bool input = true;
  bool force = false;
  bool from_sinks = false;
  bool once = false;
  bool watch = false;
  Seconds interval{std::chrono::hours(1)};
  bool allow_foreign_cut = false;
  bool allow_large_change = false;
  bool allow_clock_skew = false;
  std::string out;
  std::vector<std::string> targets;
  std::vector<std::string> replace;
  Seconds lock_timeout{0};
  int parallelism = 10;
  std::size_t limit = 0;
  ApiOptions api;
};

// Instead of a command: help or a mistake, to be printed before the process ends.
struct CommandLineMessage {
  std::string text;              // as a person reads it
  int exit_code = 0;             // 0: help, for stdout; else for stderr
  std::string problem, way_out;  // of a mistake: what `text` is made of
};

std::variant<CommandLine, CommandLineMessage> parse_command_line(
    std::vector<std::string> arguments);

}  // namespace keytide
