// App: what every command gets: the command line, the environment, clocks, log and streams.
// Made once, in main.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cmd/keytide/command_line.h"
#include "cmd/keytide/views/style.h"
#include "core/base/diagnostic.h"
#include "core/base/result.h"
#include "providers/system/environment.h"
#include "providers/system/log_writer.h"
#include "providers/system/system_clock.h"

namespace keytide {

struct App {
  CommandLine line;
  Environment environment;
  SystemClock& clock;
  LogWriter& log;
  Style style;               // of stdout
  bool is_terminal = false;  // stdout is one
  bool can_ask = false;      // neither -input=false nor -json was given

  // What a person or a pipe reads. Flushed at once. Whether it went out.
  bool print(std::string_view text) const;
  // Errors and warnings: on stderr, or with -json as diagnostics on stdout. Where stdout is one
  // JSON document (`status -json`), a warning beside it goes to stderr all the same.
  void complain(std::string problem, std::string way_out) const;
  void complain(const Error& error) const;  // "error: …"
  void complain(const Diagnostics& problems) const;
  void complain_text(std::string_view text) const;  // on stderr, -json or not
  // Whether -json prints a line for each thing that happens, and no document.
  bool prints_json_lines() const;
  // A line from stdin, without its newline; absent at its end.
  std::optional<std::string> ask(std::string_view question) const;
  // "apply by root@host"
  std::string actor() const;
};

}  // namespace keytide
