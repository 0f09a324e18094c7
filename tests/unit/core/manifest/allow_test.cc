#include "core/manifest/allow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/core/manifest/manifest_fixture.h"

namespace keytide {
namespace {

using testing::HasSubstr;

std::string said_of(const std::string& path, const AllowList& allow) {
  const std::string text =
      "keytide: 1\nsecrets:\n  a:\n    org: 32b6e34b3d91647abb20e7b8\n"
      "    client_id: mdb_sa_id_1234567890abcdef12345678\n    lifetime: 90d\n    deliver:\n"
      "      - file: {path: \"" +
      path +
      "\"}\n"
      "      - notify: {command: [systemctl, reload, a]}\n"
      "      - {name: second, notify: {command: [/usr/bin/true]}}\n";
  return render(merge_texts({{"a.yaml", text}}, &allow).problems);
}

TEST(Allow, LetsEverythingPassWhereNothingIsSaid) { EXPECT_EQ(said_of("/etc/a", {}), ""); }

TEST(Allow, LetsPassWhatIsListed) {
  AllowList allow;
  allow.orgs = {"32b6e34b3d91647abb20e7b8"};
  allow.file_roots = {"/run", "/etc/"};
  allow.sinks = {"file", "notify"};
  EXPECT_EQ(said_of("/etc/a/b", allow), "");
}

TEST(Allow, LetsAGitSourceRunProgramsOnlyWhereItsSinksAreListed) {
  AllowList allow;
  allow.is_remote = true;
  EXPECT_EQ(
      said_of("/etc/a", allow),
      "error: a.yaml:9:9: a: notify sinks run programs, which a git source may not do unasked\n"
      "    9 |       - notify: {command: [systemctl, reload, a]}\n"
      "      |         ^\n"
      "      = list notify in the source's allow.sinks, and the programs in allow.programs\n"
      "error: a.yaml:10:9: a: notify sinks run programs, which a git source may not do "
      "unasked\n"
      "   10 |       - {name: second, notify: {command: [/usr/bin/true]}}\n"
      "      |         ^\n"
      "      = list notify in the source's allow.sinks, and the programs in allow.programs\n");
  allow.sinks = {"file", "notify"};
  EXPECT_EQ(said_of("/etc/a", allow), "");
}

TEST(Allow, RefusesAnOrganizationThatIsNotListed) {
  AllowList allow;
  allow.orgs = std::vector<std::string>{};
  EXPECT_EQ(
      said_of("/etc/a", allow),
      "error: a.yaml:4:10: a: org 32b6e34b3d91647abb20e7b8 may not be managed by this source\n"
      "    4 |     org: 32b6e34b3d91647abb20e7b8\n"
      "      |          ^\n"
      "      = add its id to the source's allow.orgs\n");
}

TEST(Allow, RefusesPathsOutsideOfTheRoots) {
  AllowList allow;
  allow.file_roots = {"/etc/keys", "/run"};
  EXPECT_EQ(said_of("/etc/keys/a", allow), "");
  EXPECT_EQ(said_of("/etc//keys/./a", allow), "");
  EXPECT_EQ(said_of("/etc/keystore/a", allow),
            "error: a.yaml:8:9: a: the path \"/etc/keystore/a\" is outside of what this source may "
            "write to (/etc/keys, /run)\n"
            "    8 |       - file: {path: \"/etc/keystore/a\"}\n"
            "      |         ^\n"
            "      = move the file, or add its folder to the source's allow.file_roots\n");
  EXPECT_THAT(said_of("/runaway", allow), HasSubstr("is outside of"));
  EXPECT_THAT(said_of("/run/../root/a", allow), HasSubstr("is not an absolute path of a file"));
  allow.file_roots = {"/"};
  EXPECT_EQ(said_of("/srv/a", allow), "");
}

// Whoever calls it without the decoder's own refusal of "..".
TEST(Allow, IsNotFooledByAPathThatGoesUp) {
  DesiredSecret secret;
  secret.deliver.push_back({SinkName("x"), FileSink{"/run/../etc/shadow", {}, 0600, "", ""}, {}});
  AllowList allow;
  allow.file_roots = {"/run"};
  EXPECT_EQ(find_forbidden(secret, allow).size(), 1U);
}

TEST(Allow, RefusesSinksThatAreNotListed) {
  AllowList allow;
  allow.sinks = {"file"};
  EXPECT_THAT(said_of("/etc/a", allow),
              HasSubstr("a.yaml:9:9: a: notify sinks may not be used by this source"));
}

TEST(Allow, RefusesProgramsThatAreNotListedByTheirWholePath) {
  AllowList allow;
  allow.programs = {"/usr/bin/systemctl"};
  const std::string said = said_of("/etc/a", allow);
  EXPECT_THAT(said,
              HasSubstr("a.yaml:9:9: a: the program \"systemctl\" is not named by its whole path"));
  EXPECT_THAT(said, HasSubstr("= write /usr/bin/systemctl, as the source's allow.programs does"));
  EXPECT_THAT(said, HasSubstr("a.yaml:10:9: a: the program \"/usr/bin/true\" may not be run"));
  EXPECT_THAT(said, HasSubstr("= add its whole path to the source's allow.programs"));
}

}  // namespace
}  // namespace keytide
