#include "providers/system/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/temp_folder.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

ChildRequest shell(const std::string& script) {
  ChildRequest request;
  request.command = {"sh", "-c", script};
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  return request;
}

TEST(Child, ReportsItsStatusAndBothStreams) {
  const ChildResult result = run_child(shell("echo out; echo err >&2; exit 3")).value();
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_FALSE(result.succeeded());
  EXPECT_EQ(describe(result, milliseconds(1000)), "exit status 3");
}

TEST(Child, TakesItsArgumentsAsTheyStand) {
  ChildRequest request;
  request.command = {"printf", "%s|", "$(id)", "a b", "*", ""};
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  EXPECT_EQ(run_child(request).value().output, "$(id)|a b|*||");
}

TEST(Child, SeesTheGivenEnvironmentAlone) {
  setenv("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_ofkeytideitself", 1);
  ChildRequest request;
  request.command = {"/usr/bin/env"};
  request.environment = {{"ONE", "1"}, {"TWO", "2"}};
  EXPECT_EQ(run_child(request).value().output, "ONE=1\nTWO=2\n");
}

TEST(Child, GetsItsInputAndThenTheEnd) {
  const SecretValue input{std::string_view("line one\nline two")};
  ChildRequest request = shell("cat");
  request.input = &input;
  EXPECT_EQ(run_child(request).value().output, "line one\nline two");
}

TEST(Child, WithoutInputReadsTheEndAtOnce) {
  EXPECT_EQ(run_child(shell("cat; echo done")).value().output, "done\n");
}

TEST(Child, ThatDoesNotReadItsInputKillsNobody) {
  const SecretValue input{std::string(300000, 'x')};
  ChildRequest request = shell("exec 0<&-; exit 0");
  request.input = &input;
  EXPECT_TRUE(run_child(request).value().succeeded());
}

TEST(Child, HasOnlyItsStandardStreamsOpen) {
  // Deliberately without close-on-exec.
  const int leaky = open("/dev/null", O_RDONLY);  // NOLINT(android-cloexec-open)
  ASSERT_GE(leaky, 3);
  // `ls` itself opens the folder as 3.
  EXPECT_EQ(run_child(shell("exec ls /proc/self/fd")).value().output, "0\n1\n2\n3\n");
  close(leaky);
}

TEST(Child, RunsInItsOwnGroupWithNoSignalBlocked) {
  sigset_t block;
  sigset_t before;
  sigemptyset(&block);
  sigaddset(&block, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &block, &before);
  const auto result = run_child(shell("kill -TERM $$; echo survived")).value();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(describe(result, milliseconds(1)), "killed by signal 15 (Terminated)");
}

TEST(Child, IsEndedWithItsGroupWhenItsTimeIsOver) {
  const TempFolder folder;
  const std::string pipe = folder.file("held");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  ChildRequest request = shell("sleep 600 > " + pipe + " & wait");
  request.time_limit = milliseconds(2000);
  const ChildResult result = run_child(request).value();
  EXPECT_TRUE(result.timed_out);
  EXPECT_FALSE(result.succeeded());
  EXPECT_EQ(describe(result, milliseconds(2000)), "not done within 2s, and ended");
  // The grandchild was of the same group. It alone held the pipe, which hangs up when it is gone.
  pollfd hang_up{reader, POLLIN, 0};
  EXPECT_EQ(poll(&hang_up, 1, 60000), 1);
  EXPECT_NE(hang_up.revents & POLLHUP, 0);
  close(reader);
}

TEST(Child, ThatIgnoresTermIsKilled) {
  ChildRequest request = shell("trap '' TERM; echo ready; while :; do sleep 1; done");
  request.time_limit = milliseconds(2000);
  request.grace = milliseconds(200);
  const ChildResult result = run_child(request).value();
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_EQ(result.output, "ready\n");
}

TEST(Child, ThatWritesWithoutEndIsHeldToItsTimeAndItsBytes) {
  ChildRequest request = shell("yes");
  request.time_limit = milliseconds(200);
  request.output_bytes_max = 1000;
  const ChildResult result = run_child(request).value();
  EXPECT_TRUE(result.timed_out);
  EXPECT_TRUE(result.output_cut);
  EXPECT_EQ(result.output.size(), 1000U);
}

TEST(Child, ShowsTheBeginningOfItsOutputAndTheEndOfItsErrors) {
  ChildRequest request = shell("printf 0123456789; printf 0123456789 >&2");
  request.output_bytes_max = 4;
  const ChildResult result = run_child(request).value();
  EXPECT_EQ(result.output, "0123");
  EXPECT_EQ(result.errors, "6789");
  EXPECT_TRUE(result.output_cut && result.errors_cut);
}

TEST(Child, MayLeaveSomethingInTheBackground) {
  ChildRequest request = shell("sleep 5 & echo started $!");
  request.time_limit = milliseconds(4000);
  const ChildResult result = run_child(request).value();
  ASSERT_TRUE(result.succeeded());
  const int left = std::stoi(result.output.substr(8));
  EXPECT_EQ(kill(left, SIGKILL), 0);
}

TEST(Child, RunsInTheFolderThatWasNamed) {
  ChildRequest request = shell("pwd");
  request.directory = "/proc";
  EXPECT_EQ(run_child(request).value().output, "/proc\n");
}

TEST(Program, IsFoundInThePathOfTheChildOrRefused) {
  EXPECT_TRUE(find_program("sh", "/nowhere:/usr/bin:/bin").has_value());
  const auto missing = find_program("no-such-program", "/usr/bin:/bin");
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_EQ(missing.error().message,
            "there is no program \"no-such-program\" in PATH (/usr/bin:/bin): install it, or write "
            "its full path");
  EXPECT_FALSE(find_program("sh", "").has_value());
  EXPECT_FALSE(find_program("", "/bin").has_value());
}

TEST(Program, ThatIsNotExecutableIsRefused) {
  const TempFolder folder;
  folder.write("script", "#!/bin/sh\n");
  chmod(folder.file("script").c_str(), 0644);
  const auto found = find_program(folder.file("script"), "");
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message.find("chmod +x " + folder.file("script")), std::string::npos);
  EXPECT_FALSE(find_program(folder.path(), "").has_value());
}

TEST(Program, IsNeverTakenFromTheWorkingFolder) {
  const TempFolder folder;
  folder.write("evil", "#!/bin/sh\n");
  chmod(folder.file("evil").c_str(), 0755);
  ASSERT_EQ(chdir(folder.path().c_str()), 0);
  EXPECT_FALSE(find_program("evil", ":.").has_value());
  ASSERT_EQ(chdir("/"), 0);
}

}  // namespace
}  // namespace keytide
