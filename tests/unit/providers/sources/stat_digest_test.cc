#include "providers/sources/stat_digest.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/providers/sources/temp_folder.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;

class StatDigest : public WithTempFolder {
 protected:
  std::string digest() const { return stat_digest({{folder_.string(), {}, {}, {}}}); }
};

TEST_F(StatDigest, IsTheSameWhileNothingThatCountsChanges) {
  write("a.yaml", "1");
  const std::string before = digest();
  write("notes.txt", "2");
  write(".hidden/b.yaml", "2");
  fs::create_directory(folder_ / "empty");
  EXPECT_EQ(digest(), before);
}

TEST_F(StatDigest, ChangesWithEachFileThatComesGoesOrIsWritten) {
  write("a.yaml", "1");
  std::string before = digest();
  const auto has_changed = [&] {
    const std::string now = digest();
    const bool changed = now != before;
    before = now;
    return changed;
  };
  write("deep/b.yml", "1");
  EXPECT_TRUE(has_changed());
  write("a.yaml", "12");
  EXPECT_TRUE(has_changed()) << "another size";
  write("new", "34");
  fs::last_write_time(folder_ / "new", fs::last_write_time(folder_ / "a.yaml"));
  fs::rename(folder_ / "new", folder_ / "a.yaml");
  EXPECT_TRUE(has_changed()) << "another inode, though size and time are those of before";
  fs::rename(folder_ / "a.yaml", folder_ / "c.yaml");
  EXPECT_TRUE(has_changed());
  fs::remove(folder_ / "c.yaml");
  EXPECT_TRUE(has_changed());
  EXPECT_FALSE(has_changed());
}

TEST_F(StatDigest, SeesWhereALinkLeads) {
  write(".1/keys.yaml", "one");
  write(".2/keys.yaml", "two");
  fs::create_symlink(".1", folder_ / ".data");
  fs::create_symlink(".data/keys.yaml", folder_ / "keys.yaml");
  const std::string before = digest();
  fs::remove(folder_ / ".data");
  const std::string without = digest();
  EXPECT_NE(without, before);
  fs::create_symlink(".2", folder_ / ".data");
  EXPECT_NE(digest(), before);
  EXPECT_NE(digest(), without);
}

TEST_F(StatDigest, TellsASourceThatIsNotThereFromAnEmptyOne) {
  EXPECT_NE(stat_digest({{at("none"), {}, {}, {}}}), stat_digest({}));
  const std::string before = stat_digest({{at("none"), {}, {}, {}}});
  fs::create_directory(at("none"));
  EXPECT_NE(stat_digest({{at("none"), {}, {}, {}}}), before);
}

}  // namespace
}  // namespace keytide
