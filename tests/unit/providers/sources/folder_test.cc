#include "providers/sources/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/providers/sources/temp_folder.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Folder : public WithTempFolder {
 protected:
  std::vector<std::string> names(const SourceFiles& found) const {
    std::vector<std::string> out;
    for (const SourceFile& file : found.files) {
      out.push_back(fs::path(file.path).lexically_relative(folder_).string());
    }
    return out;
  }
};

TEST_F(Folder, ReadsYamlFilesInTheOrderOfTheirPaths) {
  write("b.yml", "2");
  write("a/z.yaml", "1");
  write("c.json", "3");
  write(".hidden.yaml", "4");
  write(".dot/d.yaml", "5");
  write("a/.yaml", "6");
  const SourceFiles found = read_source(folder_.string());
  EXPECT_EQ(render(found.problems), "");
  EXPECT_THAT(names(found), ElementsAre("a/z.yaml", "b.yml"));
  EXPECT_EQ(found.files[0].bytes, "1");
}

TEST_F(Folder, ReadsAFileWhateverItsNameWhenItIsNamed) {
  write("manifest", "x");
  const SourceFiles found = read_source(at("manifest"));
  ASSERT_EQ(found.files.size(), 1U);
  EXPECT_TRUE(found.files[0].was_named);
}

TEST_F(Folder, FollowsLinksAsAMountedConfigMapHasThem) {
  write("..2026/a.yaml", "1");
  fs::create_symlink("..2026", folder_ / "..data");
  fs::create_symlink("..data/a.yaml", folder_ / "a.yaml");
  EXPECT_THAT(names(read_source(folder_.string())), ElementsAre("a.yaml"));
}

TEST_F(Folder, RefusesLinksThatLeadInACircle) {
  write("sub/a.yaml", "1");
  fs::create_symlink("..", folder_ / "sub" / "up");
  fs::create_symlink("self.yaml", folder_ / "self.yaml");
  const SourceFiles found = read_source(folder_.string());
  EXPECT_THAT(names(found), ElementsAre("sub/a.yaml"));
  const std::string said = render(found.problems);
  EXPECT_THAT(said, HasSubstr("sub/up: is a link that leads in a circle"));
  EXPECT_THAT(said, HasSubstr("self.yaml: can't be read: Too many levels of symbolic links"));
  EXPECT_THAT(said, HasSubstr("= remove the link that leads in a circle"));
}

TEST_F(Folder, SaysThatALinkLeadsNowhere) {
  fs::create_symlink("gone", folder_ / "a.yaml");
  fs::create_symlink("gone", folder_ / "README");
  const SourceFiles found = read_source(folder_.string());
  EXPECT_EQ(found.problems.size(), 1U);
  EXPECT_THAT(render(found.problems), HasSubstr("a.yaml: can't be read: No such file"));
}

TEST_F(Folder, DoesNotWaitForAPipe) {
  ASSERT_EQ(::mkfifo(at("a.yaml").c_str(), 0600), 0);
  EXPECT_THAT(render(read_source(folder_.string()).problems),
              HasSubstr("a.yaml: is not a regular file"));
}

TEST_F(Folder, DoesNotReadWhatIsTooLarge) {
  write("a.yaml", std::string(100, 'a'));
  write("b.yaml", "b");
  SourceLimits limits;
  limits.file_bytes = 99;
  const SourceFiles found = read_source(folder_.string(), limits);
  EXPECT_THAT(names(found), ElementsAre("b.yaml"));
  EXPECT_THAT(render(found.problems), HasSubstr("a.yaml: is larger than"));
}

TEST_F(Folder, StopsWhereASourceHasTooManyFiles) {
  for (const char* name : {"a.yaml", "b.yaml", "c.yaml", "d.yaml"}) write(name, "x");
  SourceLimits limits;
  limits.files = 2;
  const SourceFiles found = read_source(folder_.string(), limits);
  EXPECT_THAT(names(found), ElementsAre("a.yaml", "b.yaml"));
  EXPECT_EQ(found.problems.size(), 1U);
  EXPECT_THAT(render(found.problems), HasSubstr("c.yaml: is where the source grows over 2 files"));
}

TEST_F(Folder, StopsAtFoldersThatAreNestedTooDeep) {
  std::string path;
  for (int i = 0; i < 40; ++i) path += "d/";
  write(path + "a.yaml", "x");
  const SourceFiles found = read_source(folder_.string());
  EXPECT_THAT(found.files, IsEmpty());
  EXPECT_THAT(render(found.problems), HasSubstr("is nested over 32 folders deep"));
}

// Reads as another user, since root may read everything.
TEST_F(Folder, SaysWhatItMayNotReadAndReadsTheRest) {
  write("a.yaml", "1");
  write("closed.yaml", "2");
  write("shut/b.yaml", "3");
  fs::permissions(folder_, fs::perms(0755));
  fs::permissions(at("closed.yaml"), fs::perms::none);
  fs::permissions(at("shut"), fs::perms::none);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(9);
    const SourceFiles found = read_source(folder_.string());
    const std::string said = render(found.problems);
    const bool is_right = found.files.size() == 1 && found.problems.size() == 2 &&
                          said.find("closed.yaml: can't be read: Permission denied") != said.npos &&
                          said.find("shut: can't be read: Permission denied") != said.npos &&
                          said.find("let the user that runs keytide read it") != said.npos;
    ::_exit(is_right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  fs::permissions(at("shut"), fs::perms::owner_all);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace keytide
