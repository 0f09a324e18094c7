// The rows of "after a crash": the real keytide dies right before or after a step, and the next run
// finishes or undoes what was begun. No secret is left that nobody knows of, and no create is made
// that was not needed.
//
// After one step and before the next is one instant: the lists name it once.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/e2e/crash.h"

namespace keytide::testing {
namespace {

using ::testing::HasSubstr;

// A new world for each of these deaths.
template <class Body>
void after_each(const std::vector<std::string>& failpoints, const Body& body) {
  for (const std::string& failpoint : failpoints) {
    SCOPED_TRACE(failpoint);
    World world;
    world.manifest(entry("billing", kBilling));
    body(world, failpoint);
  }
}

void expect_calls(World& world, int creates, int deletes) {
  EXPECT_EQ(world.creates(), creates);
  EXPECT_EQ(world.deletes(), deletes);
}

void go_without_escrow(World& world) {
  world.configure(
      "{default: {client_id: " + std::string(kKeytide) + ", client_secret: {file: client_secret}}}",
      "escrow: none\n");
}

// Served once, then due by time.
void let_it_become_due(World& world) {
  world.settle();
  world.atlas.advance("75d");
  world.atlas.forget_requests();
}

// Served, renewed, and its overlap over.
void let_the_overlap_end(World& world) {
  let_it_become_due(world);
  EXPECT_EQ(world.apply().exit_code, 0);
  world.atlas.advance("25h");
  world.atlas.forget_requests();
}

TEST(Failpoint, ThatIsUnknownIsRefusedWithAListOfThem) {
  for (const char* wrong : {"before:W4", "W2", "after:W2#0", "after:W2#x", "behind:W2"}) {
    World world;
    world.three_entries();
    world.folder.set("KEYTIDE_FAILPOINT", wrong);
    const RunResult run = world.apply();
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.errors, HasSubstr(fmt::format("KEYTIDE_FAILPOINT={}: there is no", wrong)));
    EXPECT_THAT(run.errors, HasSubstr("STEP one of W1, E1, W2, "));
    EXPECT_EQ(world.creates(), 0);
  }
}

TEST(DiedBeforeTheIntent, NothingIsKnownAndTheNextRunDecidesAgain) {
  after_each({"before:W1"}, [](World& world, const std::string& failpoint) {
    die_at(world, failpoint);
    EXPECT_EQ(world.status("billing").find("posting"), std::string::npos);
    expect_mended(world, {"billing"});
    expect_calls(world, 1, 0);
  });
}

TEST(DiedInTheCreate, WhatWasNeverSentIsMadeOnceItIsLateEnoughToTell) {
  after_each({"after:W1"}, [](World& world, const std::string& failpoint) {
    die_at(world, failpoint);
    const RunResult early = world.apply();
    EXPECT_EQ(early.exit_code, 1);
    EXPECT_THAT(early.output, HasSubstr("Atlas lists no new secret so far"));
    world.atlas.advance("2h");
    expect_mended(world, {"billing"});
    expect_calls(world, 1, 0);
  });
}

TEST(DiedInTheCreate, WhatBearsTheTagIsDeletedAndMadeAgain) {
  after_each({"after:E1"}, [](World& world, const std::string& failpoint) {
    die_at(world, failpoint);
    EXPECT_EQ(world.apply().exit_code, 1);
    EXPECT_EQ(world.secrets(kBilling).size(), 1u);
    world.atlas.advance("2h");
    expect_mended(world, {"billing"});
    expect_calls(world, 2, 1);
  });
}

TEST(DiedInTheCreate, OfARenewalTheOldSecretServesThroughout) {
  after_each({"after:W1", "after:E1"}, [](World& world, const std::string& failpoint) {
    let_it_become_due(world);
    const std::string old = world.folder.read("out/billing");
    die_at(world, failpoint);
    EXPECT_EQ(world.apply().exit_code, 1);
    EXPECT_TRUE(world.works(kBilling, old));
    world.atlas.advance("2h");
    expect_mended(world, {"billing"});
    EXPECT_TRUE(world.works(kBilling, old));
  });
}

TEST(DiedInTheCreate, AndAgainAtEachStepOfTheOrphansEndItIsStillBroughtToOne) {
  after_each({"after:W-settle", "after:W-orphan", "after:E-orphan", "after:W-orphan-gone"},
             [](World& world, const std::string& failpoint) {
               die_at(world, "after:E1");
               world.atlas.advance("2h");
               die_at(world, failpoint);
               expect_mended(world, {"billing"});
               EXPECT_EQ(world.creates(), 2);
             });
}

TEST(DiedInTheCreate, WithoutATagAPersonSaysWhoseItIs) {
  World world;
  world.manifest(entry("billing", kBilling), "8h");
  die_at(world, "after:E1");
  const std::string id = world.secrets(kBilling)[0].id;
  world.atlas.advance("1h");
  const RunResult run = world.apply();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("# billing has a secret in quarantine"));
  EXPECT_EQ(role_of(world, id), "quarantined");
  world.expect_served(kBilling, "billing");  // it went on with the slot that it has
  EXPECT_EQ(world.folder.keytide({"orphan", "delete", "billing", "-auto-approve"}).exit_code, 0);
  expect_mended(world, {"billing"});
  expect_calls(world, 2, 1);
}

const std::vector<std::string> kBeforeTheFirstSink{"after:W2", "after:E2", "after:W3"};

TEST(DiedBeforeTheFirstSink, TheValueComesOutOfTheEscrow) {
  after_each(kBeforeTheFirstSink, [](World& world, const std::string& failpoint) {
    die_at(world, failpoint);
    expect_mended(world, {"billing"});
    expect_calls(world, 1, 0);
  });
}

TEST(DiedBeforeTheFirstSink, WithoutTheValueTheSecretIsDeletedAndMadeAgain) {
  after_each(kBeforeTheFirstSink, [](World& world, const std::string& failpoint) {
    go_without_escrow(world);
    die_at(world, failpoint);
    expect_mended(world, {"billing"});
    expect_calls(world, 2, 1);
  });
}

TEST(DiedBeforeTheFirstSink, AndAgainInItsDeleteNothingIsLost) {
  after_each({"after:W-orphan", "after:E-orphan", "after:W-orphan-gone"},
             [](World& world, const std::string& failpoint) {
               go_without_escrow(world);
               die_at(world, "after:W2");
               die_at(world, failpoint);
               expect_mended(world, {"billing"});
               EXPECT_EQ(world.creates(), 2);
             });
}

TEST(DiedWhileItGaveUp, TheNewSecretIsDeletedByTheNextRun) {
  after_each({"before:W-abort", "after:W-abort", "after:E-abort", "after:W-abort-gone"},
             [](World& world, const std::string& failpoint) {
               die_at(world, "after:W2");
               die_at(world, failpoint, {}, {"orphan", "delete", "billing", "-auto-approve"});
               expect_mended(world, {"billing"});
               // Before the intent was recorded the value is still in escrow.
               EXPECT_EQ(world.creates(), failpoint == "before:W-abort" ? 1 : 2);
               EXPECT_EQ(world.secrets(kBilling).size(), 1u);
             });
}

TEST(DiedBeforeTheSwitch, NoValueIsNeededAnyMore) {
  after_each({"after:Wd"}, [](World& world, const std::string& failpoint) {
    die_at(world, failpoint);
    world.folder.remove("keytide.db.key");
    expect_mended(world, {"billing"});
    expect_calls(world, 1, 0);
  });
}

TEST(DiedAfterTheSwitch, TheOverlapGoesOnAndEndsAtItsTime) {
  after_each({"after:W5"}, [](World& world, const std::string& failpoint) {
    let_it_become_due(world);
    const std::string old = world.secrets(kBilling)[0].id;
    die_at(world, failpoint);
    expect_mended(world, {"billing"});
    EXPECT_EQ(role_of(world, old), "previous");
    world.atlas.advance("25h");
    expect_mended(world, {"billing"});
    EXPECT_EQ(world.secrets(kBilling).size(), 1u);
    expect_calls(world, 1, 1);
  });
}

TEST(DiedInTheDelete, OfTheOldSecretTheNextRunDeletesIt) {
  after_each({"before:W6", "after:W6", "after:E4", "after:W7"},
             [](World& world, const std::string& failpoint) {
               let_the_overlap_end(world);
               die_at(world, failpoint);
               expect_mended(world, {"billing"});
               EXPECT_EQ(world.secrets(kBilling).size(), 1u);
               EXPECT_EQ(world.creates(), 0);
             });
}

TEST(DiedInTheDelete, TheIntentIsWithdrawnWhileASinkHoldsTheOldSecretAgain) {
  World world;
  world.manifest(entry_with({"a", "b"}));
  let_it_become_due(world);
  const std::string old = world.folder.read("out/a");
  EXPECT_EQ(world.apply().exit_code, 0);
  world.atlas.advance("25h");
  world.atlas.forget_requests();
  die_at(world, "after:W6");
  world.folder.write("out/b", old);  // somebody restored it
  EXPECT_EQ(world.apply().exit_code, 0);
  EXPECT_TRUE(world.works(kBilling, old));
  world.expect_served(kBilling, "b");  // from the copy in a
  EXPECT_EQ(world.creates(), 0);
}

}  // namespace
}  // namespace keytide::testing
