#include "tests/support/atlas_sim_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "providers/system/fd.h"

namespace keytide::testing {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "AtlasSimProcess: %s\n", why.c_str());
  std::abort();
}

// A file that only this user can read; the caller removes it.
std::string write_seed(const std::string& text) {
  std::string path = (std::filesystem::temp_directory_path() / "atlas-sim-seed-XXXXXX").string();
  const Fd file(mkstemp(path.data()));
  if (!file.is_open()) give_up("can't write a seed to " + path);
  const ssize_t written = write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) give_up("can't write a seed to " + path);
  return path;
}

pid_t spawn(std::vector<std::string> command, const Fd& standard_output) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, standard_output.get(), STDOUT_FILENO);
  pid_t pid = -1;
  const int problem = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) give_up("can't start " + command[0]);
  return pid;
}

std::string read_line(const Fd& file) {
  std::string line;
  char c = 0;
  while (read(file.get(), &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

AtlasSimProcess::AtlasSimProcess(const std::string& seed, const std::string& clock) {
  const std::string seed_path = write_seed(seed);
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) give_up("no pipe left");
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  pid_ = spawn({KEYTIDE_ATLAS_SIM, "-listen=127.0.0.1:0", "-seed=" + seed_path, "-clock=" + clock,
                "-exit-with-parent"},
               writing);
  writing.close();
  const std::string line = read_line(reading);
  unlink(seed_path.c_str());
  const std::string expected = "atlas-sim listening on ";
  if (line.rfind(expected, 0) != 0) give_up("atlas-sim did not start; see its messages above");
  url_ = line.substr(expected.size());
  port_ = static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
}

AtlasSimProcess::~AtlasSimProcess() { stop(); }

int AtlasSimProcess::stop() {
  if (pid_ < 0) return exit_status_;
  kill(pid_, SIGTERM);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_status_;
}

std::string AtlasSimProcess::control(const std::string& method, const std::string& path,
                                     const std::string& body) {
  RawReply reply = http_call(port_, method, path, {}, body);
  if (reply.response.status != 200) {
    give_up(method + " " + path + " " + body + " was answered with " + reply.bytes);
  }
  return std::move(reply.response.body);
}

std::string AtlasSimProcess::state() { return control("GET", "/_sim/state"); }
std::string AtlasSimProcess::requests() { return control("GET", "/_sim/requests"); }
void AtlasSimProcess::forget_requests() { control("DELETE", "/_sim/requests"); }

void AtlasSimProcess::advance(const std::string& duration) {
  control("POST", "/_sim/clock", R"({"advance": ")" + duration + "\"}");
}

void AtlasSimProcess::set_clock(const std::string& instant) {
  control("POST", "/_sim/clock", R"({"set": ")" + instant + "\"}");
}

void AtlasSimProcess::set_rate(double rate) {
  control("POST", "/_sim/clock", R"({"rate": )" + std::to_string(rate) + "}");
}

void AtlasSimProcess::add_faults(const std::string& json) { control("POST", "/_sim/faults", json); }
void AtlasSimProcess::clear_faults() { control("DELETE", "/_sim/faults"); }

}  // namespace keytide::testing
