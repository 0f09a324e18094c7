// Parts of a test that need a process of their own: another user, another umask, a limit, a death.
#pragma once

#include <grp.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

namespace keytide {

struct Forked {
  std::string text;  // what the function returned; empty when it died
  int signal = 0;    // what killed it
};

// Runs `body`, which returns a text, in a child. Assertions belong into the parent.
template <class Body>
Forked in_child(const Body& body) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {"no pipe", 0};
  const pid_t pid = fork();
  if (pid == 0) {
    const std::string text = body();
    [[maybe_unused]] const auto written = write(ends[1], text.data(), text.size());
    _exit(0);
  }
  close(ends[1]);
  Forked out;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = read(ends[0], buffer.data(), buffer.size())) > 0) {
    out.text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  out.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return out;
}

inline constexpr unsigned kNobody = 65534;

// As in_child, without root's rights. Who is no root already stays who they are.
template <class Body>
Forked as_nobody(const Body& body) {
  return in_child([&]() -> std::string {
    if (geteuid() == 0 &&
        (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0)) {
      return "can't become nobody";
    }
    return body();
  });
}

inline void filter_calls(sock_filter* rules, std::size_t count) {
  const sock_fprog program{static_cast<unsigned short>(count), rules};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(99);
}

// From now on this process dies at that system call, as if it were killed there.
inline void die_at(unsigned call) {
  std::array<sock_filter, 4> rules{{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                                    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call},
                                    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
                                    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}}};
  filter_calls(rules.data(), rules.size());
}

// From now on that system call on that descriptor fails with EIO (5).
inline void fail_at(unsigned call, int fd) {
  std::array<sock_filter, 6> rules{{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                                    {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, call},
                                    {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args)},
                                    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<unsigned>(fd)},
                                    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 5},
                                    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}}};
  filter_calls(rules.data(), rules.size());
}

// Puts a small file system of this process's own, and of its children, over a folder. False where
// the kernel does not let it: root always may, in a container it depends.
inline bool mount_small(const std::string& path, const char* options = "size=16k,mode=0700") {
  return unshare(CLONE_NEWNS) == 0 && mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("keytide-test", path.c_str(), "tmpfs", 0, options) == 0;
}

inline bool make_read_only(const std::string& path) {
  return mount("", path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

}  // namespace keytide
