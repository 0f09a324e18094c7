#include "core/manifest/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/duration.h"
#include "tests/unit/core/manifest/manifest_fixture.h"

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Seconds span(std::string_view text) { return parse_duration(text).value(); }

constexpr const char* kWhole = R"(keytide: 1
defaults:
  org: 32b6e34b3d91647abb20e7b8
  lifetime: 90d
profiles:
  vm: {overlap: 24h, deliver: [{file: {path: "/etc/{{name}}/atlas.env", format: env, group: "{{name}}"}}]}
secrets:
  billing-exporter:
    client_id: mdb_sa_id_1234567890abcdef12345678
    account_name: billing
    profile: vm
    lifetime: 60d
    renew_before: 14d
    rotation_id: "2026-11"
    foreign: cut
    exclusive: true
    on_remove: retire
    suspend: true
    owner: team-billing
    labels: {team: billing}
    deliver:
      - file: {path: /run/billing/atlas.env, format: env, mode: "0640", group: billing}
      - notify: {command: [systemctl, reload, billing], timeout: 45s}
  api:
    client_id: mdb_sa_id_1234567890abcdef12345679
    profile: vm
)";

TEST(Merge, ReadsEveryKeyOfAnEntry) {
  const Merged merged = merge_text(kWhole);
  ASSERT_EQ(render(merged.problems), "");
  ASSERT_EQ(merged.state.secrets.size(), 2U);
  const DesiredSecret& billing = merged.state.secrets[1];
  EXPECT_EQ(billing.address.str(), "billing-exporter");
  EXPECT_EQ(describe(billing.account),
            "mdb_sa_id_1234567890abcdef12345678 in org 32b6e34b3d91647abb20e7b8");
  EXPECT_EQ(billing.account_name, "billing");
  EXPECT_EQ(billing.lifetime, span("60d"));
  EXPECT_EQ(billing.renew_before, span("14d"));
  EXPECT_EQ(billing.overlap, span("24h"));
  EXPECT_EQ(billing.rotation_id, "2026-11");
  EXPECT_EQ(billing.foreign, ForeignPolicy::cut);
  EXPECT_TRUE(billing.exclusive);
  EXPECT_EQ(billing.on_remove, OnRemove::retire);
  EXPECT_TRUE(billing.suspend);
  EXPECT_EQ(billing.owner, "team-billing");
  EXPECT_THAT(billing.labels, ElementsAre(Pair("team", "billing")));
  EXPECT_EQ(billing.place, (Place{"a.yaml", 8, 3}));
}

TEST(Merge, ReadsSinksAndNamesThemByTheirTypeAndTarget) {
  const Merged merged = merge_text(kWhole);
  ASSERT_EQ(merged.state.secrets.size(), 2U);
  const auto& sinks = merged.state.secrets[1].deliver;
  ASSERT_EQ(sinks.size(), 2U);
  EXPECT_EQ(sinks[0].name.str(), "file:/run/billing/atlas.env");
  EXPECT_EQ(std::get<FileSink>(sinks[0].target),
            (FileSink{"/run/billing/atlas.env", FileFormat::env, 0640, "", "billing"}));
  EXPECT_EQ(sinks[0].place, (Place{"a.yaml", 22, 9}));
  EXPECT_EQ(sinks[1].name.str(), "notify:systemctl reload billing");
  EXPECT_EQ(std::get<NotifyHook>(sinks[1].target),
            (NotifyHook{{"systemctl", "reload", "billing"}, span("45s")}));
}

TEST(Merge, TakesFromTheProfileAndTheDefaultsWhatTheEntryLeavesOut) {
  const Merged merged = merge_text(kWhole);
  ASSERT_EQ(merged.state.secrets.size(), 2U);
  const DesiredSecret& api = merged.state.secrets[0];
  EXPECT_EQ(api.lifetime, span("90d"));
  EXPECT_EQ(api.overlap, span("24h"));
  EXPECT_EQ(api.renew_before, std::nullopt);
  ASSERT_EQ(api.deliver.size(), 1U);
  EXPECT_EQ(std::get<FileSink>(api.deliver[0].target),
            (FileSink{"/etc/api/atlas.env", FileFormat::env, 0600, "", "api"}));
}

TEST(Merge, FindsAProfileInAnotherFile) {
  const Merged merged =
      merge_texts({{"a.yaml",
                    "keytide: 1\nsecrets:\n  a: {profile: vm, client_id: "
                    "mdb_sa_id_1234567890abcdef12345678}\n"},
                   {"b.yaml",
                    "keytide: 1\nprofiles:\n  vm: {org: 32b6e34b3d91647abb20e7b8, lifetime: 8h, "
                    "deliver: [{file: {path: /run/a}}]}\n"}});
  EXPECT_EQ(render(merged.problems), "");
  EXPECT_EQ(merged.state.secrets.size(), 1U);
}

TEST(Merge, LetsAnEntrysProjectTakeThePlaceOfTheDefaultsOrg) {
  const Merged merged = merge_text(
      "keytide: 1\n"
      "defaults: {org: 32b6e34b3d91647abb20e7b8, lifetime: 90d, deliver: [{file: {path: "
      "/run/a}}]}\n"
      "secrets:\n"
      "  a: {project: 32b6e34b3d91647abb20e7b9, client_id: mdb_sa_id_1234567890abcdef12345678}\n");
  ASSERT_EQ(render(merged.problems), "");
  EXPECT_EQ(describe(merged.state.secrets[0].account.scope), "project 32b6e34b3d91647abb20e7b9");
}

TEST(Merge, AddsUpLabelsAndLetsTheEntryWin) {
  const Merged merged = merge_text(
      "keytide: 1\n"
      "defaults: {org: 32b6e34b3d91647abb20e7b8, lifetime: 90d, labels: {a: \"1\", b: \"1\"}}\n"
      "secrets:\n"
      "  x: {client_id: mdb_sa_id_1234567890abcdef12345678, labels: {b: \"{{name}}\"},\n"
      "      deliver: [{file: {path: /run/a}}]}\n");
  ASSERT_EQ(render(merged.problems), "");
  EXPECT_THAT(merged.state.secrets[0].labels, ElementsAre(Pair("a", "1"), Pair("b", "x")));
}

TEST(Merge, HoldsDefaultsUntilAnotherDocumentBringsItsOwn) {
  const Merged merged = merge_text(
      "keytide: 1\ndefaults: {org: 32b6e34b3d91647abb20e7b8, lifetime: 10d}\n"
      "---\nkeytide: 1\nsecrets:\n  a: {client_id: mdb_sa_id_1234567890abcdef12345678, deliver: "
      "[{file: {path: /run/a}}]}\n"
      "---\nkeytide: 1\ndefaults: {org: 32b6e34b3d91647abb20e7b8, lifetime: 20d}\n"
      "secrets:\n  b: {client_id: mdb_sa_id_1234567890abcdef12345679, deliver: [{file: {path: "
      "/run/b}}]}\n");
  ASSERT_EQ(render(merged.problems), "");
  EXPECT_EQ(merged.state.secrets[0].lifetime, span("10d"));
  EXPECT_EQ(merged.state.secrets[1].lifetime, span("20d"));
}

TEST(Merge, ShowsBothPlacesOfAServiceAccountThatIsNamedTwice) {
  const std::string rest =
      ", org: 32b6e34b3d91647abb20e7b8, lifetime: 90d, deliver: [{file: {path: "
      "\"/run/{{name}}\"}}]}\n";
  const Merged merged = merge_texts(
      {{"a.yaml",
        "keytide: 1\nsecrets:\n  a: {client_id: mdb_sa_id_1234567890abcdef12345678" + rest},
       {"b.yaml",
        "keytide: 1\nsecrets:\n  b: {client_id: mdb_sa_id_1234567890ABCDEF12345678" + rest}});
  ASSERT_EQ(merged.problems.size(), 1U);
  EXPECT_EQ(merged.problems[0].place, (Place{"b.yaml", 3, 18}));
  EXPECT_THAT(merged.problems[0].problem, HasSubstr("given already at a.yaml:3:18"));
}

TEST(Merge, SkipsDocumentsAndFilesWithoutTheMarker) {
  EXPECT_FALSE(decode_manifest("a.yaml", "kind: Secret\n").is_manifest());
  EXPECT_FALSE(decode_manifest("a.yaml", "- keytide\n- 1\n").is_manifest());
  EXPECT_FALSE(decode_manifest("a.yaml", "# keytide\na: {{ .Values.x }\n").is_manifest());
  const Merged merged = merge_text("kind: &x Secret\n---\nkeytide: 1\nsecrets: {}\n");
  EXPECT_EQ(render(merged.problems), "");
  EXPECT_THAT(merged.state.secrets, IsEmpty());
}

}  // namespace
}  // namespace keytide
