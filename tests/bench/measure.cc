#include "tests/bench/measure.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/base/check.h"

namespace keytide::bench {
namespace {

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& folder,
                         const std::string& output, const std::string& fsync_counter,
                         const std::string& counted) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0 || chdir(folder.c_str()) != 0) _exit(127);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  if (!fsync_counter.empty()) {
    setenv("LD_PRELOAD", fsync_counter.c_str(), 1);
    setenv("FSYNC_COUNT_FILE", counted.c_str(), 1);
  }
  execv(argv[0], argv.data());
  _exit(127);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Measured measure(const std::vector<std::string>& command, const std::string& folder,
                 const std::string& fsync_counter) {
  const std::string output = folder + "/.output";
  const std::string counted = folder + "/.fsyncs";
  unlink(counted.c_str());
  const auto begin = std::chrono::steady_clock::now();
  const pid_t pid = fork();
  CHECK(pid >= 0, "a process can be started");
  if (pid == 0) become(command, folder, output, fsync_counter, counted);
  int status = 0;
  rusage used{};
  CHECK(wait4(pid, &status, 0, &used) == pid, "the process can be waited for");
  Measured result;
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  result.peak_mb = static_cast<double>(used.ru_maxrss) / 1024;
  result.written_mb = static_cast<double>(used.ru_oublock) * 512 / 1e6;
  result.output = read_all(output);
  const std::string count = read_all(counted);
  if (!count.empty()) result.fsyncs = std::stoll(count);
  return result;
}

double time_of_fsync(const std::string& folder) {
  constexpr int kTimes = 100;
  const std::string path = folder + "/.fsync";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  CHECK(fd >= 0, "a file can be made");
  const std::string page(4096, 'x');
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes; ++i) {
    CHECK(::write(fd, page.data(), page.size()) > 0 && fdatasync(fd) == 0, "the disk takes it");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  close(fd);
  unlink(path.c_str());
  return took.count() / kTimes;
}

double cpu_seconds_of(int pid) {
  const std::string stat = read_all("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace keytide::bench
