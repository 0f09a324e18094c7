#include "tests/support/background_run.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "core/base/check.h"

namespace keytide::testing {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

BackgroundRun::BackgroundRun(const std::vector<std::string>& command,
                             const std::map<std::string, std::string>& variables,
                             const std::string& folder, const RunStreams& streams)
    : out_(folder + "/" + streams.name + ".stdout"), err_(folder + "/" + streams.name + ".stderr") {
  std::vector<std::string> words = command;
  std::vector<std::string> settings;
  for (const auto& [name, value] : variables) settings.push_back(name + "=" + value);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, streams.input.c_str(), O_RDWR, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(), kFlags, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), kFlags, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int problem = posix_spawn(&pid_, command.front().c_str(), &actions, &attributes,
                                  pointers(words).data(), pointers(settings).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  CHECK(problem == 0, "a program of the build can be started");
}

BackgroundRun::~BackgroundRun() {
  if (pid_ < 0) return;
  send(SIGKILL);
  wait();
}

void BackgroundRun::send(int signal) const { kill(pid_, signal); }

void BackgroundRun::send_to_group(int signal) const { kill(-pid_, signal); }

bool BackgroundRun::has_ended() const {
  siginfo_t seen{};
  return waitid(P_PID, static_cast<id_t>(pid_), &seen, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         seen.si_pid == pid_;
}

RunResult BackgroundRun::wait() {
  CHECK(pid_ > 0, "it is waited for once");
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(out_), content_of(err_)};
}

}  // namespace keytide::testing
