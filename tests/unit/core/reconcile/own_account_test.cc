// The account that keytide itself signs in with: proven by a call, then signed in with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/house.h"

namespace keytide::test {
namespace {

using ::testing::HasSubstr;

const SinkName kSink("a");

struct Own : House {
  Own() { own_accounts = {kKey.client_id}; }
  bool signs_in_with(const char* id) {
    return atlas.signs_in[kKey.client_id] ==
           fingerprint_of(atlas.values.at(SecretId(id)), store.identity().fingerprint_key);
  }
  std::ptrdiff_t line(const std::string& text) const {
    const auto& lines = journal.lines;
    return std::find(lines.begin(), lines.end(), text) - lines.begin();
  }
};

TEST(OwnAccount, IsProvenByACallAndSignedInWithAfterTheSwitch) {
  Own house;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_EQ(house.atlas.own_proofs, 1);
  EXPECT_TRUE(house.signs_in_with("s1"));
  EXPECT_LT(house.line("W switched"), house.line("sign in anew"));
}

TEST(OwnAccount, AnotherAccountIsProvenBySigningInAlone) {
  House house;
  house.apply();
  EXPECT_EQ(house.atlas.own_proofs, 0);
  EXPECT_TRUE(house.atlas.signs_in.empty());
}

TEST(OwnAccount, OneThatIsNotProvenIsNeitherDeliveredNorSignedInWith) {
  Own house;
  house.apply();
  house.clock.advance(span("80d"));
  house.atlas.verdicts.assign(100, Verification::Verdict::refused);
  EXPECT_THAT(house.apply().errors, HasSubstr("could not be proven to work"));
  EXPECT_TRUE(house.signs_in_with("s1"));
  EXPECT_EQ(house.disk.files[kSink].id.str(), "s1");
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s2")));
}

TEST(OwnAccount, AFinishedChainIsSignedInWithToo) {
  Own house;
  house.has_escrow = true;
  house.apply();
  house.clock.advance(span("80d"));
  house.disk.files[kSink].failing_writes = 9;
  house.apply();
  EXPECT_TRUE(house.signs_in_with("s1"));
  house.disk.files[kSink].failing_writes = 0;
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_TRUE(house.signs_in_with("s2"));
}

TEST(OwnAccount, AChainThatNeededNoValueTakesItFromTheFile) {
  Own house;
  house.apply();
  house.clock.advance(span("80d"));
  house.store.failing = {"switched"};
  house.apply();
  house.store.failing.clear();
  EXPECT_TRUE(house.signs_in_with("s1"));
  EXPECT_EQ(house.apply().errors, "");
  EXPECT_TRUE(house.signs_in_with("s2"));
}

TEST(OwnAccount, WhereTheValueIsNotAtHandItSaysThatTheOldOneIsUsed) {
  Own house;
  house.apply();
  house.clock.advance(span("80d"));
  house.store.failing = {"switched"};
  house.apply();
  house.store.failing.clear();
  house.disk.files[kSink].readable = false;
  EXPECT_THAT(house.apply().warnings,
              HasSubstr("keytide signs in with its old secret until it is started again"));
  EXPECT_TRUE(house.signs_in_with("s1"));
}

TEST(OwnAccount, TheOldSecretIsDeletedByARunThatSignedInWithTheNewOne) {
  Own house;
  house.apply();
  house.clock.advance(span("80d"));
  house.apply();
  const auto signed_in = house.atlas.signs_in;
  house.clock.advance(span("2d"));
  house.atlas.signs_in.clear();
  EXPECT_EQ(house.apply().plan, "");
  EXPECT_TRUE(house.atlas.is_alive(SecretId("s1")));
  house.atlas.signs_in = signed_in;
  EXPECT_EQ(house.apply().plan, "- s1 overlap_over");
  EXPECT_FALSE(house.atlas.is_alive(SecretId("s1")));
}

}  // namespace
}  // namespace keytide::test
