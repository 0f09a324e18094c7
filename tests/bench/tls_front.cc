#include "tests/bench/tls_front.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "core/base/check.h"

namespace keytide::bench {
namespace {

// A CA bundle of the size of a system's, with ours at its end: parsing it is part of the cost.
void make_certificates(const std::string& folder, const std::string& support) {
  const std::string command = "sh " + support + "/make_certificates.sh " + folder + " && cat " +
                              "/etc/ssl/certs/ca-certificates.crt " + folder + "/own-ca.pem > " +
                              folder + "/ca.pem";
  CHECK(std::system(command.c_str()) == 0, "openssl makes a certificate");
}

}  // namespace

TlsFront::TlsFront(const std::string& folder, const std::string& upstream,
                   const std::string& support)
    : ca_file_(folder + "/ca.pem") {
  make_certificates(folder, support);
  const std::string script = support + "/tls_front.mjs";
  std::array<int, 2> ends{};
  CHECK(pipe(ends.data()) == 0, "a pipe can be made");
  pid_ = fork();
  CHECK(pid_ >= 0, "a process can be started");
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execlp("node", "node", script.c_str(), upstream.c_str(), folder.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  FILE* out = fdopen(ends[0], "r");
  std::array<char, 100> line{};
  CHECK(fgets(line.data(), line.size(), out) != nullptr, "node prints the proxy's address");
  fclose(out);
  url_ = line.data();
  url_.pop_back();
}

TlsFront::~TlsFront() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

}  // namespace keytide::bench
