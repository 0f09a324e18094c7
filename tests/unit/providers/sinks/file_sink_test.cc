#include "providers/sinks/file_sink.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "tests/support/forked.h"
#include "tests/unit/providers/sinks/sink_fixture.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;

std::string text_of(const Result<void>& result) { return result ? "done" : result.error().text(); }

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class FileSinkTest : public testing::Test {
 protected:
  std::unique_ptr<Sink> sink() const { return make_sink(spec_); }
  std::string preflight() const { return text_of(sink()->preflight()); }
  std::string write() const { return text_of(deliver(*sink(), kNewValue, 3)); }
  SinkReading read() const { return sink()->read(test_key()).value(); }
  struct stat status() const {
    struct stat out {};
    EXPECT_EQ(lstat(spec_.path.c_str(), &out), 0);
    return out;
  }

  TempFolder folder_;
  FileSink spec_{folder_.file("atlas.env"), FileFormat::env, 0600, "", ""};
};

TEST_F(FileSinkTest, WritesTheModeThatWasAskedForWhateverTheUmask) {
  for (const mode_t mask : {0077, 0000}) {
    for (const std::uint32_t mode : {0600U, 0640U, 0444U}) {
      spec_.mode = mode;
      EXPECT_EQ(in_child([&] {
                  umask(mask);
                  return write();
                }).text,
                "done");
      EXPECT_EQ(status().st_mode & 07777, mode);
      EXPECT_TRUE(read().attributes_match);
    }
  }
}

TEST_F(FileSinkTest, SeesAndMendsAChangedModeWithoutTouchingTheContent) {
  ASSERT_EQ(write(), "done");
  const auto inode = status().st_ino;
  chmod(spec_.path.c_str(), 0666);
  EXPECT_FALSE(read().attributes_match);
  ASSERT_EQ(text_of(sink()->adjust()), "done");
  EXPECT_TRUE(read().attributes_match);
  EXPECT_EQ(status().st_mode & 07777, 0600U);
  EXPECT_EQ(status().st_ino, inode);
  EXPECT_EQ(sink()->take().value().reveal(), kNewValue);
}

// Root gives the file to another user and back; others can only try.
TEST_F(FileSinkTest, GivesTheFileToItsOwnerOrSaysWhoMay) {
  spec_.owner = "nobody";
  spec_.group = "65534";
  if (geteuid() == 0) {
    ASSERT_EQ(write(), "done");
    EXPECT_EQ(status().st_uid, kNobody);
    EXPECT_EQ(status().st_gid, kNobody);
    EXPECT_TRUE(read().attributes_match);
    ASSERT_EQ(chown(spec_.path.c_str(), 0, 0), 0);
    EXPECT_FALSE(read().attributes_match);
    ASSERT_EQ(text_of(sink()->adjust()), "done");
    EXPECT_EQ(status().st_uid, kNobody);
  }
  spec_.owner = "root";
  spec_.group = "";
  ASSERT_EQ(chown(folder_.path().c_str(), kNobody, kNobody), 0);
  const std::string denied = as_nobody([&] { return preflight(); }).text;
  EXPECT_TRUE(holds(denied, "may not give " + spec_.path + " to owner root")) << denied;
  EXPECT_TRUE(holds(denied, "run keytide as root, or drop the sink's `owner`")) << denied;
}

TEST_F(FileSinkTest, NamesEveryProblemAtOnce) {
  spec_.owner = "no-such-user";
  spec_.group = "no-such-group";
  spec_.path = folder_.file("missing/atlas.env");
  const std::string said = preflight();
  EXPECT_TRUE(holds(said, "no user \"no-such-user\"")) << said;
  EXPECT_TRUE(holds(said, "; also: there is no group \"no-such-group\"")) << said;
  EXPECT_TRUE(holds(said, "can't open the folder " + folder_.file("missing"))) << said;
  EXPECT_FALSE(holds(write(), "done"));
}

TEST_F(FileSinkTest, AnUnknownGroupDoesNotHideTheValue) {
  ASSERT_EQ(write(), "done");
  spec_.group = "no-such-group";
  EXPECT_FALSE(read().attributes_match);
  EXPECT_EQ(read().fingerprint, fingerprint_of(kNewValue, test_key()));
  EXPECT_TRUE(holds(text_of(sink()->adjust()), "no group \"no-such-group\""));
}

TEST_F(FileSinkTest, RefusesATargetThatIsALinkAndLeavesItsGoalAlone) {
  folder_.write("victim", "precious");
  fs::create_symlink("victim", spec_.path);
  for (const std::string& said : {preflight(), write(), text_of(sink()->adjust())}) {
    EXPECT_EQ(said,
              spec_.path + " is a symbolic link to victim: name the real path, or remove the link");
  }
  EXPECT_EQ(folder_.read("victim"), "precious");
  // "Can't be read" and not "lost": nothing is renewed because of it.
  EXPECT_FALSE(sink()->read(test_key()).has_value());
  EXPECT_FALSE(sink()->take().has_value());
}

TEST_F(FileSinkTest, RefusesFoldersAndPipesWithoutWaiting) {
  fs::create_directory(spec_.path);
  EXPECT_TRUE(holds(preflight(), "is a folder: name a file in it"));
  EXPECT_TRUE(holds(write(), "is a folder"));
  EXPECT_FALSE(sink()->read(test_key()).has_value());
  fs::remove(spec_.path);
  ASSERT_EQ(mkfifo(spec_.path.c_str(), 0600), 0);
  EXPECT_TRUE(holds(preflight(), "is no regular file"));
  EXPECT_TRUE(holds(write(), "is no regular file"));
  EXPECT_TRUE(holds(text_of(sink()->adjust()), "is no regular file"));
  EXPECT_FALSE(sink()->read(test_key()).has_value());
}

TEST_F(FileSinkTest, LeavesTheOtherNamesOfAHardLinkedFileAlone) {
  folder_.write("victim", "precious");
  fs::create_hard_link(folder_.file("victim"), spec_.path);
  EXPECT_TRUE(holds(text_of(sink()->adjust()), "has 2 names (hard links)"));
  EXPECT_EQ(fs::status(folder_.file("victim")).permissions() & fs::perms::others_read,
            fs::perms::others_read);
  ASSERT_EQ(write(), "done");
  EXPECT_EQ(folder_.read("victim"), "precious");
  EXPECT_EQ(status().st_nlink, 1U);
}

TEST_F(FileSinkTest, RefusesAFolderThatItsGroupOrOthersCanWrite) {
  for (const mode_t mode : {0770, 0777, 01777}) {
    chmod(folder_.path().c_str(), mode);
    const bool sticky_of_root = mode == 01777 && geteuid() == 0;
    EXPECT_EQ(preflight() == "done", sticky_of_root) << std::oct << mode << preflight();
    EXPECT_EQ(write() == "done", sticky_of_root) << std::oct << mode;
    EXPECT_EQ(holds(preflight(), "chmod go-w " + folder_.path()), !sticky_of_root);
  }
}

// Somebody swaps a folder on the way for a link to another place.
TEST_F(FileSinkTest, RefusesALinkThatSomebodyElseCouldHavePlaced) {
  const std::string shared = folder_.file("shared");
  fs::create_directory(shared);
  chmod(shared.c_str(), 01777);
  fs::create_directory(folder_.file("etc"));
  fs::create_directory_symlink(folder_.file("etc"), shared + "/app");
  spec_.path = shared + "/app/atlas.env";
  EXPECT_TRUE(holds(write(), geteuid() == 0 ? "is a symbolic link in a folder that everybody can"
                                            : "is writable by everybody"));
  EXPECT_TRUE(fs::is_empty(folder_.file("etc")));
}

TEST_F(FileSinkTest, SaysBeforehandThatItMayNotWriteThere) {
  chmod(folder_.path().c_str(), 0755);
  const std::string path = geteuid() == 0 ? spec_.path : "/etc/keytide-test.env";
  spec_.path = path;
  for (const std::string& said :
       {as_nobody([&] { return preflight(); }).text, as_nobody([&] { return write(); }).text}) {
    EXPECT_TRUE(holds(said, "can't write in the folder " + fs::path(path).parent_path().string() +
                                ": Permission denied; run keytide as a user who may"))
        << said;
  }
}

TEST_F(FileSinkTest, SaysBeforehandThatTheDiskIsFullOrReadOnly) {
  const Forked child = in_child([&]() -> std::string {
    if (!mount_small(folder_.path())) return "no mounts";
    folder_.write("filler", std::string(16384, 'x'));
    const std::string full = preflight();
    if (!make_read_only(folder_.path())) return "not made read-only";
    return full + "\n" + preflight();
  });
  if (child.text == "no mounts") {
    std::cout << "not tried: a full and a read-only disk need the right to mount\n";
    return;
  }
  EXPECT_TRUE(holds(child.text, "can't write " + spec_.path +
                                    ": No space left on device; free some space on that file "
                                    "system\ncan't write in the folder " +
                                    folder_.path() + ": Read-only file system"))
      << child.text;
}

TEST_F(FileSinkTest, CannotBeReadWithoutTheRightToAndSaysSo) {
  ASSERT_EQ(write(), "done");
  chmod(folder_.path().c_str(), 0755);
  chmod(spec_.path.c_str(), 0000);
  const std::string said = as_nobody([&]() -> std::string {
                             const auto reading = sink()->read(test_key());
                             return reading ? "read" : reading.error().text();
                           }).text;
  EXPECT_TRUE(holds(said, "can't read " + spec_.path + ": Permission denied")) << said;
}

TEST_F(FileSinkTest, OverwritesTheStampOfAnotherAccountWhateverItsGeneration) {
  folder_.write("atlas.env",
                "# keytide address=b client_id=mdb_sa_id_other secret_id=x generation=99\n"
                "MONGODB_ATLAS_CLIENT_ID=mdb_sa_id_other\nMONGODB_ATLAS_CLIENT_SECRET=s\n");
  EXPECT_EQ(read().generation, 99);
  EXPECT_EQ(write(), "done");
  EXPECT_EQ(read().generation, 3);
}

TEST_F(FileSinkTest, HeedsAHigherStampOfItsOwnEvenWhereTheValueIsGone) {
  ASSERT_EQ(text_of(deliver(*sink(), kNewValue, 9)), "done");
  const std::string content = folder_.read("atlas.env");
  folder_.write("atlas.env", content.substr(0, content.find("_SECRET=")));
  EXPECT_TRUE(read().fingerprint.empty());
  EXPECT_TRUE(holds(write(),
                    "already holds generation 9 of billing-exporter, and 3 would be a step "
                    "back"));
}

TEST_F(FileSinkTest, WritesOverAFileThatItCannotParse) {
  folder_.write("atlas.env", std::string(100000, '\0'));
  EXPECT_EQ(write(), "done");
  EXPECT_EQ(read().fingerprint, fingerprint_of(kNewValue, test_key()));
}

TEST_F(FileSinkTest, WantsAnAbsolutePath) {
  spec_.path = "atlas.env";
  EXPECT_TRUE(holds(preflight(), "\"atlas.env\" is no absolute path"));
  EXPECT_TRUE(holds(write(), "\"atlas.env\" is no absolute path"));
}

TEST_F(FileSinkTest, CannotAdjustWhatIsNotThere) {
  const auto adjusted = sink()->adjust();
  EXPECT_EQ(adjusted.error().kind, ErrorKind::not_found);
}

// A reader that looks all the time sees whole contents only.
TEST_F(FileSinkTest, NeverShowsAReaderAPartOfAContent) {
  ASSERT_EQ(text_of(deliver(*sink(), kOldValue, 3)), "done");
  const Forked writer = in_child([&]() -> std::string {
    const auto own = sink();
    for (std::int64_t generation = 4; generation < 60; ++generation) {
      const char* value = generation % 2 == 0 ? kNewValue : kOldValue;
      if (!deliver(*own, value, generation)) return "failed";
      const SinkReading now = own->read(test_key()).value();
      if (now.fingerprint != fingerprint_of(value, test_key())) return "torn";
    }
    return "done";
  });
  EXPECT_EQ(writer.text, "done");
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"atlas.env"});
}

TEST_F(FileSinkTest, DiesInTheMiddleAndLeavesTheOldSecret) {
  ASSERT_EQ(text_of(deliver(*sink(), kOldValue, 3)), "done");
  for (const unsigned call : {unsigned{SYS_write}, unsigned{SYS_fsync}, unsigned{SYS_renameat}}) {
    const Forked child = in_child([&] {
      die_at(call);
      return text_of(deliver(*sink(), kNewValue, 4));
    });
    EXPECT_EQ(child.signal, SIGSYS);
    EXPECT_EQ(sink()->take().value().reveal(), kOldValue);
  }
  ASSERT_EQ(text_of(deliver(*sink(), kNewValue, 4)), "done");
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"atlas.env"});
}

}  // namespace
}  // namespace keytide
