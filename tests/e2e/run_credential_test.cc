// What keytide signs in with is replaced by somebody else while the service runs.
#include <gmock/gmock.h>

#include "tests/e2e/service_run.h"

namespace keytide::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunCredential : public ServiceRun {
 protected:
  // The old secret of keytide's account is deleted, and its tokens are over; a new manifest gives
  // the service something to do.
  void end_the_old_one() {
    world_.delete_in_atlas(kKeytide, world_.secrets(kKeytide).front().id);
    world_.atlas.advance("80d");
    world_.three_entries("60d");
  }
};

TEST_F(RunCredential, ThatAPersonReplacedIsSignedInWithByItself) {
  auto service = start();
  wait_for_deliveries();
  world_.create_in_atlas(kKeytide, 8760);
  world_.folder.write("client_secret", world_.secrets(kKeytide).back().secret);
  end_the_old_one();
  wait_for_log("signing in with the new one");
  wait_until("all three are renewed", [&] { return world_.creates() >= 7; });
  EXPECT_THAT(log(),
              AllOf(HasSubstr("the credential was replaced"), Not(HasSubstr("beginning anew"))));
}

TEST_F(RunCredential, ThatIsPutBackIsFollowedToo) {
  auto service = start();
  wait_for_deliveries();
  const std::string first = world_.folder.read("client_secret");
  world_.create_in_atlas(kKeytide, 8760);
  world_.folder.write("client_secret", world_.secrets(kKeytide).back().secret);
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  EXPECT_EQ(count_in_log("signing in with the new one"), 1);
  world_.folder.write("client_secret", first);
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  EXPECT_EQ(count_in_log("signing in with the new one"), 2);
  EXPECT_THAT(log(), Not(HasSubstr("beginning anew")));
}

TEST_F(RunCredential, ThatDoesNotSignInKeepsAnotherConfigurationFromBeingBegunWith) {
  auto service = start();
  wait_for_deliveries();
  world_.folder.write("client_secret", "mdb_sa_sk_9999999999999999999999999999999999999999");
  replace_in_config("metrics: 127.0.0.1:0", "metrics: none");
  const RunResult reload = keytide({"reload"});
  EXPECT_EQ(reload.exit_code, 1);
  EXPECT_THAT(reload.errors, HasSubstr("the old one goes on"));
  EXPECT_THAT(log(), Not(HasSubstr("beginning anew")));
}

TEST_F(RunCredential, ThatDoesNotSignInIsToldOnceAndAGoodOneIsTakenByAReload) {
  auto service = start();
  wait_for_deliveries();
  world_.create_in_atlas(kKeytide, 8760);
  const std::string good = world_.secrets(kKeytide).back().secret;
  world_.folder.write("client_secret", "mdb_sa_sk_9999999999999999999999999999999999999999");
  end_the_old_one();
  wait_for_log("one that does not sign in");
  const RunResult reload = keytide({"reload"});
  EXPECT_EQ(reload.exit_code, 1);
  EXPECT_THAT(reload.errors, AllOf(HasSubstr(kKeytide), HasSubstr("the old one goes on"),
                                   HasSubstr("put a secret there that Atlas accepts")));
  EXPECT_EQ(count_in_log("one that does not sign in"), 1);
  world_.folder.write("client_secret", good);
  EXPECT_EQ(keytide({"reload"}).exit_code, 0);
  wait_until("all three are renewed", [&] { return world_.creates() >= 7; });
}

}  // namespace
}  // namespace keytide::testing
