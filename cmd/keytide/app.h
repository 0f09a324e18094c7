// App: what every command gets: the command line, the environment, clocks, log and streams.
// Made once, in main.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/keytide/command_line.h"
#include "cmd/keytide/console.h"
#include "cmd/keytide/views/style.h"
#include "core/base/diagnostic.h"
#include "core/base/result.h"
#include "providers/system/environment.h"
#include "providers/system/log_writer.h"
#include "providers/system/system_clock.h"

namespace keytide {

class Workspace;

// What a command does while a service does nothing else: after one that acts everything is looked
// at anew.
enum class Alone { acts, looks };

// Where the service carries out a command for somebody else.
struct HostedCommand {
  Workspace* workspace = nullptr;   // the service's
  std::string user;                 // who asked: "root@host"
  std::optional<std::string> plan;  // the text of the plan file that was named
  // Runs the work when the service does nothing else. The exit code: the work's, or 1 where the
  // service ends before its turn, which is said. Blocks.
  std::function<int(const std::function<int()>&, Alone)> alone;
};

struct App {
  CommandLine line;
  std::vector<std::string> arguments;  // as they were typed
  Environment environment;
  SystemClock& clock;
  LogWriter& log;
  Console& console;
  Style style;               // of stdout
  bool is_terminal = false;  // stdout is one
  bool can_ask = false;      // neither -input=false nor -json was given
  std::optional<HostedCommand> hosted{};

  bool is_hosted() const { return hosted.has_value(); }
  // Runs what needs the store to itself: at once here, for the lock is held; at its turn in a
  // service, which does not renew meanwhile, so nobody is asked in there.
  int alone(const std::function<int()>& work, Alone kind = Alone::acts) const;
  // From here on a signal ends what is under way at the next safe place, and nothing before.
  void begin_work() const;
  // "root@host"
  std::string user_at_host() const;

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
