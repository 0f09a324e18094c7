#include "providers/system/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <iostream>
#include <thread>

#include "providers/system/secret_file.h"
#include "tests/support/forked.h"
#include "tests/support/temp_folder.h"

namespace keytide {
namespace {

const std::string kOld = "the old content\n";
const std::string kNew(20000, 'n');

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

std::string error_text(const Result<void>& result) {
  return result ? "done" : result.error().text();
}

TEST(ReplaceFile, CreatesAndReplacesWithNothingLeftBeside) {
  const TempFolder folder;
  ASSERT_TRUE(replace_file(folder.file("f"), kOld, {}).has_value());
  ASSERT_TRUE(replace_file(folder.file("f"), kNew, {}).has_value());
  EXPECT_EQ(folder.read("f"), kNew);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"f"});
}

TEST(ReplaceFile, GivesExactlyTheModeUnderAnyUmask) {
  for (const mode_t mask : {0077, 0000, 0777}) {
    for (const mode_t mode : {0600, 0640, 0444, 0666}) {
      const TempFolder folder;
      const Forked child = in_child([&] {
        umask(mask);
        return error_text(replace_file(folder.file("f"), kOld, {mode, {}, {}}));
      });
      ASSERT_EQ(child.text, "done");
      EXPECT_EQ(mode_of(folder.file("f")), mode) << std::oct << mask;
    }
  }
}

// Killed at each of its system calls: a reader finds all of the old content or all of the new.
TEST(ReplaceFile, LeavesOldOrNewWhenItIsKilledAnywhere) {
  struct Death {
    const char* at;
    unsigned call;
  };
  for (const Death& death : {Death{"write", SYS_write}, Death{"fchmod", SYS_fchmod},
                             Death{"fsync", SYS_fsync}, Death{"renameat", SYS_renameat}}) {
    const TempFolder folder;
    folder.write("f", kOld);
    const Forked child = in_child([&]() -> std::string {
      die_at(death.call);
      return error_text(replace_file(folder.file("f"), kNew, {0640, {}, {}}));
    });
    EXPECT_EQ(child.signal, SIGSYS) << death.at;
    EXPECT_EQ(folder.read("f"), kOld) << death.at;
    // Without a name until all its bytes are there: what is left then holds a secret, and the next
    // write removes it.
    const bool had_a_name = death.call != SYS_write;
    EXPECT_EQ(folder.names().size(), had_a_name ? 2U : 1U) << death.at;
    ASSERT_TRUE(replace_file(folder.file("f"), kNew, {}).has_value()) << death.at;
    EXPECT_EQ(folder.read("f"), kNew) << death.at;
    EXPECT_EQ(folder.names(), std::vector<std::string>{"f"}) << death.at;
  }
}

TEST(ReplaceFile, LeavesTheOldContentWhenItDiesInTheMiddleOfItsBytes) {
  const TempFolder folder;
  folder.write("f", kOld);
  const Forked child = in_child([&]() -> std::string {
    const rlimit few_bytes{100, 100};
    setrlimit(RLIMIT_FSIZE, &few_bytes);
    return error_text(replace_file(folder.file("f"), kNew, {}));
  });
  EXPECT_EQ(child.signal, SIGXFSZ);
  EXPECT_EQ(folder.read("f"), kOld);
}

TEST(ReplaceFile, LeavesTheOldContentAndNothingBesideWhenItCannotWrite) {
  const TempFolder folder;
  folder.write("f", kOld);
  const Forked child = in_child([&]() -> std::string {
    const rlimit few_bytes{100, 100};
    setrlimit(RLIMIT_FSIZE, &few_bytes);
    signal(SIGXFSZ, SIG_IGN);
    return error_text(replace_file(folder.file("f"), kNew, {}));
  });
  EXPECT_EQ(child.text, "can't write " + folder.file("f") +
                            ": File too large; raise the limit of file sizes (ulimit -f)");
  EXPECT_EQ(folder.read("f"), kOld);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"f"});
}

TEST(ReplaceFile, SaysThatTheDiskIsFullOrReadOnly) {
  const TempFolder folder;
  const std::string path = folder.file("f");
  const Forked child = in_child([&]() -> std::string {
    if (!mount_small(folder.path())) return "no mounts";
    if (auto first = replace_file(path, kOld, {}); !first) return first.error().text();
    std::string out = error_text(replace_file(path, kNew, {})) + "\n";
    out += std::to_string(folder.names().size()) + folder.read("f");
    if (!make_read_only(folder.path())) return out + "not made read-only";
    return out + error_text(replace_file(path, kOld, {}));
  });
  if (child.text == "no mounts") {
    std::cout << "not tried: a full and a read-only disk need the right to mount\n";
    return;
  }
  EXPECT_EQ(child.text, "can't write " + path +
                            ": No space left on device; free some space on that file system\n1" +
                            kOld + "can't write in the folder " + folder.path() +
                            ": Read-only file system; the file system is read-only: mount it "
                            "read-write or choose another path");
}

TEST(ReplaceFile, SyncsTheFolderAndSaysWhenThatFailed) {
  const TempFolder folder;
  const Fd opened(open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Forked child = in_child([&]() -> std::string {
    fail_at(SYS_fsync, opened.get());
    return error_text(replace_file({opened.get(), folder.path(), "f"}, kNew, {}));
  });
  EXPECT_EQ(child.text, "can't sync the folder " + folder.path() + ": Input/output error");
  EXPECT_EQ(folder.read("f"), kNew);
}

TEST(ReplaceFile, GivesWayToAWriterThatIsAlive) {
  const TempFolder folder;
  folder.write(".f.keytide-new", "somebody is at it");
  const Fd held(open(folder.file(".f.keytide-new").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(flock(held.get(), LOCK_EX | LOCK_NB), 0);
  const auto result = replace_file(folder.file("f"), kNew, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(result.error().message.starts_with("another process is writing " + folder.file("f")));
  EXPECT_EQ(folder.read(".f.keytide-new"), "somebody is at it");
}

// Two that write all the time: each sees its own whole content or is told of the other.
TEST(ReplaceFile, NeverMixesTheContentsOfTwoWriters) {
  const TempFolder folder;
  const std::string other(20000, 'o');
  const auto write_often = [&](const std::string& content) -> std::string {
    for (int i = 0; i < 100; ++i) {
      const auto result = replace_file(folder.file("f"), content, {});
      if (!result && result.error().kind != ErrorKind::conflict) return result.error().text();
      const std::string seen = folder.read("f");
      if (!seen.empty() && seen != kNew && seen != other) return "torn";
    }
    return "done";
  };
  const Forked both = in_child([&] {
    std::string second;
    std::thread thread([&] { second = write_often(other); });
    const std::string first = write_often(kNew);
    thread.join();
    return first + " " + second;
  });
  EXPECT_EQ(both.text, "done done");
}

TEST(ReplaceFile, RemovesWhateverLiesUnderTheNameOfItsTemporaryFile) {
  const TempFolder folder;
  const std::string name = folder.file(".f.keytide-new");
  folder.write("victim", "precious");
  ASSERT_EQ(symlink("victim", name.c_str()), 0);
  ASSERT_TRUE(replace_file(folder.file("f"), kNew, {}).has_value());
  ASSERT_EQ(mkfifo(name.c_str(), 0600), 0);
  ASSERT_TRUE(replace_file(folder.file("f"), kNew, {}).has_value());
  ASSERT_EQ(link(folder.file("victim").c_str(), name.c_str()), 0);
  ASSERT_TRUE(replace_file(folder.file("f"), kNew, {}).has_value());
  EXPECT_EQ(folder.read("victim"), "precious");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"f", "victim"}));
}

TEST(ReplaceFile, TouchesNoFileThatOnlyLooksLikeItsOwn) {
  const TempFolder folder;
  for (const char* name : {".f.keytide-notes", ".f.keytide-", ".g.keytide-new"}) {
    folder.write(name, "x");
  }
  ASSERT_TRUE(replace_file(folder.file("f"), kNew, {}).has_value());
  EXPECT_EQ(folder.names().size(), 4U);
}

TEST(ReplaceFile, TakesTheLongestNamesThereAre) {
  const TempFolder folder;
  const std::string name(255, 'n');
  ASSERT_TRUE(replace_file(folder.file(name), kNew, {}).has_value());
  EXPECT_EQ(folder.names(), std::vector<std::string>{name});
}

TEST(ReplaceFile, SaysWhatToDropWhereTheOwnerIsNotPermitted) {
  const TempFolder folder;
  chmod(folder.path().c_str(), 0777);
  const Forked child = as_nobody([&] {
    return error_text(replace_file(folder.file("f"), kOld, {0600, 0, {}}));
  });
  EXPECT_NE(child.text.find(" may not give " + folder.file("f") +
                            " to owner root: run keytide as root, or drop the sink's `owner`"),
            std::string::npos)
      << child.text;
  const Forked group = as_nobody([&] {
    return error_text(replace_file(folder.file("f"), kOld, {0600, {}, 0}));
  });
  EXPECT_NE(group.text.find("drop the sink's `group`"), std::string::npos) << group.text;
  EXPECT_TRUE(folder.names().empty());
}

TEST(ReplaceFile, SaysThatTheFolderIsMissing) {
  const TempFolder folder;
  const auto result = replace_file(folder.file("missing/f"), kOld, {});
  EXPECT_EQ(result.error().kind, ErrorKind::not_found);
  EXPECT_EQ(result.error().message, "can't open the folder " + folder.file("missing") +
                                        ": No such file or directory; create it, or correct the "
                                        "path");
}

TEST(ReadFile, ReadsUpToItsLimit) {
  const TempFolder folder;
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 20000}) {
    folder.write("f", std::string(size, 'x'));
    EXPECT_EQ(read_file(folder.file("f"), 20000).value(), std::string(size, 'x')) << size;
  }
  const auto too_long = read_file(folder.file("f"), 19999);
  EXPECT_EQ(too_long.error().message,
            "can't read " + folder.file("f") + ": it is longer than 19999 bytes");
}

TEST(ReadFile, ReadsFilesThatDoNotKnowTheirSize) {
  EXPECT_FALSE(read_file("/proc/self/maps", std::size_t{8} << 20).value().empty());
  EXPECT_FALSE(read_file("/proc/self/maps", 100).has_value());
}

TEST(ReadFile, NeverWaitsForAPipeAndTakesNoFolder) {
  const TempFolder folder;
  ASSERT_EQ(mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(folder.file("pipe"), 100).error().message,
            "can't read " + folder.file("pipe") + ": it is no regular file");
  EXPECT_FALSE(read_file(folder.path(), 100).has_value());
  EXPECT_EQ(read_file(folder.file("missing"), 100).error().kind, ErrorKind::not_found);
}

TEST(ReadFile, SaysThatItMayNot) {
  const TempFolder folder;
  chmod(folder.path().c_str(), 0755);
  folder.write("f", "x");
  chmod(folder.file("f").c_str(), 0000);
  const Forked child = as_nobody([&]() -> std::string {
    const auto read = read_file(folder.file("f"), 100);
    return read ? "read" : read.error().text();
  });
  EXPECT_EQ(child.text, "can't read " + folder.file("f") +
                            ": Permission denied; run keytide as a user who may, or change the "
                            "permissions of the path");
}

TEST(SecretFile, IsReadWithoutItsNewline) {
  const TempFolder folder;
  for (const char* content : {"mdb_sa_sk_abc", "mdb_sa_sk_abc\n", "mdb_sa_sk_abc\r\n"}) {
    folder.write("f", content);
    EXPECT_EQ(read_secret_file(folder.file("f")).value().reveal(), "mdb_sa_sk_abc");
  }
}

TEST(SecretFile, ThatHoldsNoOneSecretIsRefused) {
  const TempFolder folder;
  for (const std::string& content : {std::string("\n"), std::string(), std::string("a\nb\n")}) {
    folder.write("f", content);
    const auto read = read_secret_file(folder.file("f"));
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().message.find("write the secret alone into it"), std::string::npos);
  }
}

}  // namespace
}  // namespace keytide
