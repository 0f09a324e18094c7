#include "providers/system/system_clock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "providers/system/interrupt.h"
#include "tests/support/forked.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

TEST(SystemClock, TellsTheTimeOfTheHost) {
  SystemClock clock;
  const auto before = Instant{Seconds{time(nullptr)}};
  const Instant now = clock.now();
  EXPECT_GE(now, before - Seconds(1));
  EXPECT_LE(now, before + Seconds(5));
}

TEST(SystemClock, SleepsAtLeastAsLongAsAsked) {
  SystemClock clock;
  const milliseconds before = clock.since_boot();
  clock.sleep(milliseconds(20));
  EXPECT_GE(clock.since_boot() - before, milliseconds(20));
}

TEST(SystemClock, DoesNotWaitForNothing) {
  SystemClock clock;
  const milliseconds before = clock.since_boot();
  clock.sleep(milliseconds(0));
  clock.sleep(milliseconds(-60000));
  EXPECT_LT(clock.since_boot() - before, milliseconds(5000));
}

TEST(SystemClock, SleepsOnThroughASignal) {
  struct sigaction ignore = {};
  ignore.sa_handler = [](int) {};
  const Forked child = in_child([&]() -> std::string {
    sigaction(SIGALRM, &ignore, nullptr);
    SystemClock clock;
    const milliseconds before = clock.since_boot();
    ualarm(5000, 0);
    clock.sleep(milliseconds(50));
    return clock.since_boot() - before >= milliseconds(50) ? "slept" : "woke early";
  });
  EXPECT_EQ(child.text, "slept");
}

TEST(Interrupt, WakesASleeperAndIsRemembered) {
  const Forked child = in_child([]() -> std::string {
    catch_interrupts();
    if (interrupted()) return "interrupted too early";
    raise(SIGTERM);
    InterruptibleClock clock;
    const milliseconds before = clock.since_boot();
    clock.sleep(milliseconds(60000));
    if (clock.since_boot() - before > milliseconds(30000)) return "slept on";
    return interrupted() ? "woke" : "forgot";
  });
  EXPECT_EQ(child.text, "woke");
}

// A pause of the reconciler is never cut short: it stands between two looks at a sink.
TEST(Interrupt, DoesNotShortenTheSleepOfASystemClock) {
  const Forked child = in_child([]() -> std::string {
    catch_interrupts();
    raise(SIGTERM);
    SystemClock clock;
    const milliseconds before = clock.since_boot();
    clock.sleep(milliseconds(50));
    return clock.since_boot() - before >= milliseconds(50) ? "slept" : "woke early";
  });
  EXPECT_EQ(child.text, "slept");
}

TEST(Interrupt, IsATerminalThatGoesAwayButNotUnderNohup) {
  const Forked plain = in_child([]() -> std::string {
    catch_interrupts();
    raise(SIGHUP);
    return interrupted() ? "stopping" : "going on";
  });
  EXPECT_EQ(plain.text, "stopping");
  const Forked nohup = in_child([]() -> std::string {
    signal(SIGHUP, SIG_IGN);
    catch_interrupts();
    raise(SIGHUP);
    raise(SIGHUP);
    return interrupted() ? "stopping" : "going on";
  });
  EXPECT_EQ(nohup.text, "going on");
}

TEST(Interrupt, EndsTheProcessAtTheSecondSignal) {
  const Forked child = in_child([]() -> std::string {
    catch_interrupts();
    raise(SIGINT);
    raise(SIGINT);
    return "still there";
  });
  EXPECT_EQ(child.signal, SIGINT);
  EXPECT_EQ(child.text, "");
}

TEST(Interrupt, MakesAClosedPipeAnErrorAndNotTheEnd) {
  const Forked child = in_child([]() -> std::string {
    ignore_broken_pipes();
    raise(SIGPIPE);
    return "alive";
  });
  EXPECT_EQ(child.text, "alive");
}

}  // namespace
}  // namespace keytide
