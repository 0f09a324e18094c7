// Each reason why a secret is due, in a run that dies: after its create was recorded, and after the
// sink had the value; for some right after the create, too. The next run knows what was begun, and
// no reason makes it create twice.
#include <gmock/gmock.h>

#include <functional>

#include "tests/e2e/crash.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;

struct Due {
  std::string words;  // the reason that a person reads
  std::function<void(World&)> come_about;
  std::vector<std::string> flags = {};  // of the apply that dies
  std::vector<std::string> files = {"billing"};
  int deletes = 0;  // of secrets that served
};

// `lost`: the create whose reply died with the process is found by its tag, deleted, made again.
void expect_renewed_once(const Due& due, const std::string& failpoint, bool lost) {
  SCOPED_TRACE(due.words + ", " + failpoint);
  World world;
  world.manifest(entry("billing", kBilling));
  world.settle();
  due.come_about(world);
  EXPECT_THAT(world.plan(due.flags).output, HasSubstr(due.words));
  world.atlas.forget_requests();
  die_at(world, failpoint, due.flags);
  if (lost) world.atlas.advance("2h");
  expect_mended(world, due.files);
  EXPECT_EQ(world.creates(), lost ? 2 : 1);
  EXPECT_EQ(world.deletes(), due.deletes + (lost ? 1 : 0));
}

void expect_renewed_once_after_each_death(const Due& due) {
  expect_renewed_once(due, "after:W2", false);
  expect_renewed_once(due, "after:E3", false);
}

void edit(World& world, const std::string& more) {
  world.manifest(entry("billing", kBilling, more));
}

TEST(DueAndDied, GoneFromAtlas) {
  expect_renewed_once_after_each_death(
      {"is gone from Atlas)",
       [](World& world) { world.delete_in_atlas(kBilling, world.secrets(kBilling)[0].id); }});
}

// The expired one goes with the same apply: there is nothing left for the next.
TEST(DueAndDied, Expired) {
  Due due{"will be renewed (expired ", [](World& world) { world.atlas.advance("100d"); }};
  due.deletes = 1;
  expect_renewed_once_after_each_death(due);
}

TEST(DueAndDied, Missing) {
  for (const auto& [failpoint, lost] : {std::pair("after:E1", true), {"after:E3", false}}) {
    SCOPED_TRACE(failpoint);
    World world;
    world.manifest(entry("billing", kBilling));
    EXPECT_THAT(world.plan().output, HasSubstr("keytide has made no secret for it yet"));
    die_at(world, failpoint);
    if (lost) world.atlas.advance("2h");
    expect_mended(world, {"billing"});
    EXPECT_EQ(world.creates(), lost ? 2 : 1);
  }
}

// What was lost in the create has cut the old secret's life: the next is due by that alone, and
// nobody has to ask again.
TEST(DueAndDied, RequestedByReplace) {
  const Due due{"will be renewed (as requested)", [](World&) {}, {"-replace=billing"}};
  expect_renewed_once_after_each_death(due);
  expect_renewed_once(due, "after:E1", true);
}

TEST(DueAndDied, RequestedByRotationId) {
  expect_renewed_once_after_each_death({"rotation_id \"\" -> \"2026-11\"", [](World& world) {
                                          edit(world, "rotation_id: \"2026-11\"");
                                        }});
}

TEST(DueAndDied, LifetimeShortened) {
  expect_renewed_once_after_each_death(
      {"lifetime is now 30d", [](World& world) { edit(world, "lifetime: 30d"); }});
}

TEST(DueAndDied, ANewSinkNeedsTheValue) {
  expect_renewed_once_after_each_death({"new sink needs the value",
                                        [](World& world) {
                                          world.manifest(entry_with({"other"}));
                                          world.folder.remove("out/billing");
                                        },
                                        {},
                                        {"other"}});
}

TEST(DueAndDied, ASinkLost) {
  expect_renewed_once_after_each_death(
      {"sink lost", [](World& world) { world.folder.remove("out/billing"); }});
}

TEST(DueAndDied, Renewing) {
  const Due due{"will be renewed (expires in ", [](World& world) { world.atlas.advance("75d"); }};
  expect_renewed_once_after_each_death(due);
  expect_renewed_once(due, "after:E1", true);
}

}  // namespace
}  // namespace keytide::testing
