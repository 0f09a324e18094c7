#include "providers/system/environment.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "providers/system/hardening.h"
#include "providers/system/terminal.h"
#include "providers/system/users.h"
#include "tests/support/forked.h"

namespace keytide {
namespace {

TEST(Environment, TellsUnsetFromEmpty) {
  setenv("KEYTIDE_TEST_EMPTY", "", 1);
  unsetenv("KEYTIDE_TEST_UNSET");
  EXPECT_EQ(environment_variable("KEYTIDE_TEST_EMPTY"), "");
  EXPECT_EQ(environment_variable("KEYTIDE_TEST_UNSET"), std::nullopt);
  EXPECT_FALSE(secret_variable("KEYTIDE_TEST_EMPTY").has_value());
}

TEST(Environment, ReadsASecretIntoLockedMemory) {
  setenv("KEYTIDE_TEST_SECRET", "mdb_sa_sk_fromtheenvironment", 1);
  EXPECT_EQ(secret_variable("KEYTIDE_TEST_SECRET")->reveal(), "mdb_sa_sk_fromtheenvironment");
}

TEST(Environment, GivesOnlyWhatIsNamed) {
  setenv("KEYTIDE_TEST_A", "1=2", 1);
  setenv("KEYTIDE_TEST_B", "3", 1);
  unsetenv("KEYTIDE_TEST_UNSET");
  EXPECT_EQ(environment_of({"KEYTIDE_TEST_A", "KEYTIDE_TEST_UNSET"}),
            (Environment{{"KEYTIDE_TEST_A", "1=2"}}));
  EXPECT_EQ(environment_snapshot().at("KEYTIDE_TEST_A"), "1=2");
  EXPECT_EQ(environment_snapshot().at("KEYTIDE_TEST_B"), "3");
}

TEST(Environment, KnowsTheHostAndTheUser) {
  EXPECT_FALSE(host_name().empty());
  EXPECT_EQ(name_of_user(0), "root");
  EXPECT_EQ(user_name(), name_of_user(geteuid()));
  EXPECT_EQ(name_of_user(3999999999U), "uid 3999999999");
}

TEST(Users, AreFoundByNameOrNumber) {
  EXPECT_EQ(find_user("root").value(), 0U);
  EXPECT_EQ(find_group("root").value(), 0U);
  EXPECT_EQ(find_user("12345").value(), 12345U);
  EXPECT_EQ(find_group("12345").value(), 12345U);
}

TEST(Users, ThatDoNotExistAreRefusedWithAWayOut) {
  for (const char* name : {"no-such-name", "", "-1", "4294967295", "12x"}) {
    const auto user = find_user(name);
    ASSERT_FALSE(user.has_value()) << name;
    EXPECT_EQ(user.error().kind, ErrorKind::not_found) << name;
    EXPECT_NE(user.error().message.find("correct `owner`"), std::string::npos) << name;
    ASSERT_FALSE(find_group(name).has_value()) << name;
    EXPECT_NE(find_group(name).error().message.find("correct `group`"), std::string::npos) << name;
  }
}

TEST(Hardening, SwitchesOffCoreDumpsAndDumping) {
  const Forked child = in_child([]() -> std::string {
    if (const auto done = harden_process(); !done) return done.error().text();
    rlimit core{1, 1};
    getrlimit(RLIMIT_CORE, &core);
    if (core.rlim_cur != 0 || core.rlim_max != 0) return "cores";
    return prctl(PR_GET_DUMPABLE) == 0 ? "hardened" : "dumpable";
  });
  EXPECT_EQ(child.text, "hardened");
}

TEST(Terminal, IsNoneInAPipe) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  EXPECT_FALSE(is_terminal(ends[1]));
  EXPECT_EQ(terminal_width(ends[1], 72), 72);
  EXPECT_FALSE(use_color(ends[1], false));
  close(ends[0]);
  close(ends[1]);
}

// The terminal's own end of a pseudo-terminal.
class Colour : public testing::Test {
 protected:
  void SetUp() override {
    controller_ = posix_openpt(2 /* O_RDWR */);
    ASSERT_GE(controller_, 0);
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
  }
  void TearDown() override { close(controller_); }

  int controller_ = -1;
};

TEST_F(Colour, IsUsedOnATerminalUnlessSomebodySaysNo) {
  ASSERT_TRUE(is_terminal(controller_));
  EXPECT_TRUE(use_color(controller_, false));
  EXPECT_FALSE(use_color(controller_, true));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(use_color(controller_, false));
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(use_color(controller_, false));
}

TEST_F(Colour, IsNotUsedOnADumbTerminal) {
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(use_color(controller_, false));
}

}  // namespace
}  // namespace keytide
