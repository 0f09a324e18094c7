// Signed commits: real keys, real signatures, and what a person is told of wrong ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/providers/sources/git_world.h"

namespace keytide {
namespace {

using testing::HasSubstr;

class SignedGit : public GitWorld {
 protected:
  SignedGit() : ann_(make_key("ann")), bob_(make_key("bob")) { allow_signers({"ann"}); }

  std::string commit_as(const std::vector<std::string>& who, char last) {
    write("a.yaml", manifest("one", last));
    return commit(who);
  }

  // Of a fetch that has to fail; the commit is named, and nothing of it is kept as good.
  Error error_of(const std::string& commit, const GitConfig& config) {
    GitSource ours = source(config);
    auto revision = ours.fetch();
    EXPECT_EQ(ours.attempted(), commit);
    if (revision) {
      ADD_FAILURE() << "signed by " << revision->signer;
      return {ErrorKind::corrupt, "", {}};
    }
    EXPECT_THAT(revision.error().text(), HasSubstr(commit.substr(0, 12)));
    return revision.error();
  }

  std::vector<std::string> ann_;
  std::vector<std::string> bob_;
};

TEST_F(SignedGit, TakesACommitOfAnAllowedSignerAndNamesThem) {
  const std::string id = commit_as(ann_, '1');
  GitSource ours = source(signed_config());
  const auto revision = ours.fetch();
  ASSERT_TRUE(revision.has_value()) << revision.error().text();
  EXPECT_EQ(revision->commit, id);
  EXPECT_EQ(revision->signer, "ann@example.com");
  ASSERT_TRUE(ours.accept(id).has_value());
  const auto applied = source(signed_config()).applied();
  EXPECT_EQ((*applied)->signer, "ann@example.com");
  EXPECT_EQ((*applied)->not_signed, "");
}

TEST_F(SignedGit, RefusesACommitWithoutASignatureWhileTheAppliedOneGoesOn) {
  const std::string good = commit_as(ann_, '1');
  GitSource ours = source(signed_config());
  ASSERT_TRUE(ours.fetch() && ours.accept(good));
  const std::string bad = commit_as({}, '2');
  const Error error = error_of(bad, signed_config());
  EXPECT_EQ(error.kind, ErrorKind::denied);
  EXPECT_EQ(
      error.text(),
      "the commit " + bad.substr(0, 12) +
          " bears no signature of an ssh key: sign it with a key of that file (git commit -S, with "
          "gpg.format=ssh), or add the signer to allowed_signers (source " +
          url() + ")");
  EXPECT_EQ((*ours.applied())->commit, good);
  EXPECT_EQ(ours.read(good).files.at(0).bytes, manifest("one", '1'));
}

TEST_F(SignedGit, RefusesACommitOfSomebodyElseAndNamesTheirKey) {
  const Error error = error_of(commit_as(bob_, '1'), signed_config());
  EXPECT_EQ(error.kind, ErrorKind::denied);
  EXPECT_THAT(error.text(), HasSubstr("is signed with the key SHA256:"));
  EXPECT_THAT(error.text(), HasSubstr("which " + at("signers") + " does not name"));
}

TEST_F(SignedGit, RefusesACommitThatWasAlteredAfterItWasSigned) {
  const std::string id = commit_as(ann_, '1');
  std::string text = git({"cat-file", "commit", id});
  text.replace(text.find("a change"), 8, "a chance");
  folder_.write("altered", text + "\n");
  const std::string altered = git({"hash-object", "-t", "commit", "-w", at("altered")});
  push(altered);
  EXPECT_THAT(error_of(altered, signed_config()).text(),
              HasSubstr("has a signature that is wrong"));
}

TEST_F(SignedGit, RefusesASignatureThatOnlyAnotherProgramCouldCheck) {
  write_program("gpg",
                "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
                "echo '-----BEGIN PGP SIGNATURE-----'\necho '-----END PGP SIGNATURE-----'\n");
  const std::string id =
      commit_as({"-c", "gpg.program=" + at("gpg"), "-c", "commit.gpgsign=true"}, '1');
  EXPECT_THAT(error_of(id, signed_config()).text(), HasSubstr("bears no signature of an ssh key"));
}

TEST_F(SignedGit, RefusesAnySignatureWhereNobodyIsNamed) {
  folder_.write("signers", "");
  EXPECT_EQ(error_of(commit_as(ann_, '1'), signed_config()).kind, ErrorKind::denied);
}

TEST_F(SignedGit, TakesNothingOnTrustWhenTheSignersCannotBeRead) {
  GitConfig config = signed_config();
  config.allowed_signers = at("none");
  const std::string id = commit_as(ann_, '1');
  GitSource ours = source(config);
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_THAT(revision.error().text(),
              HasSubstr("allowed_signers can't be read, so no commit counts: "));
  EXPECT_THAT(revision.error().text(), HasSubstr(at("none")));
}

TEST_F(SignedGit, SaysThatSshKeygenIsMissing) {
  commit_as(ann_, '1');
  std::filesystem::create_directory(at("bin"));
  std::filesystem::create_symlink("/usr/bin/git", at("bin/git"));
  host_["PATH"] = at("bin");
  GitSource ours = source(signed_config());
  const auto revision = ours.fetch();
  ASSERT_FALSE(revision.has_value());
  EXPECT_THAT(revision.error().text(), HasSubstr("no program \"ssh-keygen\""));
  EXPECT_THAT(revision.error().text(), HasSubstr("the Debian package is openssh-client"));
}

TEST_F(SignedGit, TellsAnAppliedRevisionThatTheSignersOfTodayDoNotVouchFor) {
  const std::string id = commit_as(ann_, '1');
  GitSource ours = source(signed_config());
  ASSERT_TRUE(ours.fetch() && ours.accept(id));
  allow_signers({"bob"});
  const auto applied = source(signed_config()).applied();
  ASSERT_TRUE(applied && *applied);
  EXPECT_EQ((*applied)->commit, id);
  EXPECT_EQ((*applied)->signer, "");
  EXPECT_THAT((*applied)->not_signed, HasSubstr("does not name"));
}

}  // namespace
}  // namespace keytide
