// The service and a repository whose people are not trusted: signatures, and what the host allows.
#include <gmock/gmock.h>

#include "tests/e2e/git_run.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunSignedGit : public GitRun {
 protected:
  RunSignedGit() : ann_(make_key("ann")), bob_(make_key("bob")) {
    allow_signers({"ann"});
    configure(kInOut, "allowed_signers: " + at("signers"));
  }

  std::vector<std::string> ann_;
  std::vector<std::string> bob_;
};

TEST_F(RunSignedGit, BeginsNothingForCommitsOfNobodyAndOfStrangersWhileRenewalsGoOn) {
  const std::string good = push_entries(apps(0, 2), ann_);
  start();
  wait_until_served(0, 2);
  const std::string unsigned_one = push_entries(apps(0, 3));
  const RunResult nobody = reload();
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.errors, AllOf(HasSubstr("revision " + unsigned_one + " is rejected"),
                                   HasSubstr("bears no signature"), HasSubstr("git commit -S")));
  expect_renewals(2);

  push_entries(apps(0, 4), bob_);
  const RunResult stranger = reload();
  EXPECT_EQ(stranger.exit_code, 1);
  EXPECT_THAT(stranger.errors, HasSubstr("is signed with the key SHA256:"));
  EXPECT_THAT(log(), AllOf(HasSubstr("manifests rejected"), HasSubstr("applied=" + good)));
  EXPECT_THAT(page("/metrics"), AllOf(HasSubstr(metric("keytide_source_ready", 0)),
                                      HasSubstr(metric("keytide_source_entries", 2))));
  EXPECT_THAT(page("/readyz?verbose"),
              AllOf(HasSubstr("readyz check passed"), HasSubstr("is signed with the key")));
  kill_service();
  start();
  expect_renewals(2);
  const RunResult applied = keytide({"apply", "-auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.errors;
  EXPECT_THAT(applied.errors, HasSubstr("is signed with the key SHA256:"));
  EXPECT_TRUE(world_.secrets(account_of(2)).empty());

  push_entries(apps(0, 3), ann_);
  EXPECT_EQ(reload().exit_code, 0);
  wait_until_served(0, 3);
  EXPECT_TRUE(world_.secrets(account_of(3)).empty());
}

TEST_F(RunSignedGit, BeginsNothingAtAllWhereNoRevisionWasEverSigned) {
  push_entries(apps(0, 2));
  start();
  EXPECT_THAT(log(), HasSubstr("bears no signature"));
  EXPECT_THAT(page("/readyz"), HasSubstr("[-]sources failed"));
  EXPECT_EQ(keytide({"apply", "-auto-approve"}).exit_code, 1);
  EXPECT_EQ(world_.creates(), 0);
}

// Both slots of app-1 are taken by somebody else's secrets: it is wanted, and nothing of it is
// begun. Then the only signer is struck off the list, and the slots become free.
class RevokedSigner : public RunSignedGit {
 protected:
  void begin() {
    world_.create_in_atlas(account_of(1), 8000);
    world_.create_in_atlas(account_of(1), 8000);
    push_entries(apps(0, 2), ann_);
    start();
    wait_until_served(0, 1);
    wait_for_log("reason=Blocked");
    allow_signers({"bob"});
  }
  void expect_only_renewals() {
    const RunResult result = reload();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.errors, HasSubstr("does not name"));
    for (const SimSecret& one : world_.secrets(account_of(1))) {
      world_.delete_in_atlas(account_of(1), one.id);
    }
    expect_renewals(1);
    EXPECT_EQ(reload().exit_code, 1);
    expect_renewals(1);
    EXPECT_TRUE(world_.secrets(account_of(1)).empty()) << log();
    const RunResult applied = keytide({"apply", "-auto-approve"});
    EXPECT_THAT(applied.errors, HasSubstr("nothing new is begun"));
    EXPECT_TRUE(world_.secrets(account_of(1)).empty());
  }
};

TEST_F(RevokedSigner, LeavesRenewalsAloneAfterARestart) {
  begin();
  kill_service();
  start();
  expect_only_renewals();
}

TEST_F(RevokedSigner, LeavesRenewalsAloneInAServiceThatRuns) {
  begin();
  expect_only_renewals();
}

TEST_F(RunSignedGit, KeepsTwoFoldersOfOneRepositoryApart) {
  const std::string source = "  - {git: {url: " + url() +
                             ", ref: main, interval: 1d, path: FOLDER}, allow: {" + kInOut + "}}\n";
  std::string config = world_.folder.read("keytide.yaml");
  const auto begin = config.find("  - git:");
  std::string prod = source;
  prod.replace(prod.find("FOLDER"), 6, "prod, allowed_signers: " + at("signers"));
  std::string dev = source;
  dev.replace(dev.find("FOLDER"), 6, "dev");
  config.replace(begin, config.find("atlas:") - begin, prod + dev);
  world_.folder.write("keytide.yaml", config);
  push_entries(apps(2, 3));
  std::filesystem::rename(at("work/prod"), at("work/dev"));
  const std::string good = push_entries(apps(0, 2), ann_);
  start();
  wait_until_served(0, 3);
  const auto entries_of = [&](const std::string& folder, int count) {
    return fmt::format("keytide_source_entries{{source=\"{}@main:{}\"}} {}\n", url(), folder,
                       count);
  };
  EXPECT_THAT(page("/metrics"),
              AllOf(HasSubstr(entries_of("prod", 2)), HasSubstr(entries_of("dev", 1))));

  write("dev/more.yaml",
        fmt::format("keytide: 1\ndefaults: {{org: {}, lifetime: 90d}}\nsecrets:\n"
                    "  app-4: {{client_id: {}, deliver: [{{file: {{path: {}/out/app-4, "
                    "format: raw}}}}]}}\n",
                    kOrg, account_of(4), world_.folder.path()));
  push_entries(apps(0, 2) + apps(3, 4), bob_);
  const RunResult result = reload();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("@main:prod: revision"));
  EXPECT_THAT(result.output, AllOf(HasSubstr("@main:dev: revision"), HasSubstr(", 2 entries")));
  wait_until("what needs no signature is served", [&] { return is_served(4); });
  EXPECT_TRUE(world_.secrets(account_of(3)).empty());
  EXPECT_THAT(page("/metrics"),
              AllOf(HasSubstr(entries_of("prod", 2)), HasSubstr(entries_of("dev", 2))));
  EXPECT_THAT(log(), HasSubstr("applied=" + good));
}

class RunHostileGit : public GitRun {
 protected:
  void begin() {
    push_entries(apps(0, 2));
    start();
    wait_until_served(0, 2);
  }
  // The whole revision counts for nothing, for this reason.
  void expect_refused(const std::string& why, const std::string& way_out) {
    const RunResult result = reload();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.errors, HasSubstr(why));
    EXPECT_THAT(keytide({"validate"}).errors, AllOf(HasSubstr(why), HasSubstr(way_out)));
    EXPECT_EQ(keytide({"apply", "-auto-approve"}).exit_code, 1);
    EXPECT_TRUE(world_.secrets(account_of(2)).empty());
  }
  std::string third(const std::string& deliver) const {
    return fmt::format("  app-2: {{client_id: {}, deliver: [{}]}}\n", account_of(2), deliver);
  }
};

TEST_F(RunHostileGit, WritesNoFileOutsideOfItsRoots) {
  begin();
  for (const std::string& path :
       {at("stolen"), std::string("${HERE}/out/../../stolen"), std::string("${HERE}/outside"),
        std::string("${HERE}/keytide.yaml")}) {
    push_entries(apps(0, 2) + third("{file: {path: \"" + path + "\"}}"));
    expect_refused("is outside of what this source may write to", "allow.file_roots");
  }
  EXPECT_FALSE(std::filesystem::exists(at("stolen")));
  EXPECT_FALSE(world_.folder.exists("outside"));
  expect_renewals(2);
}

TEST_F(RunHostileGit, RunsNoProgramThatIsNotListed) {
  const std::string hook =
      "{file: {path: \"${HERE}/out/app-2\", format: raw}}, "
      "{notify: {command: [/usr/bin/touch, " +
      at("ran") + "]}}";
  begin();
  push_entries(apps(0, 2) + third(hook));
  expect_refused("notify sinks run programs, which a git source may not do unasked",
                 "allow.programs");
  kill_service();
  const std::string with_hooks = std::string(kInOut) + ", sinks: [file, notify], programs: ";
  configure(with_hooks + "[/bin/true]");
  start();
  EXPECT_THAT(log(), HasSubstr("manifests rejected"));
  expect_refused("/usr/bin/touch\" may not be run by this source", "allow.programs");
  EXPECT_FALSE(std::filesystem::exists(at("ran")));
  expect_renewals(2);
  kill_service();
  configure(with_hooks + "[/usr/bin/touch]");
  start();
  wait_until_served(0, 3);
  wait_until("the program ran", [&] { return std::filesystem::exists(at("ran")); });
}

TEST_F(RunHostileGit, FollowsNoLinkOutOfTheRepository) {
  folder_.write("outside.yaml", manifest("outside", '9'));
  begin();
  std::filesystem::create_symlink(at("outside.yaml"), at("work/prod/evil.yaml"));
  push_entries(apps(0, 3));
  expect_refused("is a link, which is not followed in git", "put the file itself there");
  expect_renewals(2);
  EXPECT_THAT(keytide({"status"}).output, Not(HasSubstr("outside")));
}

TEST_F(RunHostileGit, ShowsNoSecretThatSomebodyPutIntoTheRepository) {
  begin();
  push_entries(apps(0, 2) + "  app-2: {client_id: " + account_of(2) +
               ", client_secret: mdb_sa_sk_9999999999999999999999999999999999999999}\n");
  const RunResult result = reload();
  EXPECT_EQ(result.exit_code, 1);
  const std::string said = result.errors + log() + page("/readyz?verbose") + page("/metrics") +
                           keytide({"validate"}).errors + keytide({"plan"}).errors;
  EXPECT_THAT(said, Not(HasSubstr("mdb_sa_sk_9999")));
}

}  // namespace
}  // namespace keytide::testing
