#include "providers/sinks/notify_hook.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/unit/providers/sinks/sink_fixture.h"

namespace keytide {
namespace {

const Environment kEnvironment{{"PATH", "/usr/bin:/bin"}};

Result<void> run(const std::vector<std::string>& command, Seconds timeout = Seconds(30)) {
  const auto hook = make_sink(NotifyHook{command, timeout}, kEnvironment);
  const SecretValue secret{std::string_view(kNewValue)};
  Payload payload = payload_of(secret, 3);
  payload.value = nullptr;
  return hook->write(payload);
}

TEST(NotifyHook, IsToldWhichSecretButNeverTheValue) {
  setenv("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_ofkeytideitself", 1);
  const TempFolder folder;
  ASSERT_TRUE(
      run({"sh", "-c", "{ env | grep -v PWD= | sort; cat; } > \"$1\"", "sh", folder.file("seen")})
          .has_value());
  EXPECT_EQ(folder.read("seen"),
            "KEYTIDE_ADDRESS=billing-exporter\n"
            "KEYTIDE_CLIENT_ID=mdb_sa_id_1234567890abcdef12345678\n"
            "KEYTIDE_EXPIRES_AT=2027-02-21T20:00:00Z\n"
            "KEYTIDE_GENERATION=3\n"
            "KEYTIDE_SECRET_ID=65f0c0ffee00000000000003\n"
            "PATH=/usr/bin:/bin\n");
}

TEST(NotifyHook, ShowsItsStatusAndItsLastWordsWhenItFails) {
  const auto result = run(
      {"sh", "-c", "printf 'one\\ntwo\\nthree\\nUnit \\033[1mx.service not found\\n' >&2; exit 5"});
  EXPECT_EQ(result.error().kind, ErrorKind::io);
  EXPECT_EQ(result.error().message,
            "the hook sh failed: exit status 5; it said: two|three|Unit [1mx.service not found");
}

TEST(NotifyHook, HidesASecretThatItPrints) {
  const auto result = run({"sh", "-c", "echo token mdb_sa_sk_abcdefghijk rejected >&2; exit 1"});
  EXPECT_EQ(result.error().message,
            "the hook sh failed: exit status 1; it said: token (sensitive value) rejected");
}

TEST(NotifyHook, SaysSoWhenItSaidNothing) {
  EXPECT_EQ(run({"false"}).error().message,
            "the hook false failed: exit status 1, and it said nothing");
}

TEST(NotifyHook, BoundsWhatItQuotes) {
  const auto result = run({"sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1"});
  EXPECT_LT(result.error().message.size(), 600U);
  EXPECT_TRUE(result.error().message.ends_with("xxxx"));
}

TEST(NotifyHook, IsEndedWhenItsTimeIsOver) {
  const auto result = run({"sleep", "600"}, Seconds(1));
  EXPECT_EQ(result.error().message,
            "the hook sleep failed: not done within 1s, and ended; raise its `timeout` if it needs "
            "longer, and it said nothing");
}

TEST(NotifyHook, PreflightFindsTheProgramAndRunsNothing) {
  const TempFolder folder;
  const NotifyHook touches{{"touch", folder.file("ran")}, Seconds(30)};
  EXPECT_TRUE(make_sink(touches, kEnvironment)->preflight().has_value());
  EXPECT_TRUE(folder.names().empty());
  const auto missing =
      make_sink(NotifyHook{{"no-such-program"}, Seconds(1)}, kEnvironment)->preflight();
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(missing.error().message.find("install it, or write its full path") !=
              std::string::npos);
}

TEST(NotifyHook, HoldsNothingToReadOrAdjust) {
  const auto hook = make_sink(NotifyHook{{"true"}, Seconds(1)}, kEnvironment);
  EXPECT_EQ(hook->read(test_key()).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(hook->take().error().kind, ErrorKind::unsupported);
  EXPECT_TRUE(hook->adjust().has_value());
}

TEST(NotifyHook, InheritsWhatAUserServiceNeedsAndNoCredentials) {
  setenv("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_ofkeytideitself", 1);
  setenv("XDG_RUNTIME_DIR", "/run/user/1000", 1);
  const Environment inherited = inherited_by_hooks();
  EXPECT_FALSE(inherited.contains("MONGODB_ATLAS_CLIENT_SECRET"));
  EXPECT_EQ(inherited.at("XDG_RUNTIME_DIR"), "/run/user/1000");
  EXPECT_FALSE(inherited.at("PATH").empty());
}

TEST(SinkRegistry, KnowsItsTypesByName) {
  EXPECT_EQ(SinkRegistry::types(), (std::vector<std::string_view>{"file", "notify"}));
}

}  // namespace
}  // namespace keytide
