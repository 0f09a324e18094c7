#include "state/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <functional>
#include <optional>

#include "tests/support/forked.h"
#include "tests/support/temp_folder.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// Sleeping is what moves it.
class SteppedClock : public Clock {
 public:
  Instant now() override { return Instant(Seconds(1764000000)) + Seconds(slept_.count() / 1000); }
  milliseconds since_boot() override { return slept_; }
  void sleep(milliseconds length) override {
    slept_ += length;
    if (on_sleep) on_sleep();
  }
  milliseconds slept() const { return slept_; }
  std::function<void()> on_sleep;

 private:
  milliseconds slept_{0};
};

class Lock : public testing::Test {
 protected:
  Result<StoreLock> take(const std::string& purpose, Seconds timeout = Seconds(0)) {
    return StoreLock::acquire(store_, {"root@host", purpose}, timeout, clock_);
  }

  const TempFolder folder_;
  const std::string store_ = folder_.file("keytide.db");
  SteppedClock clock_;
};

// A process that has the lock until it is killed.
class Holder {
 public:
  explicit Holder(const std::string& store) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      SteppedClock clock;
      const auto lock = StoreLock::acquire(store, {"root@host", "apply"}, Seconds(0), clock);
      [[maybe_unused]] const auto told = write(ends[1], lock ? "y" : "n", 1);
      while (true) pause();
    }
    char answer = 'n';
    [[maybe_unused]] const auto heard = read(ends[0], &answer, 1);
    has_it_ = answer == 'y';
    close(ends[0]);
    close(ends[1]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { kill_it(); }

  bool has_it() const { return has_it_; }
  pid_t pid() const { return pid_; }
  void kill_it() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  bool has_it_ = false;
};

TEST_F(Lock, IsHeldByOneAtATime) {
  auto first = take("apply");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_FALSE(first->left_behind());
  const auto second = take("state rm");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_EQ(second.error().message,
            "the state store " + store_ + " is locked by root@host (process " +
                std::to_string(getpid()) +
                ") for apply, since 2025-11-24T16:00:00Z: wait for it to end (with "
                "-lock-timeout=5m this command waits), or stop that process; the lock goes with "
                "it");
}

TEST_F(Lock, IsFreeAgainOnceItsHolderLetGo) {
  { ASSERT_TRUE(take("apply")); }
  const auto next = take("apply");
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->left_behind()) << "an orderly end leaves nothing";
}

TEST_F(Lock, ARefusalLeavesTheHoldersLinesAlone) {
  const auto first = take("apply");
  EXPECT_FALSE(take("rotate"));
  EXPECT_FALSE(take("rotate"));
  EXPECT_THAT(folder_.read("keytide.db.lock"), HasSubstr("for: apply\n"));
}

TEST_F(Lock, MovesWithItsOwner) {
  auto first = take("apply");
  ASSERT_TRUE(first);
  std::optional<StoreLock> owner(std::move(*first));
  EXPECT_FALSE(take("rotate"));
  owner.reset();
  EXPECT_TRUE(take("rotate"));
}

TEST_F(Lock, WaitsAsLongAsItWasTold) {
  const auto first = take("apply");
  const auto second = take("rotate", Seconds(5));
  ASSERT_FALSE(second);
  EXPECT_EQ(clock_.slept(), milliseconds(5000));
  EXPECT_THAT(second.error().message, HasSubstr("is still, after 5s, locked by"));
}

TEST_F(Lock, IsTakenWhileWaitingOnceItIsFree) {
  auto first = take("apply");
  ASSERT_TRUE(first);
  std::optional<StoreLock> owner(std::move(*first));
  clock_.on_sleep = [&] {
    if (clock_.slept() >= milliseconds(1000)) owner.reset();
  };
  EXPECT_TRUE(take("rotate", Seconds(60)));
  EXPECT_EQ(clock_.slept(), milliseconds(1000));
}

TEST_F(Lock, KeepsAnotherProcessOutUntilThatOneDies) {
  Holder other(store_);
  ASSERT_TRUE(other.has_it());
  const auto refused = take("rotate");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("process " + std::to_string(other.pid())));
  const pid_t dead = other.pid();
  other.kill_it();
  const auto taken = take("rotate");
  ASSERT_TRUE(taken);
  ASSERT_TRUE(taken->left_behind()) << "it died with the lock";
  EXPECT_EQ(taken->left_behind()->pid, dead);
  EXPECT_EQ(taken->left_behind()->purpose, "apply");
}

TEST_F(Lock, ForceUnlockNeverBreaksTheLockOfALivingProcess) {
  Holder other(store_);
  const auto refused = clear_dead_lock(store_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_THAT(refused.error().message, HasSubstr("`kill " + std::to_string(other.pid()) + "`"));
  EXPECT_FALSE(take("rotate")) << "it is still locked";
}

TEST_F(Lock, ForceUnlockClearsWhatADeadProcessLeft) {
  {
    Holder other(store_);
    ASSERT_TRUE(other.has_it());
  }
  const auto cleared = clear_dead_lock(store_);
  ASSERT_TRUE(cleared);
  ASSERT_TRUE(*cleared);
  EXPECT_EQ((*cleared)->purpose, "apply");
  EXPECT_EQ(clear_dead_lock(store_).value(), std::nullopt) << "the second finds nothing";
}

TEST_F(Lock, ForceUnlockWithoutALockFileFindsNothingAndMakesNone) {
  EXPECT_EQ(clear_dead_lock(store_).value(), std::nullopt);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Lock, SurvivesGarbageInItsFile) {
  folder_.write("keytide.db.lock", "who: x\npid: y");
  const auto taken = take("apply");
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->left_behind());
}

TEST_F(Lock, AHoldersTextCannotForgeALine) {
  const auto taken = StoreLock::acquire(store_, {"root\npid: 1", "apply"}, Seconds(0), clock_);
  const auto refused = take("rotate");
  EXPECT_THAT(refused.error().message, HasSubstr("(process " + std::to_string(getpid()) + ")"));
}

TEST_F(Lock, ItsFileIsTheOwnersAloneWhateverTheUmask) {
  const mode_t before = umask(0);
  const auto taken = take("apply");
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat((store_ + ".lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(Lock, NamesTheFolderThatIsMissing) {
  const auto refused =
      StoreLock::acquire(folder_.file("no/keytide.db"), {"root@host", "apply"}, Seconds(0), clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_THAT(refused.error().message, HasSubstr("make the folder " + folder_.file("no")));
}

}  // namespace
}  // namespace keytide
