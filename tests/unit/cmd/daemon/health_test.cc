#include "cmd/keytide/daemon/health.h"

#include <gtest/gtest.h>

#include "tests/unit/cmd/daemon/sample_snapshot.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

TEST(Health, IsAliveWhileTheLoopGoesRound) {
  EXPECT_EQ(livez(milliseconds(70000), milliseconds(10000), milliseconds(60000)).text, "ok\n");
  const HealthReply stuck = livez(milliseconds(75000), milliseconds(10000), milliseconds(60000));
  EXPECT_FALSE(stuck.ok);
  EXPECT_EQ(stuck.text, "[-]loop failed: it went round 65 s ago, and should within 60 s\n");
}

TEST(Health, IsUnreadyBeforeTheFirstLook) {
  const HealthReply reply = readyz(nullptr, Detail::brief);
  EXPECT_FALSE(reply.ok);
  EXPECT_EQ(reply.text,
            "[-]loop failed: keytide has just started, and has not looked round yet\n"
            "readyz check failed\n");
}

TEST(Health, OneOrganizationThatCantBeReadIsNamedAndNoReasonToBeUnready) {
  const Snapshot snapshot = sample_snapshot();
  EXPECT_EQ(readyz(&snapshot, Detail::brief).text, "ok\n");
  const HealthReply reply = readyz(&snapshot, Detail::verbose);
  EXPECT_TRUE(reply.ok);
  EXPECT_EQ(reply.text,
            "[+]loop ok\n"
            "[+]sources ok\n"
            "[+]store ok\n"
            "[+]stopping ok\n"
            "[!]project 32b6e34b3d91647abb20e7b9 can't be read: the network is down\n"
            "[!]2 of 3 entries not ready: see keytide status\n"
            "readyz check passed\n");
}

TEST(Health, ARejectedRevisionIsARemarkWhileAnEarlierOneCounts) {
  Snapshot snapshot = sample_snapshot();
  snapshot.sources[0].error = "no signature\nof a known key";
  const HealthReply reply = readyz(&snapshot, Detail::verbose);
  EXPECT_TRUE(reply.ok);
  EXPECT_NE(reply.text.find("[!]source /etc/keytide/secrets: no signature of a known key\n"),
            std::string::npos)
      << reply.text;
}

TEST(Health, SaysEveryReasonToBeUnready) {
  Snapshot snapshot = sample_snapshot();
  snapshot.sources[0].applied = "";
  snapshot.store_restored = true;
  snapshot.is_stopping = true;
  const HealthReply reply = readyz(&snapshot, Detail::brief);
  EXPECT_FALSE(reply.ok);
  EXPECT_EQ(reply.text,
            "[-]sources failed: no source of manifests has a revision that counts: see the log, or "
            "keytide validate\n"
            "[-]store failed: the store was restored from a backup: put the newer one back, or "
            "accept this one with keytide apply -refresh-only\n"
            "[-]stopping failed: keytide is stopping\n"
            "readyz check failed\n");
}

}  // namespace
}  // namespace keytide
