#include "providers/system/safe_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/forked.h"
#include "tests/support/temp_folder.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;

class SafeDirectory : public testing::Test {
 protected:
  std::string make(const std::string& name, mode_t mode) const {
    fs::create_directories(folder_.file(name));
    chmod(folder_.file(name).c_str(), mode);
    return folder_.file(name);
  }
  static std::string outcome(const std::string& path, std::optional<uid_t> trusted = {}) {
    const auto opened = open_safe_directory(path, trusted);
    return opened ? "opened" : opened.error().text();
  }

  TempFolder folder_;
};

TEST_F(SafeDirectory, IsOpenedBelowTheStickyFolderOfRoot) {
  EXPECT_EQ(outcome(make("a/b", 0755)), "opened");
  EXPECT_EQ(outcome("/tmp"), "opened");
  EXPECT_EQ(outcome("/"), "opened");
}

TEST_F(SafeDirectory, IsTheFolderThatWasNamed) {
  const std::string path = make("a", 0755);
  const Fd opened = open_safe_directory(path).value();
  struct stat by_fd {};
  struct stat by_path {};
  ASSERT_EQ(fstat(opened.get(), &by_fd), 0);
  ASSERT_EQ(stat(path.c_str(), &by_path), 0);
  EXPECT_EQ(by_fd.st_ino, by_path.st_ino);
}

TEST_F(SafeDirectory, ThatItsGroupCanWriteIsRefused) {
  const std::string path = make("a", 0775);
  EXPECT_NE(outcome(path).find("the folder " + path + " is writable by the group "),
            std::string::npos);
  EXPECT_NE(outcome(path).find("chmod go-w " + path), std::string::npos);
}

TEST_F(SafeDirectory, BelowAFolderThatEverybodyCanWriteIsRefused) {
  const std::string open_to_all = make("a", 0777);
  EXPECT_NE(outcome(make("a/b", 0755)).find(open_to_all + " is writable by everybody"),
            std::string::npos);
}

TEST_F(SafeDirectory, AtALinkInAFolderOfOursIsFollowed) {
  make("real/inner", 0755);
  fs::create_directory_symlink("real", folder_.file("relative"));
  fs::create_directory_symlink(folder_.file("real"), folder_.file("absolute"));
  fs::create_directory_symlink("../real/./inner", folder_.file("real/up"));
  EXPECT_EQ(outcome(folder_.file("relative/inner")), "opened");
  EXPECT_EQ(outcome(folder_.file("absolute/inner")), "opened");
  EXPECT_EQ(outcome(folder_.file("real/up")), "opened");
}

TEST_F(SafeDirectory, BehindALinkIsHeldToTheSameRules) {
  const std::string open_to_all = make("open", 0777);
  fs::create_directory_symlink(open_to_all, folder_.file("link"));
  EXPECT_NE(outcome(folder_.file("link")).find("writable by everybody"), std::string::npos);
}

TEST_F(SafeDirectory, AtALinkInTheStickyFolderIsRefused) {
  const std::string link = folder_.path() + "-link";
  fs::create_directory_symlink(folder_.path(), link);
  const std::string said = outcome(link);
  fs::remove(link);
  EXPECT_EQ(said, link +
                      " is a symbolic link in a folder that everybody can write: name the "
                      "folder it leads to");
}

TEST_F(SafeDirectory, AtALinkThatLeadsToItselfIsRefused) {
  fs::create_directory_symlink("loop", folder_.file("loop"));
  EXPECT_NE(outcome(folder_.file("loop")).find("Too many levels of symbolic links"),
            std::string::npos);
}

// Run by root, the folder is somebody else's; run by another user, it is root's that matters.
TEST_F(SafeDirectory, OfAnotherUserIsRefusedUnlessThatUserOwnsTheSink) {
  const std::string path = make("a", 0755);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(path.c_str(), kNobody, kNobody), 0);
    EXPECT_NE(outcome(path).find("belongs to nobody"), std::string::npos) << outcome(path);
    EXPECT_NE(outcome(path).find("chown root " + path + "), or set the sink's `owner`"),
              std::string::npos);
    EXPECT_EQ(outcome(path, kNobody), "opened");
  } else {
    EXPECT_EQ(outcome(path, 0), "opened");
  }
}

TEST_F(SafeDirectory, IsNeverCreated) {
  const auto opened = open_safe_directory(folder_.file("missing"));
  EXPECT_EQ(opened.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(SafeDirectory, IsNoFile) {
  folder_.write("file", "");
  EXPECT_EQ(open_safe_directory(folder_.file("file")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(open_safe_directory("relative").error().kind, ErrorKind::invalid);
}

TEST(SplitPath, TakesAbsolutePathsToFilesAlone) {
  using Parts = std::pair<std::string, std::string>;
  EXPECT_EQ(split_path("/etc/billing/atlas.env").value(), Parts("/etc/billing", "atlas.env"));
  EXPECT_EQ(split_path("/file").value(), Parts("/", "file"));
  for (const char* path : {"", "/", "/etc/", "/etc/.", "/etc/..", "atlas.env", "./x"}) {
    EXPECT_EQ(split_path(path).error().kind, ErrorKind::invalid) << path;
  }
}

}  // namespace
}  // namespace keytide
