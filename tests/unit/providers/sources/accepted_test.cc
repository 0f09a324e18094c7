#include "providers/sources/accepted.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/unit/providers/sources/temp_folder.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Accepted : public WithTempFolder {
 protected:
  Accepted() {
    write("db", "");
    write("m/a.yaml", manifest("one", '1'));
    write("m/deep/b.yml", manifest("two", '2'));
    write("m/chart.yaml", "kind: Chart\n");
  }

  std::vector<SourceConfig> sources() const { return {{at("m"), {}, {}, {}}}; }
  void keep() {
    LoadedManifests loaded = load_desired(sources());
    const auto kept = keep_accepted({at("db"), "lineage"}, accepted_of(sources(), loaded));
    EXPECT_TRUE(kept) << kept.error().text();
  }
  AcceptedManifests read() const { return read_accepted({at("db"), "lineage"}); }
  LoadedManifests load_accepted(const std::vector<SourceConfig>& sources) const {
    const AcceptedManifests accepted = read();
    LoadOptions options;
    options.read_path = reader_of(accepted);
    return load_desired(sources, options);
  }
  std::string bytes() const {
    std::ifstream in(at("db.manifests"), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  ino_t inode() const {
    struct stat about {};
    EXPECT_EQ(::stat(at("db.manifests").c_str(), &about), 0);
    return about.st_ino;
  }
};

TEST_F(Accepted, GivesBackWhatWasAcceptedWhateverBecameOfTheFolder) {
  const LoadedManifests before = load_desired(sources());
  keep();
  write("m/a.yaml", "keytide: 1\nsecrets: [\n");
  fs::remove(at("m/deep/b.yml"));
  const LoadedManifests accepted = load_accepted(sources());
  EXPECT_TRUE(accepted.is_good()) << render_validation(accepted);
  EXPECT_EQ(accepted.revision, before.revision);
  ASSERT_EQ(accepted.state.secrets.size(), 2U);
  EXPECT_EQ(accepted.state.secrets[1].address.str(), "two");
  EXPECT_EQ(accepted.state.secrets[1].place.file, at("m/deep/b.yml"));
}

TEST_F(Accepted, SaysWhichFileHeldWhichEntries) {
  keep();
  const AcceptedManifests accepted = read();
  EXPECT_EQ(accepted.revision, load_desired(sources()).revision);
  ASSERT_EQ(accepted.sources.size(), 1U);
  ASSERT_EQ(accepted.sources[0].files.size(), 2U) << "what is no manifest is left out";
  EXPECT_EQ(accepted.sources[0].files[1].name, "deep/b.yml");
  EXPECT_EQ(accepted.sources[0].files[1].entries, std::vector{Address("two")});
}

TEST_F(Accepted, KnowsASourceByItsPlaceHoweverItIsWritten) {
  keep();
  const fs::path relative = fs::relative(folder_);
  for (const std::string& path :
       {at("m/"), at("./m"), at("m/../m"), (relative / "m").string(), (relative / "m/").string()}) {
    EXPECT_NE(read().find({path, {}, {}, {}}), nullptr) << path;
  }
  EXPECT_EQ(read().find({at("other"), {}, {}, {}}), nullptr);
  EXPECT_EQ(read().find({at("m/deep"), {}, {}, {}}), nullptr);
}

TEST_F(Accepted, ReadsFromTheDiskWhatWasNeverAccepted) {
  keep();
  write("new/c.yaml", manifest("three", '3'));
  std::vector<SourceConfig> all = sources();
  all.push_back({at("new"), {}, {}, {}});
  EXPECT_EQ(load_accepted(all).state.secrets.size(), 3U);
  EXPECT_EQ(load_accepted({{at("new"), {}, {}, {}}}).state.secrets.size(), 1U)
      << "nothing comes of a source that is not configured any more";
}

TEST_F(Accepted, OfGitKeepsTheNamesWithoutTheCommitAndNoBytes) {
  SourceConfig source;
  source.git.emplace();
  source.git->url = "https://git.example.com:8443/secrets.git";
  source.git->path = "prod";
  LoadOptions options;
  options.read_git = [](const SourceConfig&, const SourceLimits&) -> SourceFiles {
    return {
        {{"https://git.example.com:8443/secrets.git@1a2b3c4:prod/a.yaml", manifest("one", '1')}},
        {}};
  };
  LoadedManifests loaded = load_desired({source}, options);
  const AcceptedManifests accepted = accepted_of({source}, loaded);
  ASSERT_EQ(accepted.sources[0].files.size(), 1U);
  EXPECT_EQ(accepted.sources[0].files[0], (AcceptedFile{"prod/a.yaml", {Address("one")}, ""}));
  ASSERT_TRUE(keep_accepted({at("db"), "lineage"}, accepted));
  EXPECT_EQ(read(), accepted);
}

TEST_F(Accepted, AreKeptInAFileOfTheOwnersAlone) {
  keep();
  struct stat about {};
  ASSERT_EQ(::stat(at("db.manifests").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
}

TEST_F(Accepted, AreWrittenOnlyWhereTheyDiffer) {
  keep();
  const ino_t first = inode();
  keep();
  EXPECT_EQ(inode(), first);
  write("m/a.yaml", manifest("one", '1') + "# more\n");
  keep();
  EXPECT_NE(inode(), first);
}

TEST_F(Accepted, AreNoneWhereAnyByteIsMissingOrAltered) {
  keep();
  const std::string whole = bytes();
  EXPECT_FALSE(read().sources.empty());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    write("db.manifests", whole.substr(0, i));
    EXPECT_TRUE(read().sources.empty()) << "cut at " << i;
    std::string altered = whole;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    write("db.manifests", altered);
    EXPECT_TRUE(read().sources.empty()) << "altered at " << i;
  }
  fs::remove(at("db.manifests"));
  EXPECT_TRUE(read().sources.empty());
}

TEST_F(Accepted, AreNotBelievedWhereOthersMayWriteThem) {
  keep();
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    ASSERT_EQ(::chmod(at("db.manifests").c_str(), mode), 0);
    EXPECT_TRUE(read().sources.empty()) << std::oct << mode;
  }
  keep();
  EXPECT_FALSE(read().sources.empty()) << "written anew";
  fs::rename(at("db.manifests"), at("elsewhere"));
  fs::create_symlink("elsewhere", at("db.manifests"));
  EXPECT_TRUE(read().sources.empty()) << "a link";
}

TEST_F(Accepted, OfAnotherStoreAreNone) {
  keep();
  EXPECT_TRUE(read_accepted({at("db"), "another lineage"}).sources.empty());
}

TEST_F(Accepted, SayWhereTheyCanNotBeKept) {
  LoadedManifests loaded = load_desired(sources());
  const auto kept = keep_accepted({at("none/db"), "lineage"}, accepted_of(sources(), loaded));
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().text(), HasSubstr(at("none")));
}

}  // namespace
}  // namespace keytide
