// The account that keytide itself signs in with: what of it may be deleted, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plan/own_account.h"
#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

using ::testing::HasSubstr;

// Switched from c0 to c1 ten days ago, the overlap is over; this run signed in with the secret of
// that fingerprint.
struct Own : PlanWorld {
  explicit Own(const std::string& fingerprint) {
    own("c0", Role::previous, span("90d"), span("2d"));
    input.own_accounts = {kKey.client_id};
    if (!fingerprint.empty()) input.signed_in = {{kKey.client_id, Fingerprint(fingerprint)}};
  }
};

TEST(OwnAccount, ItsOldSecretGoesOnceTheNewOneHasWorked) {
  EXPECT_EQ(line_of(Own("fp-c1").plan()), "- c0 overlap_over");
}

TEST(OwnAccount, ItsOldSecretStaysWhileItIsWhatKeytideSignsInWith) {
  const AccountPlan plan = Own("fp-c0").plan();
  EXPECT_EQ(line_of(plan), "");
  EXPECT_THAT(notes_of(plan), HasSubstr("mdb_sa_sk_...c0 is kept: keytide has not signed in with "
                                        "the secret that replaced it yet"));
}

TEST(OwnAccount, ItsOldSecretStaysWhereNoCallWasMade) { EXPECT_EQ(line_of(Own("").plan()), ""); }

TEST(OwnAccount, ABegunDeletionWaitsToo) {
  Own world("fp-c0");
  world.record->find(SecretId("c0"))->delete_intended = true;
  EXPECT_EQ(line_of(world.plan()), "");
}

TEST(OwnAccount, ItsOldSecretGoesWhenItHasExpired) {
  Own world("fp-c0");
  world.listed("c0").expires_at = kNow - span("1h");
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over");
}

TEST(OwnAccount, NoSlotIsMadeOfTheWayIn) {
  Own world("fp-c0");
  world.listed("c1").expires_at = kNow + span("1h");
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("all 2 slots of the account are taken"));
  Own works("fp-c1");
  works.listed("c1").expires_at = kNow + span("1h");
  EXPECT_EQ(line_of(works.plan()), "- c0 overlap_over; +/- c1 renewing frees c0");
}

TEST(OwnAccount, AForeignSecretThatMayBeTheWayInIsNotReclaimed) {
  PlanWorld world;
  world.input.own_accounts = {kKey.client_id};
  world.input.safety.reclaim_unused_for = span("7d");
  world.list("f1", span("60d"), span("5d"));
  world.listed("c1").expires_at = kNow + span("6d");
  EXPECT_THAT(why_blocked(world.plan()), HasSubstr("all 2 slots of the account are taken"));
  world.input.signed_in = {{kKey.client_id, Fingerprint("fp-c1")}};
  EXPECT_EQ(line_of(world.plan()), "- f1 overlap_over; +/- c1 renewing frees f1");
}

TEST(OwnAccount, OtherAccountsAreNotHeldUpByIt) {
  Own world("fp-c0");
  world.input.own_accounts = {ClientId("mdb_sa_id_other")};
  EXPECT_EQ(line_of(world.plan()), "- c0 overlap_over");
}

// An organization that lists keytide's own account with one secret.
PlanInput listing(Seconds left) {
  PlanInput input;
  input.now = kNow;
  input.host_now = kNow;
  input.own_accounts = {kKey.client_id};
  ObservedScope scope;
  scope.scope = kKey.scope;
  scope.accounts.push_back({kKey, "keytide", {{SecretId("k1"), kNow, kNow + left, {}, ""}}});
  input.scopes.push_back(std::move(scope));
  return input;
}

TEST(OwnAccount, ThatNoEntryRenewsIsWarnedOfAMonthBeforeItLocksKeytideOut) {
  EXPECT_THAT(warn_of_own_accounts(listing(span("31d"))), ::testing::IsEmpty());
  const auto warnings = warn_of_own_accounts(listing(span("30d")));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], ::testing::AllOf(HasSubstr(kKey.client_id.str()), HasSubstr("in 30d"),
                                            HasSubstr("no entry renews it")));
  EXPECT_THAT(make_plan(listing(span("2d"))).warnings, ::testing::SizeIs(1));
}

TEST(OwnAccount, ThatAnEntryRenewsIsNotWarnedOf) {
  PlanInput input = listing(span("2d"));
  input.desired.secrets = {billing_entry()};
  EXPECT_THAT(warn_of_own_accounts(input), ::testing::IsEmpty());
}

}  // namespace
}  // namespace keytide::test
