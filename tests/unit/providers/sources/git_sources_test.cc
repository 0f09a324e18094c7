#include "providers/sources/git_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/sources/load.h"
#include "tests/unit/providers/sources/git_world.h"

namespace keytide {
namespace {

using testing::HasSubstr;

class GitAtOnce : public GitWorld {
 protected:
  // What a command does that runs once.
  LoadedManifests load(const GitConfig& config) {
    const SourceConfig source{"", {}, {"keytide.yaml", 3, 16}, config};
    GitSources all({source}, at("cache"), host_);
    all.fetch();
    LoadOptions options;
    options.read_git = [&](const SourceConfig& one, const SourceLimits& limits) {
      return all.read(one, limits);
    };
    LoadedManifests loaded = load_desired({source}, options);
    if (loaded.is_good()) {
      EXPECT_EQ(render(all.accept()), "");
    }
    return loaded;
  }
  LoadedManifests load() { return load(config()); }
};

TEST_F(GitAtOnce, ReadsTheNewestCommitAndGoesOnWithTheLastGoodOneWithoutANetwork) {
  write("a.yaml", manifest("one", '1'));
  const std::string good = commit();
  EXPECT_EQ(render_validation(load()), "Success! 1 entry in 1 file.\n");
  write("a.yaml", "keytide: 1\nsecrets: [\n");
  commit();
  EXPECT_FALSE(load().is_good()) << "what is there counts, and it is wrong";
  server_->stop();
  const LoadedManifests loaded = load();
  EXPECT_TRUE(loaded.is_good());
  EXPECT_EQ(loaded.entries, 1U);
  EXPECT_THAT(render(loaded.problems),
              HasSubstr("warning: keytide.yaml:3:16: the source can't be fetched: "));
  EXPECT_THAT(render(loaded.problems), HasSubstr("the revision " + good.substr(0, 12) +
                                                 " goes on, the last that was found good"));
}

TEST_F(GitAtOnce, IsAnErrorWhereNothingWasGoodBefore) {
  write("a.yaml", manifest("one", '1'));
  commit();
  server_->stop();
  const LoadedManifests loaded = load();
  EXPECT_FALSE(loaded.is_good());
  EXPECT_THAT(render(loaded.problems), HasSubstr("so there is none to go on with"));
}

TEST_F(GitAtOnce, GoesOnWithTheLastGoodOneWhileTheNewestIsNotSigned) {
  const auto ann = make_key("ann");
  allow_signers({"ann"});
  write("a.yaml", manifest("one", '1'));
  commit(ann);
  EXPECT_EQ(render(load(signed_config()).problems), "");
  write("a.yaml", manifest("one", '1') + manifest("two", '2').substr(20));
  const std::string bad = commit();
  const LoadedManifests loaded = load(signed_config());
  EXPECT_EQ(loaded.entries, 1U);
  EXPECT_THAT(render(loaded.problems),
              HasSubstr("the commit " + bad.substr(0, 12) + " bears no signature of an ssh key"));
}

TEST_F(GitAtOnce, WarnsOfABranchThatWasSetBack) {
  write("a.yaml", manifest("one", '1'));
  const std::string first = commit();
  write("a.yaml", manifest("two", '2'));
  const std::string second = commit();
  load();
  push(first);
  const LoadedManifests loaded = load();
  EXPECT_TRUE(loaded.is_good());
  EXPECT_EQ(loaded.state.secrets.at(0).address.str(), "one");
  EXPECT_THAT(render(loaded.problems),
              HasSubstr("the branch was set back or rewritten: " + first.substr(0, 12) +
                        " does not build upon " + second.substr(0, 12)));
  EXPECT_EQ(render(load().problems), "") << "it is told once";
}

}  // namespace
}  // namespace keytide
