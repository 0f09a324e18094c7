#include "providers/system/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/duration.h"
#include "providers/system/fd.h"
#include "providers/system/os_error.h"
#include "providers/system/system_clock.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// How long a poll may last where the kernel has no descriptor for a process.
constexpr milliseconds kTick{20};

struct Pipe {
  Fd reader;
  Fd writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return os_fail("make a pipe for", "a program", errno);
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// Keeps SIGPIPE from this thread while it writes to a child that may be gone.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;
  ~NoBrokenPipe() {
    const timespec no_wait{};
    if (sigismember(&before_, SIGPIPE) == 0) sigtimedwait(&pipe_, nullptr, &no_wait);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

// The C API of posix_spawn wants arrays of char*; the strings outlive the call.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> assignments(const Environment& environment) {
  std::vector<std::string> out;
  for (const auto& [name, value] : environment) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

struct SpawnSetup {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};

  SpawnSetup() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }

  // Own process group; no signal blocked or ignored.
  void isolate() {
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }

  void connect(const Fd& input, const Fd& output, const Fd& errors) {
    if (input.is_open()) {
      posix_spawn_file_actions_adddup2(&files, input.get(), STDIN_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&files, output.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, errors.get(), STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
  }
};

// A running child and our ends of its streams.
struct Running {
  pid_t pid = 0;
  Fd exit_fd;  // readable when it ended; closed where the kernel has no such thing
  Fd input;
  Fd output;
  Fd errors;
  std::string_view input_left;
};

Result<Running> spawn(const ChildRequest& request, const std::string& program) {
  Pipe input;
  if (request.input != nullptr || !request.plain_input.empty()) {
    auto made = make_pipe();
    if (!made) return fail(std::move(made.error()));
    input = std::move(*made);
  }
  auto output = make_pipe();
  if (!output) return fail(std::move(output.error()));
  auto errors = make_pipe();
  if (!errors) return fail(std::move(errors.error()));

  SpawnSetup setup;
  setup.isolate();
  setup.connect(input.reader, output->writer, errors->writer);
  if (!request.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&setup.files, request.directory.c_str());
  }
  std::vector<std::string> command = request.command;
  std::vector<std::string> environment = assignments(request.environment);
  Running child;
  const int problem = posix_spawn(&child.pid, program.c_str(), &setup.files, &setup.attributes,
                                  pointers_to(command).data(), pointers_to(environment).data());
  if (problem != 0) return os_fail("run", program, problem);
  child.exit_fd = Fd(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
  child.input = std::move(input.writer);
  child.output = std::move(output->reader);
  child.errors = std::move(errors->reader);
  for (const Fd* fd : {&child.input, &child.output, &child.errors}) {
    if (fd->is_open()) fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  }
  child.input_left = request.input != nullptr ? request.input->reveal() : request.plain_input;
  return child;
}

void feed(Running& child) {
  while (child.input.is_open() && !child.input_left.empty()) {
    const ssize_t count =
        write(child.input.get(), child.input_left.data(), child.input_left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) break;  // it does not want to read: its exit status says whether that is right
    child.input_left.remove_prefix(static_cast<std::size_t>(count));
  }
  child.input.close();
}

// Reads what is there, but not for ever: a child may write faster than we read, and has a time
// limit all the same. `keep_tail`: the last bytes are kept, else the first.
void drain(Fd& from, std::string& into, bool& cut, std::size_t bytes_max, bool keep_tail) {
  std::array<char, 4096> buffer{};
  for (int round = 0; round < 32 && from.is_open(); ++round) {
    const ssize_t count = read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      from.close();
      return;
    }
    into.append(buffer.data(), static_cast<std::size_t>(count));
    if (into.size() <= bytes_max) continue;
    cut = true;
    if (keep_tail) {
      into.erase(0, into.size() - bytes_max);
    } else {
      into.resize(bytes_max);
    }
  }
}

// Whether it ended. It stays a zombie, so that its process group can't become somebody else's.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  const int answer = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return answer == 0 ? info.si_pid == pid : errno == ECHILD;
}

void exchange(Running& child, const ChildRequest& request, ChildResult& result) {
  drain(child.output, result.output, result.output_cut, request.output_bytes_max, false);
  drain(child.errors, result.errors, result.errors_cut, request.output_bytes_max, true);
}

// Serves its streams until it ends or `until` (since boot) is over. Whether it ended.
bool serve(Running& child, const ChildRequest& request, ChildResult& result, milliseconds until) {
  SystemClock clock;
  while (!has_ended(child.pid)) {
    milliseconds left = until - clock.since_boot();
    if (left.count() <= 0) return false;
    if (!child.exit_fd.is_open()) left = std::min(left, kTick);
    std::array<pollfd, 4> waits{{{child.exit_fd.get(), POLLIN, 0},
                                 {child.output.get(), POLLIN, 0},
                                 {child.errors.get(), POLLIN, 0},
                                 {child.input.get(), POLLOUT, 0}}};
    poll(waits.data(), waits.size(), static_cast<int>(std::min(left, milliseconds{60000}).count()));
    feed(child);
    exchange(child, request, result);
  }
  return true;
}

// TERM to the whole group, then KILL.
void end_group(Running& child, const ChildRequest& request, ChildResult& result) {
  SystemClock clock;
  kill(-child.pid, SIGTERM);
  serve(child, request, result, clock.since_boot() + request.grace);
  kill(-child.pid, SIGKILL);
}

void reap(pid_t pid, ChildResult& result) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Result<std::string> check_program(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return os_fail("run", path, errno);
  if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0) {
    return fail(
        ErrorKind::denied,
        fmt::format("can't run {0}: it is not executable; chmod +x {0}, or name a program", path));
  }
  return path;
}

}  // namespace

std::string describe(const ChildResult& result, milliseconds time_limit) {
  if (result.timed_out) {
    return fmt::format("not done within {}, and ended",
                       format_duration(std::chrono::ceil<Seconds>(time_limit)));
  }
  if (result.signal != 0) {
    return fmt::format("killed by signal {} ({})", result.signal, strsignal(result.signal));
  }
  return fmt::format("exit status {}", result.exit_status);
}

Result<std::string> find_program(const std::string& name, const std::string& search_path) {
  if (name.empty()) return fail(ErrorKind::invalid, "the command is empty: name a program");
  if (name.find('/') != std::string::npos) return check_program(name);
  std::string_view left = search_path;
  while (!left.empty()) {
    const std::size_t colon = left.find(':');
    const std::string_view folder = left.substr(0, colon);
    left.remove_prefix(colon == std::string_view::npos ? left.size() : colon + 1);
    if (!folder.starts_with('/')) continue;  // "." in PATH would run whatever lies there
    if (auto found = check_program(fmt::format("{}/{}", folder, name)); found) return found;
  }
  return fail(ErrorKind::not_found,
              fmt::format("there is no program \"{}\" in PATH ({}): install it, or write its full "
                          "path",
                          name, search_path));
}

Result<ChildResult> run_child(const ChildRequest& request) {
  if (request.command.empty()) return fail(ErrorKind::invalid, "the command is empty");
  const auto path = request.environment.find("PATH");
  auto program =
      find_program(request.command.front(), path == request.environment.end() ? "" : path->second);
  if (!program) return fail(std::move(program.error()));
  const NoBrokenPipe no_broken_pipe;
  SystemClock clock;
  auto child = spawn(request, *program);
  if (!child) return fail(std::move(child.error()));
  ChildResult result;
  if (!serve(*child, request, result, clock.since_boot() + request.time_limit)) {
    result.timed_out = true;
    end_group(*child, request, result);
  }
  exchange(*child, request, result);
  reap(child->pid, result);
  return result;
}

}  // namespace keytide
