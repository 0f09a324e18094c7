#include "providers/sources/git_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/sources/git_repository.h"
#include "providers/sources/load.h"
#include "tests/unit/providers/sources/git_world.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Git : public GitWorld {
 protected:
  // Of a fetch that has to fail.
  static Error error_of(GitSource& source) {
    auto revision = source.fetch();
    EXPECT_FALSE(revision.has_value()) << "the fetch succeeded";
    return revision ? Error{ErrorKind::corrupt, "", {}} : revision.error();
  }

  static std::string applied_of(const GitSource& source) {
    const auto applied = source.applied();
    EXPECT_TRUE(applied.has_value());
    return applied && *applied ? (*applied)->commit : "";
  }
};

TEST_F(Git, FetchesAndReadsWhatABranchShows) {
  write("a.yaml", manifest("one", '1'));
  write("deep/er/b.yml", manifest("two", '2'));
  write("notes.txt", "keytide: 1\n");
  write(".hidden/c.yaml", manifest("three", '3'));
  const std::string id = commit();
  GitSource ours = source();
  const auto revision = ours.fetch();
  ASSERT_TRUE(revision.has_value()) << revision.error().text();
  EXPECT_EQ(revision->commit, id);
  EXPECT_EQ(format_instant(revision->committed_at), "2026-11-23T20:47:46Z");
  EXPECT_EQ(revision->signer, "");
  EXPECT_FALSE(revision->is_rewound);
  EXPECT_EQ(ours.attempted(), id);
  const SourceFiles found = ours.read(id);
  EXPECT_EQ(render(found.problems), "");
  ASSERT_EQ(found.files.size(), 2U);
  EXPECT_EQ(found.files[0].path, url() + "@" + id.substr(0, 7) + ":a.yaml");
  EXPECT_EQ(found.files[0].bytes, manifest("one", '1'));
  EXPECT_EQ(found.files[1].path, url() + "@" + id.substr(0, 7) + ":deep/er/b.yml");
}

TEST_F(Git, FollowsEntriesThatComeChangeAndGo) {
  write("a.yaml", manifest("one", '1'));
  write("b.yaml", manifest("two", '2'));
  commit();
  GitSource ours = source();
  EXPECT_THAT(names_of(ours.read(ours.fetch()->commit)), ElementsAre("a.yaml", "b.yaml"));
  write("c.yaml", manifest("three", '3'));
  write("a.yaml", manifest("one", '4'));
  commit();
  SourceFiles found = ours.read(ours.fetch()->commit);
  EXPECT_THAT(names_of(found), ElementsAre("a.yaml", "b.yaml", "c.yaml"));
  EXPECT_EQ(found.files[0].bytes, manifest("one", '4'));
  std::filesystem::remove(at("work/b.yaml"));
  commit();
  EXPECT_THAT(names_of(ours.read(ours.fetch()->commit)), ElementsAre("a.yaml", "c.yaml"));
}

TEST_F(Git, GoesOnWithTheAcceptedRevisionAfterARestartWithoutANetwork) {
  write("a.yaml", manifest("one", '1'));
  const std::string good = commit();
  {
    GitSource ours = source();
    ASSERT_TRUE(ours.fetch().has_value());
    EXPECT_EQ(applied_of(ours), "") << "fetched, and not accepted yet";
    ASSERT_TRUE(ours.accept(good).has_value());
  }
  write("a.yaml", "keytide: 1\nsecrets: [\n");
  commit();
  ASSERT_TRUE(source().fetch().has_value());
  server_->stop();
  GitSource ours = source();
  const Error error = error_of(ours);
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_THAT(error.text(), HasSubstr(url()));
  EXPECT_EQ(ours.attempted(), "");
  EXPECT_EQ(applied_of(ours), good);
  EXPECT_EQ(ours.read(good).files.at(0).bytes, manifest("one", '1'));
}

TEST_F(Git, TellsABranchThatWasSetBackAndFetchesItAllTheSame) {
  write("a.yaml", manifest("one", '1'));
  const std::string first = commit();
  write("a.yaml", manifest("one", '2'));
  const std::string second = commit();
  GitSource ours = source();
  ASSERT_TRUE(ours.fetch().has_value());
  ASSERT_TRUE(ours.accept(second).has_value());
  EXPECT_FALSE(ours.fetch()->is_rewound) << "nothing has changed";
  push(first);
  const auto back = ours.fetch();
  ASSERT_TRUE(back.has_value()) << back.error().text();
  EXPECT_EQ(back->commit, first);
  EXPECT_TRUE(back->is_rewound);
  git({"checkout", "--quiet", "--orphan", "other"});
  commit();
  const auto rewritten = ours.fetch();
  ASSERT_TRUE(rewritten.has_value()) << rewritten.error().text();
  EXPECT_TRUE(rewritten->is_rewound);
}

TEST_F(Git, SaysThatABranchIsMissingOrTheRepositoryEmpty) {
  git({"--git-dir=" + at("theirs.git"), "update-server-info"});
  GitSource empty = source();
  EXPECT_THAT(error_of(empty).text(), HasSubstr("the repository has no such branch, or is empty"));
  write("a.yaml", manifest("one", '1'));
  commit();
  GitConfig wrong = config();
  wrong.ref = "prod";
  GitSource ours = source(wrong);
  const Error error = error_of(ours);
  EXPECT_EQ(error.kind, ErrorKind::not_found);
  EXPECT_EQ(error.text(),
            "the repository has no such branch, or is empty (couldn't find remote ref "
            "refs/heads/prod): write a branch that exists as `ref`, or a whole name such as "
            "refs/tags/v1 (source " +
                url() + ")");
}

TEST_F(Git, SaysThatARepositoryIsNotThereOrAsksForAPassword) {
  GitConfig wrong = config();
  wrong.url += "2";
  GitSource none = source(wrong);
  EXPECT_THAT(error_of(none).text(), HasSubstr("there is no such repository"));
  asks_for_password_ = true;
  GitSource ours = source();
  const Error error = error_of(ours);
  EXPECT_EQ(error.kind, ErrorKind::denied);
  EXPECT_THAT(error.text(), HasSubstr(".netrc of the user that runs keytide"));
}

TEST_F(Git, TakesTheRepositorysHeadATagAndAFolderOrAFileOfIt) {
  write("prod/a.yaml", manifest("one", '1'));
  write("test/b.yaml", manifest("two", '2'));
  const std::string id = commit();
  git({"tag", "-a", "-m", "one", "v1"});
  git({"push", "--quiet", at("theirs.git"), "v1"});
  git({"--git-dir=" + at("theirs.git"), "update-server-info"});
  GitConfig other = config();
  other.ref = "";
  other.path = "prod";
  GitSource head = source(other);
  EXPECT_THAT(names_of(head.read(head.fetch()->commit)), ElementsAre("prod/a.yaml"));
  other.ref = "refs/tags/v1";
  other.path = "test/b.yaml";
  GitSource tag = source(other);
  const auto revision = tag.fetch();
  ASSERT_TRUE(revision.has_value()) << revision.error().text();
  EXPECT_EQ(revision->commit, id) << "the commit, not the tag";
  const SourceFiles found = tag.read(id);
  EXPECT_THAT(names_of(found), ElementsAre("test/b.yaml"));
  EXPECT_TRUE(found.files[0].was_named);
  other.path = "none";
  GitSource nowhere = source(other);
  EXPECT_THAT(render(nowhere.read(nowhere.fetch()->commit).problems),
              HasSubstr(":none: is not there in this commit"));
}

TEST_F(Git, KeepsTwoSourcesOfOneRepositoryApart) {
  write("a/a.yaml", manifest("one", '1'));
  write("b/b.yaml", manifest("two", '2'));
  const std::string first = commit();
  GitConfig a = config();
  a.path = "a";
  GitConfig b = config();
  b.path = "b";
  GitSource one = source(a);
  GitSource two = source(b);
  EXPECT_NE(one.repository(), two.repository());
  ASSERT_TRUE(one.fetch() && one.accept(first));
  ASSERT_TRUE(two.fetch().has_value());
  EXPECT_EQ(applied_of(one), first);
  EXPECT_EQ(applied_of(two), "");
  EXPECT_THAT(names_of(two.read(first)), ElementsAre("b/b.yaml"));
}

TEST_F(Git, LoadsEntriesOfRepositoriesBesideThoseOfFolders) {
  write("a.yaml", manifest("one", '1'));
  commit();
  std::filesystem::create_directory(at("mine"));
  folder_.write("mine/b.yaml", manifest("two", '2'));
  GitSource ours = source();
  const std::string id = ours.fetch()->commit;
  SourceConfig far{"", {}, {}, config()};
  far.allow.file_roots = {"/run"};
  LoadOptions options;
  options.cache_file = at("decoded");
  options.read_git = [&](const SourceConfig& one, const SourceLimits& limits) {
    EXPECT_EQ(one.git->url, url());
    return ours.read(id, limits);
  };
  const std::vector<SourceConfig> sources{far, {at("mine"), {}, {}}};
  const LoadedManifests loaded = load_desired(sources, options);
  EXPECT_EQ(render_validation(loaded), "Success! 2 entries in 2 files.\n");
  EXPECT_EQ(loaded.state.secrets.at(0).place.file, url() + "@" + id.substr(0, 7) + ":a.yaml");
  EXPECT_EQ(load_desired(sources, options).from_cache, 2U);
  far.allow.file_roots = {"/etc"};
  EXPECT_THAT(render(load_desired({far}, options).problems),
              HasSubstr(":a.yaml:4:30: one: the path \"/run/one\" is outside of"));
}

TEST_F(Git, IsAnErrorWhereNobodyHasFetchedIt) {
  const LoadedManifests loaded = load_desired({{"", {}, {}, config()}});
  EXPECT_FALSE(loaded.is_good());
  EXPECT_THAT(render(loaded.problems), HasSubstr(url() + "@main can't be read here"));
}

TEST_F(Git, SaysThatAnotherKeytideIsFetching) {
  write("a.yaml", manifest("one", '1'));
  const std::string id = commit();
  GitSource ours = source();
  ASSERT_TRUE(ours.fetch().has_value());
  {
    const auto lock = lock_repository(ours.repository());
    ASSERT_TRUE(lock.has_value());
    EXPECT_EQ(error_of(ours).kind, ErrorKind::conflict);
    EXPECT_TRUE(ours.accept(id).has_value());
  }
  EXPECT_TRUE(ours.fetch().has_value());
}

TEST_F(Git, SaysThatGitIsMissing) {
  GitSource ours(config(), at("cache"), {{"PATH", at("nothing")}});
  const Error error = error_of(ours);
  EXPECT_EQ(error.kind, ErrorKind::not_found);
  EXPECT_THAT(error.text(), HasSubstr("there is no program \"git\" in PATH"));
  EXPECT_THAT(error.text(), HasSubstr("the Debian package is git"));
}

}  // namespace
}  // namespace keytide
