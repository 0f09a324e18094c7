// The way over ssh: a program of that name stands for the network and for the server's sshd, so git
// speaks its own protocol with a real git behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/providers/sources/git_world.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kDyingServer = R"(
/bin/sh -c "$last" | {
  dd bs=1 status=none count=$bytes
  p=$PPID
  while read comm < /proc/$p/comm && [ "$comm" != git ]; do p=$(cut -d ' ' -f 4 /proc/$p/stat); done
  kill -KILL $p
}
)";

class GitOverSsh : public GitWorld {
 protected:
  GitOverSsh() {
    be_ssh("for last; do :; done\nexec /bin/sh -c \"$last\"\n");
    host_["PATH"] = at("bin") + ":/usr/bin:/bin";
    host_["SSH_AUTH_SOCK"] = "/agent";
  }

  // What ssh does once it has written down its arguments.
  void be_ssh(const std::string& what) {
    write_program("bin/ssh", "#!/bin/sh\necho \"$SSH_AUTH_SOCK:$*\" >> " + at("called") + "\n" +
                                 "unset GIT_DIR\n" + what);
  }

  GitConfig config_of_ssh() const {
    return {"git@127.0.0.1:" + at("theirs.git"), "main", "", Seconds(60), "", ""};
  }
};

TEST_F(GitOverSsh, FetchesTheNewestCommitAloneAndLaterWhatCameSince) {
  write("a.yaml", manifest("one", '1'));
  commit();
  write("a.yaml", manifest("one", '2'));
  const std::string second = commit();
  GitSource ours = source(config_of_ssh());
  auto revision = ours.fetch();
  ASSERT_TRUE(revision.has_value()) << revision.error().text();
  EXPECT_EQ(revision->commit, second);
  EXPECT_THAT(names_of(ours.read(second)), ElementsAre("a.yaml"));
  EXPECT_EQ(git({"--git-dir=" + ours.repository(), "rev-list", "--count", second}), "1");
  ASSERT_TRUE(ours.accept(second).has_value());
  commit();
  const std::string fourth = commit();
  revision = ours.fetch();
  ASSERT_TRUE(revision.has_value()) << revision.error().text();
  EXPECT_FALSE(revision->is_rewound);
  EXPECT_EQ(git({"--git-dir=" + ours.repository(), "rev-list", "--count", fourth}), "3");
  git({"checkout", "--quiet", "--orphan", "other"});
  commit();
  EXPECT_TRUE(ours.fetch()->is_rewound);
}

TEST_F(GitOverSsh, AsksNobodyAndTakesTheKeyThatIsNamed) {
  write("a.yaml", manifest("one", '1'));
  commit();
  GitSource plain = source(config_of_ssh());
  ASSERT_TRUE(plain.fetch().has_value());
  EXPECT_THAT(folder_.read("called"),
              testing::StartsWith("/agent:-o BatchMode=yes -o ConnectTimeout=15 -o "
                                  "ForwardAgent=no -o PermitLocalCommand=no "));
  std::filesystem::remove(at("called"));
  GitConfig with_key = config_of_ssh();
  with_key.ssh_key_file = "/etc/it's %d $(touch " + at("ran") + ")";
  GitSource keyed = source(with_key);
  ASSERT_TRUE(keyed.fetch().has_value());
  EXPECT_THAT(folder_.read("called"),
              HasSubstr(" -o IdentitiesOnly=yes -i /etc/it's %%d $(touch " + at("ran") + ") "));
  EXPECT_THAT(folder_.read("called"), testing::StartsWith(":"));
  EXPECT_FALSE(std::filesystem::exists(at("ran")));
}

TEST_F(GitOverSsh, SaysWhatToDoAboutAHostThatIsNotKnown) {
  be_ssh(
      "echo 'No ED25519 host key is known for 127.0.0.1 and you have requested strict checking.'"
      " >&2\necho 'Host key verification failed.' >&2\nexit 255\n");
  GitSource ours = source(config_of_ssh());
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_EQ(revision.error().kind, ErrorKind::denied);
  EXPECT_THAT(revision.error().text(), HasSubstr("ssh does not know the key of that host"));
  EXPECT_THAT(revision.error().text(), HasSubstr("run ssh to it once as the user"));
}

TEST_F(GitOverSsh, SaysThatTheServerDoesNotKnowTheKey) {
  be_ssh("echo 'git@127.0.0.1: Permission denied (publickey).' >&2\nexit 255\n");
  GitSource ours = source(config_of_ssh());
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_THAT(revision.error().text(), HasSubstr("ssh_key: {file: …}"));
}

TEST_F(GitOverSsh, WorksAgainAfterAGitThatWasKilledInTheMiddle) {
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    std::string text;
    for (int word = 0; word < 30; ++word) text += std::to_string(random());
    write(std::to_string(i) + ".yaml", text);
  }
  const std::string id = commit();
  for (const char* bytes : {"10", "300", "900", "3000", "7000"}) {
    // Hands so many bytes on, and then kills the git above it.
    be_ssh(std::string("for last; do :; done\nbytes=") + bytes + kDyingServer);
    GitSource ours = source(config_of_ssh());
    const auto revision = ours.fetch();
    ASSERT_FALSE(revision.has_value()) << bytes;
    EXPECT_THAT(revision.error().text(), HasSubstr("killed by signal 9")) << bytes;
  }
  be_ssh("for last; do :; done\nexec /bin/sh -c \"$last\"\n");
  GitSource ours = source(config_of_ssh());
  const auto revision = ours.fetch();
  ASSERT_TRUE(revision.has_value()) << revision.error().text();
  EXPECT_EQ(ours.read(id).files.size(), 50U);
}

TEST_F(GitOverSsh, SaysWhatSshSaid) {
  be_ssh("echo 'ssh: connect to host 127.0.0.1 port 22: Connection refused' >&2\nexit 255\n");
  GitSource ours = source(config_of_ssh());
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_EQ(revision.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(revision.error().text(),
              HasSubstr("the source can't be fetched: ssh: connect to host "
                        "127.0.0.1 port 22: Connection refused"));
}

// A broken tree is refused on its way in where git speaks its own protocol.
TEST_F(GitOverSsh, RefusesObjectsThatAreNotAsGitMakesThem) {
  write("a.yaml", manifest("one", '1'));
  git({"add", "-A"});
  const std::string blob = git({"hash-object", "-w", "a.yaml"});
  folder_.write("tree", "100644 blob " + blob + "\tclimbed.yaml\n");
  const std::string inner = run("sh", {"-c", "git mktree < \"$1\"", "sh", at("tree")});
  folder_.write("tree", "040000 tree " + inner + "\t..\n");
  push(git(
      {"commit-tree", "-m", "a tree", run("sh", {"-c", "git mktree < \"$1\"", "sh", at("tree")})}));
  GitSource ours = source(config_of_ssh());
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_THAT(revision.error().text(), HasSubstr("hasDotdot"));
}

}  // namespace
}  // namespace keytide
