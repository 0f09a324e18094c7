#include "providers/sources/emptied.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

constexpr auto kError = Diagnostic::Severity::error;

const std::vector<SourceConfig> kSources{{"/m", {}, {}, {}}};

// What was accepted: a.yaml with the entries one and two, b.yaml with three, profiles.yaml.
AcceptedManifests accepted() {
  return {"r1",
          {{"/m",
            {{"a.yaml", {Address("one"), Address("two")}, "…"},
             {"b.yaml", {Address("three")}, "…"},
             {"profiles.yaml", {}, "…"}}}}};
}

// What is there now.
LoadedManifests loaded(const std::vector<std::string>& manifests,
                       const std::vector<std::string>& others,
                       const std::vector<std::string>& entries) {
  LoadedManifests out;
  for (const std::string& name : manifests)
    out.all_files.push_back({0, name, "/m/" + name, true, ""});
  for (const std::string& name : others)
    out.all_files.push_back({0, name, "/m/" + name, false, ""});
  for (const std::string& entry : entries) {
    out.state.secrets.emplace_back().address = Address(entry);
  }
  return out;
}

std::string said(const LoadedManifests& now) {
  return render(find_emptied(accepted(), kSources, now, kError));
}

TEST(Emptied, IsAFileThatHeldEntriesAndIsNoManifestAnyMore) {
  EXPECT_EQ(said(loaded({"b.yaml"}, {"a.yaml"}, {"three"})),
            "error: /m/a.yaml: held 2 entries and is no manifest any more\n"
            "      = delete the file if they are to go, or begin it with `keytide: 1`\n");
  EXPECT_EQ(said(loaded({"a.yaml"}, {"b.yaml"}, {"one", "two"})),
            "error: /m/b.yaml: held 1 entry and is no manifest any more\n"
            "      = delete the file if that is to go, or begin it with `keytide: 1`\n");
}

TEST(Emptied, IsNoFileThatWasDeleted) { EXPECT_EQ(said(loaded({"b.yaml"}, {}, {"three"})), ""); }

TEST(Emptied, IsNoManifestWithoutEntries) {
  EXPECT_EQ(said(loaded({"a.yaml", "b.yaml"}, {}, {})), "");
}

TEST(Emptied, IsNoFileThatHeldNothingOrWasNoManifest) {
  EXPECT_EQ(
      said(loaded({"a.yaml", "b.yaml"}, {"profiles.yaml", "chart.yaml"}, {"one", "three", "two"})),
      "");
}

TEST(Emptied, IsNoFileWhoseEntriesStandElsewhereNow) {
  EXPECT_EQ(said(loaded({"b.yaml"}, {"a.yaml"}, {"one", "three", "two"})), "");
  EXPECT_EQ(said(loaded({"b.yaml"}, {"a.yaml"}, {"one", "three"})),
            "error: /m/a.yaml: held 1 entry and is no manifest any more\n"
            "      = delete the file if that is to go, or begin it with `keytide: 1`\n");
}

TEST(Emptied, IsNothingWhereNothingWasAccepted) {
  const LoadedManifests now = loaded({}, {"a.yaml"}, {});
  EXPECT_TRUE(find_emptied({}, kSources, now, kError).empty());
  EXPECT_TRUE(find_emptied(accepted(), {{"/elsewhere", {}, {}, {}}}, now, kError).empty());
}

}  // namespace
}  // namespace keytide
