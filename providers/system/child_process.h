// Child processes: a program with its arguments, without a shell, with the environment it is given
// and nothing else, in a process group of its own and with a time limit. Only its standard streams
// are open in it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/secret_value.h"
#include "providers/system/environment.h"

namespace keytide {

struct ChildRequest {
  std::vector<std::string> command;    // argv; command[0] as find_program takes it
  Environment environment;             // all of it
  std::string directory;               // to run in; empty: where keytide runs
  const SecretValue* input = nullptr;  // for its standard input, borrowed; null: /dev/null
  std::string_view plain_input{};      // instead, where it is no secret; borrowed; empty: none
  std::chrono::milliseconds time_limit{30000};
  std::chrono::milliseconds grace{2000};  // from TERM to KILL, once the limit is over
  std::size_t output_bytes_max = std::size_t{64} << 10;  // of each stream; the rest is dropped
};

struct ChildResult {
  int exit_status = 0;     // -1 when a signal ended it
  int signal = 0;          // 0 when it ended by itself
  bool timed_out = false;  // we ended it, and its whole process group
  std::string output;      // the first bytes of its standard output
  std::string errors;      // the last bytes of its standard error
  bool output_cut = false;
  bool errors_cut = false;

  bool succeeded() const { return !timed_out && signal == 0 && exit_status == 0; }
};

// "exit status 3", "killed by signal 9 (Killed)", "not done within 30s, and ended"
std::string describe(const ChildResult& result, std::chrono::milliseconds time_limit);

// Where the program is: a name is looked up in `search_path` ("/usr/bin:/bin"), a path is taken as
// it is. Errors: not_found, denied (there, but not executable), each with the way out.
Result<std::string> find_program(const std::string& name, const std::string& search_path);

// Runs it to its end. A name without a slash is looked up in the PATH of the child's environment. A
// failing program is a result; errors are what kept it from running: not_found, denied, io. What
// the program leaves behind in the background is left alone unless the limit was over. Blocks.
// Threads: any.
Result<ChildResult> run_child(const ChildRequest& request);

}  // namespace keytide
