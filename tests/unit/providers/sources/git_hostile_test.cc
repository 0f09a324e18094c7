// Repositories, caches and hosts that mean harm, and a git that died.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/providers/sources/git_world.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class HostileGit : public GitWorld {
 protected:
  // Fetches and reads with `ours`; a failed fetch fails the test.
  SourceFiles read(GitSource& ours, const SourceLimits& limits = {}) {
    const auto revision = ours.fetch();
    EXPECT_TRUE(revision.has_value()) << revision.error().text();
    return revision ? ours.read(revision->commit, limits) : SourceFiles{};
  }
  SourceFiles read(const SourceLimits& limits = {}) {
    GitSource ours = source();
    return read(ours, limits);
  }

  // A commit of a tree that no work tree can hold: "mode type object\tname" lines.
  void commit_tree(const std::string& lines) {
    folder_.write("tree", lines);
    const std::string tree = run("sh", {"-c", "git mktree --missing < \"$1\"", "sh", at("tree")});
    push(git({"commit-tree", "-m", "a tree", tree}));
  }

  bool exists(const std::string& name) const { return std::filesystem::exists(at(name)); }
};

TEST_F(HostileGit, FollowsNoLinkAndNoSubmodule) {
  folder_.write("outside.yaml", manifest("outside", '9'));
  write("a.yaml", manifest("one", '1'));
  std::filesystem::create_symlink(at("outside.yaml"), at("work/evil.yaml"));
  std::filesystem::create_symlink("/etc", at("work/etc"));
  const std::string id = commit();
  git({"update-index", "--add", "--cacheinfo", "160000," + id + ",sub"});
  git({"commit", "--quiet", "-m", "a submodule"});
  push("HEAD");
  const SourceFiles found = read();
  EXPECT_THAT(names_of(found), ElementsAre("a.yaml"));
  const std::string said = render(found.problems);
  EXPECT_THAT(said, HasSubstr("error: " + url()));
  EXPECT_THAT(said, HasSubstr(":evil.yaml: is a link, which is not followed in git\n"
                              "      = put the file itself there\n"));
  EXPECT_THAT(said, HasSubstr(":etc: is a link, which is not followed in git\n"));
  EXPECT_THAT(said, HasSubstr(":sub: is a submodule, which is not followed in git\n"));
  EXPECT_EQ(std::count_if(
                found.problems.begin(), found.problems.end(),
                [](const Diagnostic& one) { return one.severity == Diagnostic::Severity::error; }),
            1);
}

TEST_F(HostileGit, ReadsNothingThroughALinkThatThePathOfTheSourceNames) {
  std::filesystem::create_symlink("/etc", at("work/prod"));
  commit();
  GitConfig through = config();
  through.path = "prod";
  GitSource ours = source(through);
  EXPECT_THAT(render(read(ours).problems), HasSubstr(":prod: is a link, which is not followed"));
  through.path = "prod/ssh";
  GitSource behind = source(through);
  EXPECT_THAT(render(read(behind).problems), HasSubstr(":prod/ssh: is not there in this commit"));
}

TEST_F(HostileGit, WritesNothingOutsideOfItsFolderForNamesThatClimb) {
  write("a.yaml", manifest("one", '1'));
  git({"add", "-A"});
  const std::string blob = git({"hash-object", "-w", "a.yaml"});
  folder_.write("tree", "100644 blob " + blob + "\tclimbed.yaml\n");
  const std::string inner = run("sh", {"-c", "git mktree < \"$1\"", "sh", at("tree")});
  commit_tree("040000 tree " + inner + "\t..\n100644 blob " + blob + "\ta.yaml\n");
  EXPECT_THAT(names_of(read()), ElementsAre("a.yaml"));
  EXPECT_FALSE(exists("climbed.yaml"));
  EXPECT_FALSE(exists("cache/climbed.yaml"));
}

TEST_F(HostileGit, RefusesFilesThatAreTooLargeTooManyOrTooDeep) {
  write("a.yaml", manifest("one", '1'));
  write("b.yaml", std::string(3 << 20, '#'));
  write("c/d/e.yaml", manifest("two", '2'));
  commit();
  SourceFiles found = read({.file_bytes = std::size_t{2} << 20});
  EXPECT_THAT(names_of(found), ElementsAre("a.yaml", "c/d/e.yaml"));
  EXPECT_THAT(render(found.problems), HasSubstr(":b.yaml: is larger than 2 MiB"));
  found = read({.files = 1});
  EXPECT_THAT(names_of(found), ElementsAre("a.yaml"));
  EXPECT_THAT(render(found.problems), HasSubstr("is where the source grows over 1 files"));
  found = read({.depth = 1});
  EXPECT_THAT(render(found.problems), HasSubstr(":c/d/e.yaml: is nested over 1 folders deep"));
}

TEST_F(HostileGit, ReadsTheBytesOfTheCommitWhateverItsAttributesAsk) {
  const std::string text = manifest("one", '1') + "# $Id$ $Format:%H$\r\n";
  write("a.yaml", text);
  write(".gitattributes", "*.yaml filter=evil ident export-subst export-ignore eol=crlf\n");
  git({"-c", "core.autocrlf=false", "add", "-A"});
  commit();
  GitSource ours = source();
  ASSERT_TRUE(ours.fetch().has_value());
  write_program("ran.sh", "#!/bin/sh\ntouch " + at("ran") + "\ncat\n");
  folder_.write("cache/" + std::filesystem::path(ours.repository()).filename().string() + "/config",
                "[filter \"evil\"]\n\tsmudge = " + at("ran.sh") + "\n\tclean = " + at("ran.sh"));
  const SourceFiles found = read(ours);
  ASSERT_EQ(found.files.size(), 1U);
  EXPECT_EQ(found.files[0].bytes, git({"cat-file", "blob", "HEAD:a.yaml"}) + "\n");
  EXPECT_FALSE(exists("ran"));
}

TEST_F(HostileGit, RunsNoHookAndNoProgramThatTheRepositorysFolderNames) {
  write("a.yaml", manifest("one", '1'));
  const std::string id = commit();
  GitSource ours = source();
  ASSERT_TRUE(ours.fetch().has_value());
  const std::string home =
      "cache/" + std::filesystem::path(ours.repository()).filename().string() + "/";
  for (const char* hook : {"reference-transaction", "post-checkout", "post-merge", "pre-auto-gc"}) {
    write_program(home + "hooks/" + hook, "#!/bin/sh\ntouch " + at("ran") + "\n");
  }
  write_program("ran.sh", "#!/bin/sh\ntouch " + at("ran") + "\n");
  folder_.write(home + "config",
                "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
                "\tfsmonitor = " +
                    at("ran.sh") + "\n\tsshCommand = " + at("ran.sh") +
                    "\n[gpg \"ssh\"]\n\tprogram = " + at("ran.sh") +
                    "\n[url \"file:///\"]\n\tinsteadOf = http://\n");
  EXPECT_THAT(names_of(read(ours)), ElementsAre("a.yaml"));
  EXPECT_TRUE(ours.accept(id).has_value());
  EXPECT_FALSE(exists("ran"));
}

TEST_F(HostileGit, RefusesAFolderThatOthersMayWriteTo) {
  write("a.yaml", manifest("one", '1'));
  commit();
  GitSource ours = source();
  ASSERT_TRUE(ours.fetch().has_value());
  chmod(ours.repository().c_str(), 0777);
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_EQ(revision.error().kind, ErrorKind::refused);
  EXPECT_THAT(revision.error().text(), HasSubstr("chmod go-w " + ours.repository()));
}

TEST_F(HostileGit, WorksAgainAfterAGitThatWasKilled) {
  write("a.yaml", manifest("one", '1'));
  const std::string good = commit();
  GitSource ours = source();
  ASSERT_TRUE(ours.fetch() && ours.accept(good));
  const std::string home =
      "cache/" + std::filesystem::path(ours.repository()).filename().string() + "/";
  for (const char* name : {"refs/keytide/fetched.lock", "refs/keytide/applied.lock", "shallow.lock",
                           "packed-refs.lock", "objects/pack/tmp_pack_a", "objects/pack/a.keep"}) {
    folder_.write(home + name, "half");
  }
  folder_.write(home + "config", "[co");
  std::filesystem::remove(ours.repository() + "/HEAD");
  write("a.yaml", manifest("one", '2'));
  const std::string next = commit();
  EXPECT_EQ(read(ours).files.at(0).bytes, manifest("one", '2'));
  EXPECT_TRUE(ours.accept(next).has_value());
  EXPECT_FALSE(exists(home + "objects/pack/tmp_pack_a"));
  EXPECT_EQ((*source().applied())->commit, next);
}

TEST_F(HostileGit, IsNotSentElsewhereByAServerOfThisHost) {
  write("a.yaml", manifest("one", '1'));
  commit();
  redirects_ = true;
  GitSource ours = source();
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_THAT(revision.error().text(), HasSubstr("302"));
}

TEST_F(HostileGit, SpeaksNoProtocolButThatOfItsUrl) {
  GitConfig other = config();
  for (const std::string& wrong :
       {at("theirs.git"), "file://" + at("theirs.git"), "ext::touch " + at("ran"),
        std::string("git://127.0.0.1:1/theirs.git")}) {
    other.url = wrong;
    GitSource ours = source(other);
    EXPECT_FALSE(ours.fetch().has_value()) << wrong;
  }
  EXPECT_FALSE(exists("ran"));
}

TEST_F(HostileGit, TakesNoRefAndNoUrlForAnOption) {
  write("a.yaml", manifest("one", '1'));
  commit();
  GitConfig other = config();
  other.ref = "--upload-pack=touch " + at("ran");
  GitSource ref = source(other);
  EXPECT_FALSE(ref.fetch().has_value());
  other = config();
  other.url = "--upload-pack=touch " + at("ran");
  GitSource url = source(other);
  EXPECT_FALSE(url.fetch().has_value());
  EXPECT_FALSE(exists("ran"));
}

TEST_F(HostileGit, GetsNoSecretInItsEnvironment) {
  write_program("bin/git",
                "#!/bin/sh\nenv >> " + at("environment") + "\nexec /usr/bin/git \"$@\"\n");
  host_ = {{"PATH", at("bin") + ":/usr/bin:/bin"},
           {"HOME", folder_.path()},
           {"MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1"},
           {"MONGODB_ATLAS_CLIENT_SECRET", "hunter2"},
           {"MCLI_PRIVATE_API_KEY", "hunter2"},
           {"AWS_SECRET_ACCESS_KEY", "hunter2"},
           {"GIT_SSH_COMMAND", "hunter2"},
           {"GIT_CONFIG_PARAMETERS", "hunter2"},
           {"GIT_EXEC_PATH", "/hunter2"},
           {"LD_PRELOAD", "/hunter2"},
           {"SSH_AUTH_SOCK", "/hunter2"}};
  write("a.yaml", manifest("one", '1'));
  const std::string id = commit();
  GitSource ours = source();
  EXPECT_THAT(names_of(read(ours)), ElementsAre("a.yaml"));
  ASSERT_TRUE(ours.accept(id).has_value());
  const std::string seen = folder_.read("environment");
  EXPECT_THAT(seen, HasSubstr("GIT_CONFIG_GLOBAL=/dev/null"));
  EXPECT_THAT(seen, Not(HasSubstr("hunter2")));
  EXPECT_THAT(seen, Not(HasSubstr("MONGODB_ATLAS")));
}

}  // namespace
}  // namespace keytide
