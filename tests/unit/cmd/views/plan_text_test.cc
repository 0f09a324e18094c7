#include "cmd/keytide/views/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cmd/views/sample.h"

namespace keytide {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string plain(const Plan& plan) { return render_plan(plan, {}); }

Change change_of(Action action, Reason reason, std::string why) {
  Change change;
  change.action = action;
  change.reason = reason;
  change.why = std::move(why);
  return change;
}

TEST(PlanText, AnEmptyPlanSaysThatTheSecretsMatch) {
  EXPECT_EQ(plain(Plan{}), "No changes. Your secrets match the configuration.\n");
}

TEST(PlanText, ARenewalShowsTheOldSecretAndWhatIsMadeAnew) {
  EXPECT_EQ(plain(sample::plan_of(sample::renewal())),
            R"(Actions are marked with these symbols:
+/- renew (the old secret lives on through its overlap)

keytide will perform these actions:

  # ci-deployer will be renewed (expires in 6d, renew_before 14d)
+/- secret "ci-deployer" {
        client_id  = "mdb_sa_id_cccccccccccccccccccccccc"
        org        = "32b6e34b3d91647abb20e7b8"
        owner      = "team-ci"
        lifetime   = "90d"
      ~ id         = "aaaaaaaaaaaaaaaaaaaaaaaa" -> (known after apply)
      ~ expires_at = 2026-11-29T12:00:00Z -> (known after apply)
      ~ secret     = mdb_sa_sk_...aaaa -> (sensitive value)
        deliver "file:/run/ci/atlas.env"  # env, mode 0640, group ci
        deliver "notify:systemctl reload ci"  # runs after the data sinks
        # the old secret mdb_sa_sk_...aaaa expires in 6d; it is deleted 1d after the switch
    }

Plan: 1 to add, 0 to change, 0 to destroy.
)");
}

TEST(PlanText, ACreateShowsWhatIsKnownAfterApplyOnly) {
  AccountPlan account = sample::account();
  account.record.reset();
  account.desired->deliver.pop_back();
  account.desired->owner.clear();
  account.changes = {
      change_of(Action::create, Reason::missing, "keytide has made no secret for it yet")};
  EXPECT_EQ(plain(sample::plan_of(account)), R"(Actions are marked with these symbols:
  + create

keytide will perform these actions:

  # ci-deployer will be created (keytide has made no secret for it yet)
  + secret "ci-deployer" {
      + client_id  = "mdb_sa_id_cccccccccccccccccccccccc"
      + org        = "32b6e34b3d91647abb20e7b8"
      + lifetime   = "90d"
      + id         = (known after apply)
      + expires_at = (known after apply)
      + secret     = (sensitive value)
      + deliver "file:/run/ci/atlas.env"  # env, mode 0640, group ci
    }

Plan: 1 to add, 0 to change, 0 to destroy.
)");
}

TEST(PlanText, AnAccountOfAProjectIsShownWithTheProject) {
  AccountPlan account = sample::account();
  account.key.scope = {Scope::Kind::project, "5f5f5f5f5f5f5f5f5f5f5f5f"};
  account.changes = {sample::renewal()};
  EXPECT_THAT(plain(sample::plan_of(account)),
              HasSubstr("        project    = \"5f5f5f5f5f5f5f5f5f5f5f5f\"\n"));
}

TEST(PlanText, ADestroyNamesTheSecretAndNotTheEntry) {
  AccountPlan account = sample::account();
  Change change = change_of(Action::destroy, Reason::overlap_over, "overlap of 24h is over");
  change.secret = sample::owned(Role::previous, 'b', sample::days(5));
  change.secret->last_used_at = sample::now() - sample::days(2);
  account.changes = {change};
  EXPECT_EQ(plain(sample::plan_of(account)), R"(Actions are marked with these symbols:
  - destroy

keytide will perform these actions:

  # ci-deployer: previous secret will be destroyed (overlap of 24h is over)
  - secret "ci-deployer" {
        client_id    = "mdb_sa_id_cccccccccccccccccccccccc"
        org          = "32b6e34b3d91647abb20e7b8"
        owner        = "team-ci"
      - id           = "bbbbbbbbbbbbbbbbbbbbbbbb"
      - secret       = mdb_sa_sk_...bbbb
      - expires_at   = 2026-11-28T12:00:00Z (in 5d)
      - last_used_at = 2026-11-21T12:00:00Z (2d ago)
    }

Plan: 0 to add, 0 to change, 1 to destroy.
)");
}

TEST(PlanText, AnUpdateShowsTheMoveAndEachSink) {
  AccountPlan account = sample::account();
  account.desired->owner.clear();
  Change change = change_of(Action::update, Reason::moved, "moved from ci");
  change.moved_from = Address("ci");
  change.sinks = {{SinkChange::Kind::deliver, SinkName("file:/run/ci/new.env"), "new sink"},
                  {SinkChange::Kind::adjust, SinkName("file:/run/ci/atlas.env"), "mode 0640"},
                  {SinkChange::Kind::dropped, SinkName("file:/old"), "its copy is left"}};
  account.changes = {change};
  EXPECT_EQ(plain(sample::plan_of(account)), R"(Actions are marked with these symbols:
  ~ update in-place

keytide will perform these actions:

  # ci-deployer will be updated in-place (moved from ci)
  ~ secret "ci-deployer" {
        client_id = "mdb_sa_id_cccccccccccccccccccccccc"
        org       = "32b6e34b3d91647abb20e7b8"
      ~ moved from "ci"
      + deliver "file:/run/ci/new.env"  # new sink
      ~ deliver "file:/run/ci/atlas.env"  # mode 0640
      - deliver "file:/old"  # its copy is left
    }

Plan: 0 to add, 1 to change, 0 to destroy.
)");
}

TEST(PlanText, AnEntryThatComesBackIsManagedAgain) {
  Change change = change_of(Action::update, Reason::moved, "managed again");
  change.moved_from = Address("ci-deployer");
  EXPECT_THAT(plain(sample::plan_of(change)), HasSubstr("      ~ managed = false -> true\n"));
}

TEST(PlanText, AForgottenEntryShowsWhatStaysAndIsNamedAfterTheSummary) {
  AccountPlan account = sample::account();
  account.desired.reset();
  account.changes = {change_of(Action::forget, Reason::removed, "no manifest names it")};
  const std::string text = plain(sample::plan_of(account));
  EXPECT_THAT(text, HasSubstr("  # ci-deployer will be forgotten (no manifest names it)\n"
                              "  . secret \"ci-deployer\" {\n"));
  EXPECT_THAT(text, HasSubstr("        # mdb_sa_sk_...aaaa (current) expires "
                              "2026-11-29T12:00:00Z (in 6d)\n"
                              "        # the copy in file:/run/ci/atlas.env is left\n"));
  EXPECT_THAT(text, HasSubstr("Plan: 0 to add, 0 to change, 0 to destroy.\n"
                              "To forget: ci-deployer.\n"));
}

TEST(PlanText, AnInterruptedChainIsFinishedAndNamedAfterTheSummary) {
  Change change = change_of(Action::finish, Reason::interrupted, "a renewal was interrupted");
  change.secret = sample::owned(Role::fresh, 'b', sample::days(89));
  const std::string text = plain(sample::plan_of(change));
  EXPECT_THAT(text, HasSubstr("  # ci-deployer will be finished (a renewal was interrupted)\n"
                              "  > secret \"ci-deployer\" {\n"));
  EXPECT_THAT(text, HasSubstr("mdb_sa_sk_...bbbb"));
  EXPECT_THAT(text, HasSubstr("Plan: 0 to add, 0 to change, 0 to destroy.\n"
                              "To finish: ci-deployer.\n"));
}

TEST(PlanText, AForeignSecretThatWouldBeCutIsShownWithEveryWayToConsent) {
  Change change = sample::renewal();
  change.cuts = {sample::cut()};
  const std::string text = plain(sample::plan_of(change));
  EXPECT_THAT(text,
              HasSubstr(
                  R"(      ! This shortens the life of a live secret that keytide did not make:
          mdb_sa_sk_...wxyz (ffffffffffffffffffffffff), last used 2026-11-20T12:00:00Z (3d ago)
            expires 2027-02-01T12:00:00Z (in 70d) -> cut to 7d
        Needs consent: answer "yes" to this plan, save it with -out and apply the file,
        or allow it with -allow-foreign-cut or `foreign: cut` in the manifest.
    }
)"));
  EXPECT_THAT(text, HasSubstr("\nNeeds consent: 1 change would shorten the life of a secret that "
                              "keytide did not make, see above.\n"));
}

TEST(PlanText, AForeignCutWithConsentAsksForNothing) {
  Change change = sample::renewal();
  change.cuts = {sample::cut()};
  change.cuts[0].last_used_at.reset();
  change.cuts_approved = true;
  const std::string text = plain(sample::plan_of(change));
  EXPECT_THAT(text, HasSubstr("(ffffffffffffffffffffffff), never used\n"));
  EXPECT_THAT(text, HasSubstr("        Approved: consent was given for this entry.\n"));
  EXPECT_THAT(text, Not(HasSubstr("Needs consent")));
}

TEST(PlanText, ARenewalThatFreesASlotNamesTheSecretThatGoesFirst) {
  AccountPlan account = sample::account();
  account.record->secrets.push_back(sample::owned(Role::previous, 'b', sample::days(1)));
  Change change = sample::renewal();
  change.frees = SecretId("bbbbbbbbbbbbbbbbbbbbbbbb");
  account.changes = {change};
  EXPECT_THAT(plain(sample::plan_of(account)),
              HasSubstr("        # mdb_sa_sk_...bbbb (bbbbbbbbbbbbbbbbbbbbbbbb) is deleted first: "
                        "it takes the slot that the new one needs\n"));
}

TEST(PlanText, AnOldSecretWithALongLifeIsCutByTheCreate) {
  Change change = sample::renewal();
  change.secret->expires_at = sample::now() + sample::days(60);
  EXPECT_THAT(plain(sample::plan_of(change)),
              HasSubstr("# the old secret mdb_sa_sk_...aaaa is cut to 7d by the create; it is "
                        "deleted 1d after the switch\n"));
}

TEST(PlanText, ABlockedEntryStandsApartWithItsWayOut) {
  AccountPlan account = sample::account();
  account.blocked = Blocked{"all 2 slots of the account are taken", "delete one of them in Atlas"};
  EXPECT_EQ(plain(sample::plan_of(account)), R"(These entries can't be served now:

  # ci-deployer is blocked
  ! all 2 slots of the account are taken
    way out: delete one of them in Atlas

Plan: 0 to add, 0 to change, 0 to destroy.
Blocked: 1 entry, see above.
)");
}

TEST(PlanText, WhatBlocksManyEntriesIsSaidOnce) {
  Plan plan;
  for (const char* address : {"billing", "ci-deployer", "backup"}) {
    AccountPlan account = sample::account();
    account.address = Address(address);
    account.blocked = Blocked{"org acme can't be read: invalid_client", "check atlas.credentials"};
    plan.accounts.push_back(std::move(account));
  }
  plan.accounts[2].blocked = Blocked{"all 2 slots of the account are taken", "delete one"};
  EXPECT_EQ(plain(plan), R"(These entries can't be served now:

  # billing, ci-deployer are blocked
  ! org acme can't be read: invalid_client
    way out: check atlas.credentials

  # backup is blocked
  ! all 2 slots of the account are taken
    way out: delete one

Plan: 0 to add, 0 to change, 0 to destroy.
Blocked: 3 entries, see above.
)");
}

TEST(PlanText, DriftIsShownBeforeTheChanges) {
  AccountPlan account = sample::account();
  account.drift = {"mdb_sa_sk_...aaaa (current) was deleted in Atlas"};
  EXPECT_EQ(plain(sample::plan_of(account)), R"(Note: Objects have changed outside of keytide

Atlas shows these differences from what keytide recorded:

  # ci-deployer has changed
  ~ mdb_sa_sk_...aaaa (current) was deleted in Atlas

The plan below already takes them into account; an apply records them.

No changes. Your secrets match the configuration.
)");
}

TEST(PlanText, ARefreshOnlyPlanWithDriftChangesNothingButTheState) {
  AccountPlan account = sample::account();
  account.drift = {"mdb_sa_sk_...aaaa (current) was deleted in Atlas"};
  const std::string text = render_plan(sample::plan_of(account), {{}, true});
  EXPECT_THAT(text, HasSubstr("This is a refresh-only plan"));
  EXPECT_THAT(text, HasSubstr("\nNothing but the state would change.\n"));
  EXPECT_THAT(text, Not(HasSubstr("No changes.")));
}

TEST(PlanText, NotesAndWarningsStandBeforeTheSummary) {
  AccountPlan account = sample::account();
  account.notes = {"suspended: nothing is renewed"};
  account.drop_record = true;
  Plan plan = sample::plan_of(account);
  plan.warnings = {"the clocks of Atlas and of this host are 2m apart"};
  EXPECT_EQ(plain(plan), R"(Notes:
  ci-deployer: suspended: nothing is renewed
  ci-deployer: no secret of it lives any more; an apply drops its record

Warning: the clocks of Atlas and of this host are 2m apart

No changes. Your secrets match the configuration.
)");
}

TEST(PlanText, ColorsChangeNothingButTheColors) {
  Change change = sample::renewal();
  change.cuts = {sample::cut()};
  const Plan plan = sample::plan_of(change);
  std::string text = render_plan(plan, {{true}, false});
  EXPECT_THAT(text, HasSubstr("\x1b[32m+/-\x1b[0m secret \"ci-deployer\" {"));
  EXPECT_THAT(text, HasSubstr("\x1b[1mPlan: 1 to add, 0 to change, 0 to destroy.\x1b[0m"));
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b', at)) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  EXPECT_EQ(text, plain(plan));
}

TEST(PlanText, ControlCharactersOfOthersDoNotReachTheTerminal) {
  AccountPlan account = sample::account();
  account.blocked = Blocked{"Atlas calls it \"\x1b[2Jx\xc2\x9b\"", "rename it"};
  EXPECT_THAT(plain(sample::plan_of(account)), HasSubstr("! Atlas calls it \"\\x1b[2Jx\\x9b\"\n"));
}

}  // namespace
}  // namespace keytide
