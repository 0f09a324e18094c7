#include "providers/sources/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/providers/sources/temp_folder.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Watch : public WithTempFolder {
 protected:
  Watch() { fs::create_directory(folder_ / "s"); }

  std::vector<SourceConfig> of(const std::string& name) const { return {{at(name), {}, {}, {}}}; }

  // Waits for a change that matters, at most 5 s.
  static bool changes(SourceWatch& watch) {
    for (int round = 0; round < 50; ++round) {
      pollfd wait{watch.fd(), POLLIN, 0};
      if (poll(&wait, 1, 100) > 0 && watch.take_changed()) return true;
    }
    return false;
  }
  // The kernel queues an event before the call that makes it returns: no wait is needed.
  static bool is_quiet(SourceWatch& watch) { return !watch.take_changed(); }

  void link(const std::string& target, const std::string& name) {
    fs::create_symlink(target, folder_ / name);
  }
  // As Kubernetes exchanges a ConfigMap: a folder of this time, and one rename.
  void publish(const std::string& time, const std::string& text) {
    write("s/.." + time + "/keys.yaml", text);
    fs::remove(folder_ / "s/..data_tmp");
    link(".." + time, "s/..data_tmp");
    fs::rename(folder_ / "s/..data_tmp", folder_ / "s/..data");
  }
};

TEST_F(Watch, IsQuietUntilAManifestIsWrittenComesOrGoes) {
  write("s/a.yaml", "1");
  SourceWatch watch(of("s"));
  EXPECT_EQ(watch.take_notice(), "");
  EXPECT_TRUE(is_quiet(watch));
  write("s/a.yaml", "2");
  EXPECT_TRUE(changes(watch));
  EXPECT_TRUE(is_quiet(watch));
  write("s/b.yaml", "1");
  EXPECT_TRUE(changes(watch));
  fs::rename(at("s/b.yaml"), at("s/c.yaml"));
  EXPECT_TRUE(changes(watch));
  fs::remove(at("s/c.yaml"));
  EXPECT_TRUE(changes(watch));
  chmod(at("s/a.yaml").c_str(), 0600);
  EXPECT_TRUE(changes(watch));
  read_source(at("s"));
  EXPECT_TRUE(is_quiet(watch)) << "reading is no change";
}

TEST_F(Watch, LeavesOutWhatIsWrittenIntoOtherFilesAndWhatIsHidden) {
  write("s/keytide.db", "1");
  write("s/.git/index", "1");
  SourceWatch watch(of("s"));
  write("s/keytide.db", "2");
  write("s/.a.yaml.swp", "2");
  write("s/.git/index", "2");
  write("elsewhere.yaml", "2");
  EXPECT_TRUE(is_quiet(watch));
}

TEST_F(Watch, SeesFoldersThatComeAndWhatIsWrittenIntoThem) {
  SourceWatch watch(of("s"));
  fs::create_directories(at("s/deep/er"));
  EXPECT_TRUE(changes(watch));
  write("s/deep/er/a.yaml", "1");
  EXPECT_TRUE(changes(watch));
  fs::remove_all(at("s/deep"));
  EXPECT_TRUE(changes(watch));
}

TEST_F(Watch, SeesASourceThatIsRemovedAndMadeAgain) {
  SourceWatch watch(of("s"));
  fs::remove_all(at("s"));
  EXPECT_TRUE(changes(watch));
  EXPECT_TRUE(is_quiet(watch));
  fs::create_directory(at("s"));
  EXPECT_TRUE(changes(watch));
  write("s/a.yaml", "1");
  EXPECT_TRUE(changes(watch));
  fs::rename(at("s"), at("t"));
  EXPECT_TRUE(changes(watch));
  write("t/a.yaml", "2");
  EXPECT_TRUE(is_quiet(watch)) << "what was moved away is no source any more";
}

TEST_F(Watch, SeesASourceThatComesLater) {
  SourceWatch watch(of("none/at/all"));
  fs::create_directories(at("none"));
  EXPECT_TRUE(changes(watch));
  fs::create_directories(at("none/at/all"));
  EXPECT_TRUE(changes(watch));
  write("none/at/all/a.yaml", "1");
  EXPECT_TRUE(changes(watch));
}

TEST_F(Watch, SeesASingleFileWrittenAndReplaced) {
  write("s/a.yaml", "1");
  SourceWatch watch(of("s/a.yaml"));
  write("s/b.yaml", "1");
  EXPECT_TRUE(is_quiet(watch)) << "its neighbours are no sources";
  write("s/a.yaml", "2");
  EXPECT_TRUE(changes(watch));
  write("s/new", "3");
  EXPECT_TRUE(is_quiet(watch));
  fs::rename(at("s/new"), at("s/a.yaml"));
  EXPECT_TRUE(changes(watch));
  write("s/a.yaml", "4");
  EXPECT_TRUE(changes(watch));
}

TEST_F(Watch, SeesTheSwapOfAConfigMap) {
  publish("1", "one");
  link("..data/keys.yaml", "s/keys.yaml");
  SourceWatch watch(of("s"));
  SourceWatch watch_file(of("s/keys.yaml"));
  EXPECT_EQ(read_source(at("s")).files.at(0).bytes, "one");
  publish("2", "two");
  EXPECT_TRUE(changes(watch));
  EXPECT_TRUE(changes(watch_file));
  EXPECT_EQ(read_source(at("s")).files.at(0).bytes, "two");
  fs::remove_all(at("s/..1"));
  publish("3", "three");
  EXPECT_TRUE(changes(watch)) << "the second swap, too";
  EXPECT_TRUE(changes(watch_file));
  write("s/..3/keys.yaml", "four");
  EXPECT_TRUE(changes(watch)) << "where the link leads now";
}

TEST_F(Watch, SeesALinkOnTheWayExchangedAndWhatItLedToWritten) {
  write("r1/secrets/a.yaml", "1");
  write("r2/secrets/a.yaml", "2");
  link("r1", "current");
  SourceWatch watch(of("current/secrets"));
  write("r1/secrets/a.yaml", "1a");
  EXPECT_TRUE(changes(watch));
  link("r2", "next");
  fs::rename(at("next"), at("current"));
  EXPECT_TRUE(changes(watch));
  write("r2/secrets/a.yaml", "2a");
  EXPECT_TRUE(changes(watch));
  write("r1/secrets/a.yaml", "1b");
  EXPECT_TRUE(is_quiet(watch));
}

TEST_F(Watch, SeesALinkedFileInAnotherFolderReplacedAndALinkThatLeadNowhere) {
  write("x/a", "1");
  link("../x/a", "s/a.yaml");
  link("../y/b", "s/b.yaml");
  link("loop.yaml", "s/loop.yaml");
  SourceWatch watch(of("s"));
  write("x/new", "2");
  EXPECT_TRUE(is_quiet(watch));
  fs::rename(at("x/new"), at("x/a"));
  EXPECT_TRUE(changes(watch));
  fs::create_directory(at("y"));
  EXPECT_TRUE(changes(watch));
  write("y/b", "1");
  EXPECT_TRUE(changes(watch));
}

TEST_F(Watch, SaysOnceThatThereAreMoreFoldersThanItWatches) {
  fs::create_directories(at("s/a/b/c"));
  SourceWatch watch(of("s"), 2);
  EXPECT_FALSE(watch.is_complete());
  EXPECT_GE(watch.fd(), 0);
  EXPECT_EQ(watch.take_notice(),
            "not every folder of the sources is watched, they are looked at now and then instead "
            "(there are more than 2 of them)");
  fs::remove_all(at("s/a/b"));
  watch.take_changed();
  EXPECT_EQ(watch.take_notice(), "");
}

TEST_F(Watch, GoesWithoutTheKernelWhereThatGivesNothing) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  SourceWatch watch(of("s"));
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(watch.fd(), -1);
  EXPECT_FALSE(watch.is_complete());
  EXPECT_FALSE(watch.take_changed());
  EXPECT_THAT(watch.take_notice(), HasSubstr("raise fs.inotify.max_user_instances"));
  EXPECT_EQ(watch.take_notice(), "");
}

TEST_F(Watch, LeavesSourcesOfGitOut) {
  const SourceConfig far{
      "", {}, {}, GitConfig{"https://git.example.com/s.git", "", "", {}, "", ""}};
  SourceWatch watch({far});
  EXPECT_TRUE(watch.is_complete());
  EXPECT_TRUE(is_quiet(watch));
}

}  // namespace
}  // namespace keytide
