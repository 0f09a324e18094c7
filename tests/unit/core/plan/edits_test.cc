// Edits of a good manifest, each with exactly the change that it causes.
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/plan_world.h"

namespace keytide::test {
namespace {

struct Edit {
  std::string name;
  std::function<void(DesiredSecret&)> apply;
  std::string line;
  bool settings_changed = false;
};

const std::vector<Edit>& edits() {
  static const std::vector<Edit> all{
      {"nothing", [](DesiredSecret&) {}, ""},
      {"a longer lifetime", [](DesiredSecret& e) { e.lifetime = span("180d"); }, ""},
      {"a shorter lifetime", [](DesiredSecret& e) { e.lifetime = span("30d"); },
       "+/- c1 lifetime_shortened"},
      {"renew_before", [](DesiredSecret& e) { e.renew_before = span("14d"); }, ""},
      {"renew_before over what is left",
       [](DesiredSecret& e) {
         e.lifetime = span("180d");
         e.renew_before = span("81d");
       },
       "+/- c1 renewing"},
      {"overlap", [](DesiredSecret& e) { e.overlap = span("48h"); }, "", true},
      {"rotation_id", [](DesiredSecret& e) { e.rotation_id = "2026-11"; },
       "+/- c1 rotation_id_changed"},
      {"owner", [](DesiredSecret& e) { e.owner = "team-billing"; }, "", true},
      {"labels", [](DesiredSecret& e) { e.labels["tier"] = "1"; }, ""},
      {"on_remove", [](DesiredSecret& e) { e.on_remove = OnRemove::retire; }, "", true},
      {"foreign", [](DesiredSecret& e) { e.foreign = ForeignPolicy::cut; }, ""},
      {"exclusive", [](DesiredSecret& e) { e.exclusive = true; }, ""},
      {"a file's mode",
       [](DesiredSecret& e) { e.deliver[0] = file_sink("a", "/run/a", FileFormat::raw, 0640); },
       "~ sink_changed adjust:a"},
      {"a file's path", [](DesiredSecret& e) { e.deliver[0] = file_sink("a", "/run/x"); },
       "+/- c1 new_sink"},
      {"a file's format",
       [](DesiredSecret& e) { e.deliver[0] = file_sink("a", "/run/a", FileFormat::json); },
       "+/- c1 new_sink"},
      {"one more file", [](DesiredSecret& e) { e.deliver.push_back(file_sink("b", "/run/b")); },
       "~ sink_changed deliver:b"},
      {"no file", [](DesiredSecret& e) { e.deliver.clear(); }, "~ sink_changed drop:a"},
      {"the order of sinks and a hook",
       [](DesiredSecret& e) { e.deliver.push_back(hook("reload", "/bin/reload")); }, ""},
      {"the address", [](DesiredSecret& e) { e.address = Address("invoices"); }, "~ moved"},
      {"account_name that is right", [](DesiredSecret& e) { e.account_name = "billing"; }, ""},
      {"suspend", [](DesiredSecret& e) { e.suspend = true; }, ""},
  };
  return all;
}

TEST(Edits, EachOfAGoodManifestCausesExactlyItsChange) {
  for (const Edit& edit : edits()) {
    PlanWorld world;
    edit.apply(*world.desired);
    const AccountPlan plan = world.plan();
    EXPECT_EQ(line_of(plan), edit.line) << edit.name;
    EXPECT_EQ(plan.settings_changed, edit.settings_changed) << edit.name;
  }
}

TEST(Edits, AnotherAccountIsANewEntryAndTheOldOneIsForgotten) {
  PlanWorld world;
  PlanInput input = world.gathered();
  AccountKey other = kKey;
  other.client_id = ClientId("mdb_sa_id_1234567890abcdef12345679");
  input.desired.secrets[0].account = other;
  input.scopes[0].accounts.push_back({other, "other", {}});
  const Plan plan = make_plan(input);
  ASSERT_EQ(plan.accounts.size(), 2U);
  EXPECT_EQ(line_of(plan.accounts[0]), ". removed");
  EXPECT_EQ(line_of(plan.accounts[1]), "+ missing");
}

}  // namespace
}  // namespace keytide::test
