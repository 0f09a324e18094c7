// BackgroundRun: a program that runs beside the test, to be looked at, stopped or killed.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace keytide::testing {

struct RunResult {
  int exit_code = -1;  // 128 + the signal that ended it
  std::string output;  // stdout
  std::string errors;  // stderr
};

struct RunStreams {
  std::string name = "background";  // of the files NAME.stdout and NAME.stderr in its folder
  std::string input = "/dev/null";  // a file, or a FIFO, which never ends
};

class BackgroundRun {
 public:
  // It runs in `folder`.
  BackgroundRun(const std::vector<std::string>& command,
                const std::map<std::string, std::string>& variables, const std::string& folder,
                const RunStreams& streams = {});
  ~BackgroundRun();  // kills it
  BackgroundRun(const BackgroundRun&) = delete;
  BackgroundRun& operator=(const BackgroundRun&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const;
  // To all of its process group: it has one of its own.
  void send_to_group(int signal) const;
  // Whether it has ended by now; wait() tells how.
  bool has_ended() const;
  // Blocks until it has ended.
  RunResult wait();

 private:
  std::string out_;  // the files
  std::string err_;
  pid_t pid_ = -1;
};

}  // namespace keytide::testing
