#include "providers/sources/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/providers/sources/temp_folder.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Load : public WithTempFolder {
 protected:
  LoadedManifests load() { return load_desired({{folder_.string(), {}, {}}}); }
  LoadedManifests load_cached() {
    LoadOptions options;
    options.cache_file = at("cache");
    return load_desired({{at("manifests"), {}, {}}}, options);
  }
};

TEST_F(Load, ReadsAFolderAndAllBelowItAndCountsWhatItSkips) {
  write("a.yaml", manifest("one", '1'));
  write("deep/er/b.yml", manifest("two", '2'));
  write("chart.yaml", "kind: Chart\n");
  write(".git/c.yaml", manifest("hidden", '3'));
  write("notes.txt", "keytide: 1\n");
  const LoadedManifests loaded = load();
  EXPECT_EQ(render_validation(loaded),
            "Success! 2 entries in 2 files (1 file skipped: no `keytide:` key).\n");
  ASSERT_EQ(loaded.state.secrets.size(), 2U);
  EXPECT_EQ(loaded.state.secrets[0].address.str(), "one");
  EXPECT_EQ(loaded.state.secrets[0].place.file, at("a.yaml"));
}

TEST_F(Load, SaysAllProblemsOfAllFiles) {
  write("a.yaml", manifest("one", '1'));
  write("b.yaml", "keytide: 1\nsecrets: [\n");
  write("c.yaml", manifest("one", '2') + "  two: {}\n");
  const LoadedManifests loaded = load();
  EXPECT_FALSE(loaded.is_good());
  const std::string text = render_validation(loaded);
  EXPECT_THAT(text, HasSubstr("b.yaml:3:1: YAML: end of sequence flow not found"));
  EXPECT_THAT(text, HasSubstr("c.yaml:3:3: the address \"one\" was given already at"));
  EXPECT_THAT(text, HasSubstr("c.yaml:5:3: two has no client_id"));
  EXPECT_THAT(text, HasSubstr("6 errors in 3 entries in 3 files.\n"));
}

TEST_F(Load, SaysThatASourceIsNotThere) {
  const LoadedManifests loaded = load_desired({{at("none"), {}, {}}});
  EXPECT_EQ(render_validation(loaded),
            "error: " + at("none") +
                ": can't be read: No such file or directory\n"
                "      = write the path of a file or folder that exists\n"
                "\n1 error in 0 entries in 0 files.\n");
  EXPECT_FALSE(loaded.is_good());
}

// A profile may stand in the file that could not be read: guessing would send people astray.
TEST_F(Load, DoesNotComplainOfProfilesWhileAFileCannotBeRead) {
  write("a.yaml",
        "keytide: 1\nsecrets:\n  a: {profile: vm, client_id: "
        "mdb_sa_id_1234567890abcdef12345678}\n");
  write("b.yaml", "keytide: 1\nprofiles: {vm: {\n");
  EXPECT_EQ(load().problems.size(), 1U);
}

TEST_F(Load, WarnsOfAFileThatWasNamedAndIsNoManifest) {
  write("a.yaml", "kind: Chart\n");
  const LoadedManifests loaded = load_desired({{at("a.yaml"), {}, {}}});
  EXPECT_TRUE(loaded.is_good());
  EXPECT_EQ(render_validation(loaded),
            "warning: " + at("a.yaml") +
                ": is not a manifest: it has no `keytide:` key\n"
                "      = begin it with keytide: 1\n"
                "\nSuccess! 0 entries in 0 files (1 file skipped: no `keytide:` key).\n");
}

TEST_F(Load, ChecksEachSourceAgainstItsOwnAllowList) {
  write("mine/a.yaml", manifest("one", '1'));
  write("theirs/b.yaml", manifest("two", '2'));
  AllowList none;
  none.file_roots = {"/etc"};
  const LoadedManifests loaded = load_desired({{at("mine"), {}, {}}, {at("theirs"), none, {}}});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].place.file, at("theirs/b.yaml"));
  EXPECT_THAT(loaded.problems[0].problem, HasSubstr("\"/run/two\" is outside of"));
}

TEST_F(Load, GivesTheSameWithAnyNumberOfThreads) {
  for (char c = '0'; c <= '9'; ++c)
    write(std::string("m/") + c + ".yaml", manifest(std::string("e") + c, c));
  write("m/bad.yaml", "keytide: 1\nsecrets: {a: {}}\n");
  LoadOptions one;
  one.parallelism = 1;
  LoadOptions many;
  many.parallelism = 8;
  const auto first = load_desired({{at("m"), {}, {}}}, one);
  const auto second = load_desired({{at("m"), {}, {}}}, many);
  EXPECT_EQ(first.entries, 11U);
  EXPECT_EQ(render_validation(first), render_validation(second));
  EXPECT_EQ(first.revision, second.revision);
}

TEST_F(Load, ChangesTheRevisionWithAnyByteOfAManifest) {
  write("a.yaml", manifest("one", '1'));
  write("other.yaml", "kind: Chart\n");
  const std::string before = load().revision;
  write("other.yaml", "kind: Other\n");
  EXPECT_EQ(load().revision, before);
  write("a.yaml", manifest("one", '1') + "# more\n");
  EXPECT_NE(load().revision, before);
}

TEST_F(Load, TakesUnchangedFilesFromTheCache) {
  write("manifests/a.yaml", manifest("one", '1'));
  write("manifests/b.yaml", manifest("two", '2'));
  EXPECT_EQ(load_cached().from_cache, 0U);
  EXPECT_EQ(load_cached().from_cache, 2U);
  write("manifests/b.yaml", manifest("three", '3'));
  const LoadedManifests loaded = load_cached();
  EXPECT_EQ(loaded.from_cache, 1U);
  ASSERT_EQ(loaded.state.secrets.size(), 2U);
  EXPECT_EQ(loaded.state.secrets[1].address.str(), "three");
  EXPECT_EQ(load_cached().from_cache, 2U);
}

TEST_F(Load, SaysWhatIsWrongInEveryRunThoughThereIsACache) {
  write("manifests/a.yaml", "keytide: 1\nsecrets: {a: {lifetime: 1h}}\n");
  const std::string first = render_validation(load_cached());
  EXPECT_THAT(first, HasSubstr("lifetime 1h is out of range"));
  EXPECT_EQ(render_validation(load_cached()), first);
}

TEST_F(Load, WarnsOfAFileThatAllMayReadInEveryRunThoughThereIsACache) {
  write("manifests/a.yaml",
        "keytide: 1\nsecrets:\n  a: {org: 32b6e34b3d91647abb20e7b8, lifetime: 90d,\n"
        "    client_id: mdb_sa_id_1234567890abcdef12345678,\n"
        "    deliver: [{file: {path: /run/a, mode: \"0644\"}}]}\n");
  const LoadedManifests first = load_cached();
  EXPECT_TRUE(first.is_good());
  EXPECT_EQ(render_validation(first),
            "warning: " + at("manifests/a.yaml") +
                ":5:43: every user of the host may open this file\n"
                "    5 |     deliver: [{file: {path: /run/a, mode: \"0644\"}}]}\n"
                "      |                                           ^\n"
                "      = end the mode in 0, such as \"0640\", and set group:\n"
                "\nSuccess! 1 entry in 1 file.\n");
  const LoadedManifests second = load_cached();
  EXPECT_EQ(second.from_cache, 1U);
  EXPECT_EQ(render_validation(second), render_validation(first));
}

TEST_F(Load, KeepsTheCacheToItsOwner) {
  write("manifests/a.yaml", manifest("one", '1'));
  (void)load_cached();
  struct stat about {};
  ASSERT_EQ(::stat(at("cache").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(Load, ReadsTheManifestsWhateverTheCacheHolds) {
  write("manifests/a.yaml", manifest("one", '1'));
  (void)load_cached();
  std::ifstream in(at("cache"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  for (std::size_t size = 0; size < good.size(); size += 7) {
    write("cache", good.substr(0, size));
    ASSERT_EQ(render_validation(load_cached()), "Success! 1 entry in 1 file.\n") << size;
  }
  std::string altered = good;
  altered[good.size() - 4] = 'X';
  write("cache", altered);
  EXPECT_EQ(load_cached().from_cache, 0U);
  EXPECT_EQ(load_cached().from_cache, 1U);
}

TEST_F(Load, DoesNotBelieveACacheThatOthersMayWrite) {
  write("manifests/a.yaml", manifest("one", '1'));
  (void)load_cached();
  fs::permissions(at("cache"), fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(load_cached().from_cache, 0U);
}

TEST_F(Load, GoesOnWithoutACacheThatCannotBeWritten) {
  write("manifests/a.yaml", manifest("one", '1'));
  LoadOptions options;
  options.cache_file = at("no/such/folder/cache");
  EXPECT_TRUE(load_desired({{at("manifests"), {}, {}}}, options).is_good());
}

}  // namespace
}  // namespace keytide
