// The account that keytide itself signs in with, as an entry of its own.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <thread>

#include "tests/e2e/world.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kSelf =
    "  self: {client_id: mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa, foreign: cut, "
    "deliver: [{file: {path: \"${HERE}/client_secret\", format: raw}}]}\n";

// billing's hook waits for a file: its renewal is in the middle for as long as a test wants.
std::string slow_billing() {
  return fmt::format(
      "  billing: {{client_id: {}, deliver: [{{file: {{path: \"${{HERE}}/out/billing\", format: "
      "raw}}}}, {{notify: {{command: [/bin/sh, \"${{HERE}}/wait.sh\"]}}}}]}}\n",
      kBilling);
}

void wait_until(const std::function<bool()>& holds, const char* what) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < give_up) {
    if (holds()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ADD_FAILURE() << "it never came to this: " << what;
}

TEST(OwnAccount, TheProcessGoesOnWithItsNewSecretWhenTheOldOneIsDeletedMeanwhile) {
  World world;
  world.folder.write("wait.sh", "#!/bin/sh\nwhile ! test -e ${HERE}/go; do sleep 0.05; done\n");
  world.manifest(kSelf + slow_billing());
  const std::string old_id = world.secrets(kKeytide)[0].id;
  BackgroundRun apply = world.start_apply({"-parallelism=2"});
  wait_until(
      [&] {
        return world.folder.keytide({"events", "self"}).output.find("switched") !=
               std::string::npos;
      },
      "keytide's own account is switched");
  // Every token that was minted with it ends there and then.
  world.delete_in_atlas(kKeytide, old_id);
  world.folder.write("go", "");
  const RunResult done = apply.wait();
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  world.expect_served(kBilling, "billing");
  EXPECT_TRUE(world.works(kKeytide, world.folder.read("client_secret")));
  const RunResult next = world.plan();
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_THAT(next.output, HasSubstr(kNoChanges));
}

// Self is renewed once by keytide, and the overlap is over.
struct Renewed : World {
  std::string first;
  std::string second;

  Renewed() {
    manifest(
        fmt::format("  self: {{client_id: {}, foreign: cut, deliver: [{{file: {{path: "
                    "\"${{HERE}}/client_secret\", format: raw}}}}, {{file: {{path: "
                    "\"${{HERE}}/out/self\", format: raw}}}}]}}\n",
                    kKeytide));
    EXPECT_EQ(apply().exit_code, 0);
    delete_in_atlas(kKeytide, secrets(kKeytide)[0].id);  // the one that a person made
    first = folder.read("client_secret");
    atlas.advance("70d");
    EXPECT_EQ(apply().exit_code, 0);
    second = folder.read("client_secret");
    EXPECT_NE(second, first);
    EXPECT_TRUE(lists(kKeytide, first));
    atlas.advance("25h");
  }
};

TEST(OwnAccount, TheNextRunSignsInWithTheNewSecretAndDeletesTheOldOne) {
  Renewed world;
  EXPECT_THAT(world.plan().output, HasSubstr("1 to destroy"));
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_FALSE(world.lists(kKeytide, world.first));
  EXPECT_TRUE(world.works(kKeytide, world.second));
}

TEST(OwnAccount, ARunThatSignsInWithTheOldSecretDoesNotDeleteIt) {
  Renewed world;
  // Somebody brings the old file back: that is what the next run signs in with.
  world.folder.write("client_secret", world.first);
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output,
              HasSubstr("keytide has not signed in with the secret that replaced it yet"));
  EXPECT_TRUE(world.lists(kKeytide, world.first));
  EXPECT_EQ(world.folder.read("client_secret"), world.second);
}

TEST(OwnAccount, ASecretFromAVariableIsRefusedForItCouldNotBeRenewed) {
  World world;
  world.configure("");
  world.folder.set("MONGODB_ATLAS_CLIENT_ID", kKeytide);
  world.folder.set("MONGODB_ATLAS_CLIENT_SECRET", kKeytideSecret);
  world.manifest(kSelf);
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.errors, AllOf(HasSubstr("its secret comes from a variable"),
                                HasSubstr("client_secret: {file: …}")));
  EXPECT_EQ(world.creates(), 0);
}

TEST(BackOff, StatusSaysWhenTheNextTryIsAndAPersonsApplyDoesNotWait) {
  World world;
  const std::string entry = fmt::format(
      "  billing: {{client_id: {}, deliver: [{{file: {{path: \"${{HERE}}/gone/billing\", format: "
      "raw}}}}]}}\n",
      kBilling);
  world.manifest(entry);
  EXPECT_EQ(world.apply().exit_code, 1);
  EXPECT_THAT(world.status("billing"), HasSubstr("\"failures\":1"));
  EXPECT_THAT(world.folder.keytide({"status"}).output,
              AllOf(HasSubstr("billing is due"), HasSubstr("next try at "),
                    HasSubstr("after 1 failure: no secret is created while it could not be")));
  const RunResult again = world.apply();
  EXPECT_THAT(again.output, HasSubstr("an apply tries again at once"));
  EXPECT_THAT(world.status("billing"), HasSubstr("\"failures\":2"));
  world.folder.write("gone/here", "");
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_THAT(world.status("billing"),
              AllOf(HasSubstr("\"failures\":0"), HasSubstr("\"next_try_at\":null")));
}

}  // namespace
}  // namespace keytide::testing
