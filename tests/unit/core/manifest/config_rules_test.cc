#include "core/manifest/config_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keytide {
namespace {

using testing::HasSubstr;

constexpr const char* kOwn = "mdb_sa_id_1234567890abcdef12345678";

SinkSpec file(const std::string& path, FileFormat format = FileFormat::raw) {
  return {SinkName("file:" + path), FileSink{path, format, 0600, "", ""}, {}};
}

DesiredState one_entry(std::vector<SinkSpec> sinks) {
  DesiredSecret entry;
  entry.address = Address("billing");
  entry.account.client_id = ClientId(kOwn);
  entry.deliver = std::move(sinks);
  entry.place = {"a.yaml", 4, 3};
  return {{entry}};
}

TEST(ConfigRules, WithoutAnEscrowAnEntryHasOneDataSink) {
  const SinkSpec hook{SinkName("notify:true"), NotifyHook{{"true"}, Seconds(30)}, {}};
  const DesiredState two = one_entry({file("/run/a"), file("/run/b"), hook});
  EXPECT_TRUE(check_entries(two, {{true, "", {}}, {}, {}, {}}).empty());
  EXPECT_TRUE(
      check_entries(one_entry({file("/run/a"), hook}), {{false, "", {}}, {}, {}, {}}).empty());
  const Diagnostics problems = check_entries(two, {{false, "", {}}, {}, {}, {}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].place.line, 4);
  EXPECT_EQ(problems[0].problem,
            "billing has 2 data sinks, and the configuration says `escrow: none`");
}

TEST(ConfigRules, KeytidesOwnAccountDeliversToTheFileThatItsSecretIsReadFrom) {
  const std::vector<OwnLogin> own{{kOwn, "/etc/keytide/client_secret"}};
  EXPECT_TRUE(
      check_entries(one_entry({file("/etc/keytide/client_secret")}), {{}, own, {}, {}}).empty());
  for (const SinkSpec& wrong :
       {file("/run/elsewhere"), file("/etc/keytide/client_secret", FileFormat::env)}) {
    const Diagnostics problems = check_entries(one_entry({wrong}), {{}, own, {}, {}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(problems[0].problem, HasSubstr("a renewal would lock keytide out"));
    EXPECT_THAT(problems[0].way_out, HasSubstr("path: /etc/keytide/client_secret, format: raw"));
  }
}

TEST(ConfigRules, KeytidesOwnAccountIsRefusedWhenItsSecretComesFromAVariable) {
  const Diagnostics problems =
      check_entries(one_entry({file("/run/a")}), {{}, {{kOwn, ""}}, {}, {}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].way_out, HasSubstr("client_secret: {file: …}"));
  EXPECT_TRUE(
      check_entries(one_entry({file("/run/a")}), {{}, {{"mdb_sa_id_other", ""}}, {}, {}}).empty());
}

TEST(ConfigRules, NoSinkIsAFileThatKeytideItselfLivesBy) {
  HostRules host;
  host.own_files = {"/var/lib/keytide/keytide.db", "/etc/keytide/client_secret"};
  host.own_folders = {"/etc/keytide/secrets"};
  host.own = {{"mdb_sa_id_other", "/etc/keytide/client_secret"}};
  for (const char* path : {"/var/lib/keytide/keytide.db", "/var/lib/./keytide/keytide.db",
                           "/etc/keytide/client_secret", "/etc/keytide/secrets/a.yaml"}) {
    const Diagnostics problems = check_entries(one_entry({file(path)}), host);
    ASSERT_EQ(problems.size(), 1U) << path;
    EXPECT_THAT(problems[0].problem, HasSubstr("which keytide itself lives by"));
  }
  EXPECT_TRUE(check_entries(one_entry({file("/etc/keytide/secrets_of_others")}), host).empty());
}

}  // namespace
}  // namespace keytide
