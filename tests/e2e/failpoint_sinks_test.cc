// Died between the first sink and the last: some have the new secret and some the old one. What is
// in escrow or in a sink that can be read goes on; what nobody holds is made again; where nobody
// can tell, a person decides.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <memory>

#include "tests/e2e/crash.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;

class DiedBetweenSinks : public ::testing::Test {
 protected:
  // A world with the sinks a and b, served and due, whose renewal died there.
  World& after(const std::string& failpoint) {
    world_ = std::make_unique<World>();
    world_->manifest(entry_with({"a", "b"}));
    world_->settle();
    world_->atlas.advance("75d");
    world_->atlas.forget_requests();
    die_at(*world_, failpoint);
    return *world_;
  }
  // A folder in its place: it can't be read, nor written.
  void hide(const std::string& file) {
    const std::string path = world_->folder.path() + "/out/" + file;
    std::filesystem::rename(path, path + ".hidden");
    std::filesystem::create_directory(path);
  }
  void show(const std::string& file) {
    const std::string path = world_->folder.path() + "/out/" + file;
    std::filesystem::remove(path);
    std::filesystem::rename(path + ".hidden", path);
  }
  void lose_the_key() { world_->folder.remove("keytide.db.key"); }

  std::unique_ptr<World> world_;
};

TEST_F(DiedBetweenSinks, TheOthersAreServedOutOfTheEscrow) {
  for (const char* failpoint : {"after:Wb", "after:E3", "after:Wd", "after:Wb#2", "after:E3#2"}) {
    SCOPED_TRACE(failpoint);
    World& world = after(failpoint);
    expect_mended(world, {"a", "b"});
    EXPECT_EQ(world.creates(), 1);
    EXPECT_EQ(world.deletes(), 0);
  }
}

TEST_F(DiedBetweenSinks, WithoutTheKeyTheValueComesFromTheSinkThatHasIt) {
  for (const char* failpoint : {"after:E3", "after:Wd", "after:E3#2"}) {
    SCOPED_TRACE(failpoint);
    World& world = after(failpoint);
    lose_the_key();
    expect_mended(world, {"a", "b"});
    EXPECT_EQ(world.creates(), 1);
    EXPECT_EQ(world.deletes(), 0);
  }
}

TEST_F(DiedBetweenSinks, WhatNobodyHoldsIsDeletedAndMadeAgain) {
  World& world = after("after:Wb");
  lose_the_key();
  expect_mended(world, {"a", "b"});
  EXPECT_EQ(world.creates(), 2);
  EXPECT_EQ(world.deletes(), 1);
}

TEST_F(DiedBetweenSinks, ASinkThatCantBeReadCountsAsHoldingIt) {
  for (const char* failpoint : {"after:Wb", "after:E3"}) {
    SCOPED_TRACE(failpoint);
    World& world = after(failpoint);
    const std::string old = world.folder.read("out/b");
    lose_the_key();
    hide("a");
    const RunResult run = world.apply();
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, HasSubstr("may hold the new secret and can't be read"));
    EXPECT_EQ(world.deletes(), 0);
    EXPECT_TRUE(world.works(kBilling, old));
    show("a");
    expect_mended(world, {"a", "b"});
  }
}

TEST_F(DiedBetweenSinks, APersonMaySayThatNobodyHasIt) {
  World& world = after("after:Wb");
  lose_the_key();
  hide("a");
  EXPECT_EQ(world.apply().exit_code, 1);
  EXPECT_EQ(world.folder.keytide({"orphan", "delete", "billing", "-auto-approve"}).exit_code, 0);
  show("a");
  expect_mended(world, {"a", "b"});
  EXPECT_EQ(world.creates(), 2);
}

TEST_F(DiedBetweenSinks, OnceTheOldSecretIsDeadTheNewOneServesUntilItIsReplaced) {
  World& world = after("after:Wd");
  const std::string made = world.folder.read("out/a");
  lose_the_key();
  hide("a");
  EXPECT_EQ(world.apply().exit_code, 1);
  world.atlas.advance("8d");  // the create cut the old one to a week
  world.apply();
  EXPECT_TRUE(world.works(kBilling, made));
  show("a");
  expect_mended(world, {"a", "b"}, 2);
}

TEST_F(DiedBetweenSinks, AHookThatMayNotHaveRunRunsAgain) {
  for (const char* failpoint : {"after:Wb#2", "after:E3#2", "after:Wd#2"}) {
    SCOPED_TRACE(failpoint);
    World world;
    world.manifest(entry_with({"a"}, "{notify: {command: [/bin/sh, -c, 'echo >> \"$PWD/ran\"']}}"));
    die_at(world, failpoint);
    expect_mended(world, {"a"});
    EXPECT_EQ(world.creates(), 1);
  }
}

}  // namespace
}  // namespace keytide::testing
