// A disk that fills up under the running service: nothing is lost, the log says it once, and it
// goes on by itself when there is room again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <cstdio>
#include <filesystem>

#include "providers/system/fd.h"
#include "tests/e2e/service_run.h"
#include "tests/support/forked.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;

class RunFullDisk : public ServiceRun {
 protected:
  RunFullDisk() : disk_(world_.folder.path() + "/disk") {
    std::filesystem::create_directory(disk_);
    is_mounted_ = mount_small(disk_, "size=24m,mode=0700");
    configure("state: sqlite:disk/keytide.db\nlisten: {metrics: 127.0.0.1:0}\n");
  }
  ~RunFullDisk() override {
    if (is_mounted_) umount2(disk_.c_str(), MNT_DETACH);
  }
  // Else there is nothing to fill.
  bool has_disk() const {
    if (!is_mounted_) std::puts("not tried: a full disk needs the right to mount");
    return is_mounted_;
  }

  // To the last page.
  void fill() {
    const Fd filler(open((disk_ + "/filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_TRUE(filler.is_open());
    for (std::size_t size = 1 << 20; size >= 512; size /= 2) {
      const std::string bytes(size, 'x');
      while (write(filler.get(), bytes.data(), size) == static_cast<ssize_t>(size)) continue;
    }
  }
  void make_room() { std::filesystem::remove(disk_ + "/filler"); }

  void wait_until_settled() {
    wait_until("nothing is left to do",
               [&] { return world_.plan().output.find(kNoChanges) != std::string::npos; });
  }

  const std::string disk_;
  bool is_mounted_ = false;
};

TEST_F(RunFullDisk, CreatesNothingSaysItOnceAndRenewsWhenThereIsRoom) {
  if (!has_disk()) return;
  auto service = start();
  wait_for_deliveries();
  wait_until_settled();
  fill();
  world_.atlas.advance("80d");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  wait_for_log("address=billing reason=Failing");
  EXPECT_EQ(world_.creates(), 3);
  EXPECT_EQ(count_in_log("address=billing reason=Failing"), 1) << log();
  EXPECT_LE(count_in_log("billing: can't write the state store"), 1) << log();
  EXPECT_THAT(log(), HasSubstr("make room"));
  EXPECT_THAT(page("/metrics").response.body,
              HasSubstr("keytide_entries_not_ready{reason=\"Failing\"} 3\n"));
  EXPECT_EQ(page("/livez").response.status, 200);
  EXPECT_THAT(world_.status("billing"), HasSubstr("\"phase\":\"due\""));

  make_room();
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  wait_until("all three are renewed", [&] { return world_.creates() == 6; });
  wait_until_settled();
  world_.expect_served(kBilling, "billing");
  wait_until("all are well", [&] { return count_in_log("entry is ready again") == 3; });
  EXPECT_THAT(world_.status("billing"), HasSubstr("\"phase\":\"overlap\""));
}

TEST_F(RunFullDisk, OfATimerIsAFailure) {
  if (!has_disk()) return;
  EXPECT_EQ(keytide({"run", "-once"}).exit_code, 0);
  fill();
  world_.atlas.advance("80d");
  const RunResult full = keytide({"run", "-once"});
  EXPECT_EQ(full.exit_code, 1) << full.errors;
  EXPECT_EQ(world_.creates(), 3);
  make_room();
  EXPECT_EQ(keytide({"run", "-once"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 6);
}

// The new secret goes to the spill file, and the service goes on with it: it is not made again.
TEST_F(RunFullDisk, BetweenAnIntentAndItsSecretLosesNothing) {
  if (!has_disk()) return;
  world_.manifest(entry("billing", kBilling));
  auto service = start();
  wait_for_delivery("billing");
  wait_until_settled();
  const std::string old = world_.folder.read("out/billing");
  world_.atlas.add_faults(R"([{"method": "POST", "path": "/secrets", "times": 1, "delay": "2s"}])");
  world_.atlas.advance("80d");
  service->send(SIGHUP);
  world_.wait_for("POST", "/secrets", 2);
  fill();
  wait_for_log("address=billing reason=Failing");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  EXPECT_EQ(world_.creates(), 2);
  EXPECT_EQ(count_in_log("address=billing reason=Failing"), 1) << log();
  EXPECT_EQ(world_.folder.read("out/billing"), old);
  EXPECT_TRUE(world_.works(kBilling, old));
  EXPECT_NE(world_.folder.read("disk/keytide.db.spill"), "");
  EXPECT_THAT(world_.status("billing"), HasSubstr("\"phase\":\"created\""));

  make_room();
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  wait_until_settled();
  EXPECT_EQ(world_.creates(), 2);
  EXPECT_NE(world_.folder.read("out/billing"), old);
  world_.expect_served(kBilling, "billing");
  EXPECT_EQ(world_.folder.read("disk/keytide.db.spill"), "");
  wait_for_log("entry is ready again");
}

}  // namespace
}  // namespace keytide::testing
