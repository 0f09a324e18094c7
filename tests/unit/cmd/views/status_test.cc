#include "cmd/keytide/views/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cmd/keytide/views/status_json.h"
#include "cmd/keytide/views/status_text.h"
#include "tests/unit/cmd/views/sample.h"

namespace keytide {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

AccountRecord record_with(Seconds left) {
  AccountRecord record = sample::record();
  const DesiredSecret desired = sample::desired();
  record.secrets[0].expires_at = sample::now() + left;
  record.overlap = sample::days(1);
  record.owner = "team-ci";
  record.deliveries.clear();
  for (const SinkSpec& sink : desired.deliver) {
    Delivery delivery;
    delivery.sink = sink.name;
    delivery.status = DeliveryStatus::delivered;
    delivery.secret_id = record.secrets[0].id;
    delivery.generation = 3;
    delivery.target_digest = target_digest(sink);
    delivery.attributes_digest = attributes_digest(sink);
    record.deliveries.push_back(delivery);
  }
  return record;
}

ObservedSecret seen(const OwnedSecret& secret) {
  return {secret.id, secret.created_at, secret.expires_at, secret.last_used_at, secret.masked};
}

// The entry, its record and Atlas agree.
PlanInput input_of(const AccountRecord& record) {
  PlanInput input;
  input.now = input.host_now = sample::now();
  input.lineage = "1f2e3d";
  input.desired.secrets = {sample::desired()};
  input.records = {record};
  ObservedScope scope;
  scope.scope = sample::key().scope;
  scope.atlas_now = sample::now();
  ObservedAccount account{sample::key(), "ci", {}};
  for (const OwnedSecret& secret : record.secrets) account.secrets.push_back(seen(secret));
  scope.accounts = {account};
  input.scopes = {scope};
  return input;
}

PlanInput input_with(Seconds left) { return input_of(record_with(left)); }

StatusRow only_row(const PlanInput& input) {
  const auto rows = status_rows(input);
  EXPECT_EQ(rows.size(), 1U);
  return rows.at(0);
}

TEST(Status, AnEntryThatNeedsNothingIsActive) {
  const StatusRow row = only_row(input_with(sample::days(80)));
  EXPECT_EQ(row.phase, Phase::active);
  EXPECT_EQ(row.reason, "");
  EXPECT_TRUE(row.renew_at.has_value());
}

TEST(Status, AnEntryWhoseTimeHasComeIsDue) {
  const StatusRow row = only_row(input_with(sample::days(6)));
  EXPECT_EQ(row.phase, Phase::due);
  EXPECT_THAT(row.reason, HasSubstr("expires in 6d, renew_before "));
}

TEST(Status, AnEntryThatWasNeverMadeIsDue) {
  PlanInput input = input_with(sample::days(80));
  input.records.clear();
  input.scopes[0].accounts[0].secrets.clear();
  const StatusRow row = only_row(input);
  EXPECT_EQ(row.phase, Phase::due);
  EXPECT_EQ(row.reason, "keytide has made no secret for it yet");
  EXPECT_EQ(row.sinks.at(0).status, "pending");
}

TEST(Status, AnEntryWithALivingPreviousSecretIsInItsOverlap) {
  AccountRecord record = record_with(sample::days(80));
  record.secrets.insert(record.secrets.begin(),
                        sample::owned(Role::previous, 'b', sample::days(5)));
  record.switched_at = sample::now() - sample::hours(2);
  const StatusRow row = only_row(input_of(record));
  EXPECT_EQ(row.phase, Phase::overlap);
}

TEST(Status, ABlockedEntrySaysWhyAndTheWayOut) {
  PlanInput input = input_with(sample::days(6));
  input.desired.secrets[0].account_name = "other";
  const StatusRow row = only_row(input);
  EXPECT_EQ(row.phase, Phase::blocked);
  EXPECT_THAT(row.reason, HasSubstr("account_name is \"other\""));
  EXPECT_EQ(row.way_out, "correct client_id or account_name in the manifest");
}

TEST(Status, ASuspendedEntryIsSuspended) {
  PlanInput input = input_with(sample::days(6));
  input.desired.secrets[0].suspend = true;
  EXPECT_EQ(only_row(input).phase, Phase::suspended);
}

TEST(Status, AnUnknownCreateIsUnknownAndNotJustBlocked) {
  AccountRecord record = record_with(sample::days(6));
  record.attempt = Attempt{1, AttemptPhase::unknown, sample::now(), 2140, {}, "renewing"};
  const StatusRow row = only_row(input_of(record));
  EXPECT_EQ(row.phase, Phase::unknown);
  EXPECT_THAT(row.reason, HasSubstr("the outcome of the create begun at"));
}

TEST(Status, AnInterruptedChainShowsHowFarItCame) {
  AccountRecord record = record_with(sample::days(6));
  record.secrets.push_back(sample::owned(Role::fresh, 'b', sample::days(89)));
  record.attempt = Attempt{1, AttemptPhase::verified, sample::now(), 2140, {}, "renewing"};
  const StatusRow row = only_row(input_of(record));
  EXPECT_EQ(row.phase, Phase::verified);
  EXPECT_EQ(row.secrets.at(1).role, "fresh");
}

TEST(Status, AnEntryThatNoManifestNamesIsUnmanaged) {
  PlanInput input = input_with(sample::days(80));
  input.desired.secrets.clear();
  const StatusRow row = only_row(input);
  EXPECT_EQ(row.phase, Phase::unmanaged);
  EXPECT_THAT(row.reason, HasSubstr("no manifest names it"));
}

TEST(Status, ASecretThatKeytideDidNotMakeIsForeign) {
  PlanInput input = input_with(sample::days(80));
  input.scopes[0].accounts[0].secrets.push_back({SecretId("ffffffffffffffffffffffff"),
                                                 sample::now() - sample::days(9),
                                                 sample::now() + sample::days(70),
                                                 {},
                                                 "mdb_sa_sk_...wxyz"});
  const StatusRow row = only_row(input);
  ASSERT_EQ(row.secrets.size(), 2U);
  EXPECT_EQ(row.secrets[1].role, "foreign");
  EXPECT_EQ(row.secrets[1].masked, "mdb_sa_sk_...wxyz");
}

TEST(Status, ADueEntryThatWouldCutAForeignSecretIsBlockedUntilAPersonConsents) {
  PlanInput input = input_with(sample::days(6));
  input.scopes[0].accounts[0].secrets.push_back({SecretId("ffffffffffffffffffffffff"),
                                                 sample::now() - sample::days(9),
                                                 sample::now() + sample::days(70),
                                                 {},
                                                 "mdb_sa_sk_...wxyz"});
  input.limits.slots = 3;
  const StatusRow waits = only_row(input);
  EXPECT_EQ(waits.phase, Phase::blocked);
  EXPECT_THAT(waits.reason, HasSubstr("; needs consent, for it would shorten"));
  EXPECT_THAT(waits.way_out, HasSubstr("-allow-foreign-cut"));
  input.approvals.foreign_cut = true;
  const StatusRow goes_on = only_row(input);
  EXPECT_EQ(goes_on.phase, Phase::due);
  EXPECT_THAT(goes_on.reason, Not(HasSubstr("needs consent")));
  EXPECT_EQ(goes_on.way_out, "");
}

TEST(Status, ASinkThatLeftTheManifestIsDropped) {
  PlanInput input = input_with(sample::days(80));
  input.desired.secrets[0].deliver.pop_back();
  const StatusRow row = only_row(input);
  ASSERT_EQ(row.sinks.size(), 2U);
  EXPECT_EQ(row.sinks[0].status, "delivered");
  EXPECT_EQ(row.sinks[1].status, "dropped");
}

TEST(Status, ASinkWithAnotherModeIsAltered) {
  PlanInput input = input_with(sample::days(80));
  std::get<FileSink>(input.desired.secrets[0].deliver[0].target).mode = 0600;
  EXPECT_EQ(only_row(input).sinks.at(0).status, "altered");
}

TEST(Status, ASinkWhoseCopyIsGoneIsLost) {
  PlanInput input = input_with(sample::days(80));
  SinkView view;
  view.sink = SinkName("file:/run/ci/atlas.env");
  view.target_digest = target_digest(input.desired.secrets[0].deliver[0]);
  view.readable = true;
  input.sinks = {{sample::key(), {view}}};
  const StatusRow row = only_row(input);
  EXPECT_EQ(row.phase, Phase::due);
  EXPECT_EQ(row.sinks.at(0).status, "lost");
}

TEST(Status, RowsOfTheStateAloneNeedNoManifest) {
  AccountRecord active = record_with(sample::days(80));
  AccountRecord expired = record_with(-sample::days(1));
  expired.address = Address("billing");
  AccountRecord forgotten = record_with(sample::days(80));
  forgotten.address = Address("old");
  forgotten.managed = false;
  const auto rows = status_rows({active, expired, forgotten}, sample::now());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].address, Address("billing"));
  EXPECT_EQ(rows[0].phase, Phase::due);
  EXPECT_EQ(rows[0].reason, "its secret has expired");
  EXPECT_EQ(rows[1].phase, Phase::active);
  EXPECT_EQ(rows[1].renew_at, std::nullopt);
  EXPECT_EQ(rows[1].sinks.at(0).status, "delivered");
  EXPECT_EQ(rows[2].phase, Phase::unmanaged);
}

StatusRow literal_row() {
  StatusRow row;
  row.address = Address("ci-deployer");
  row.key = sample::key();
  row.phase = Phase::active;
  row.renew_at = sample::now() + sample::days(54);
  row.secrets = {{SecretId("aaaaaaaaaaaaaaaaaaaaaaaa"), "current", "mdb_sa_sk_...aaaa",
                  sample::now() - sample::days(6), sample::now() + sample::days(84),
                  sample::now() - sample::hours(3)}};
  row.sinks = {{SinkName("file:/run/ci/atlas.env"), "delivered", 3}};
  row.owner = "team-ci";
  row.lifetime = sample::days(90);
  row.generation = 3;
  row.switched_at = sample::now() - sample::days(6);
  return row;
}

StatusRow blocked_row() {
  StatusRow row;
  row.address = Address("billing");
  row.key = sample::key();
  row.phase = Phase::blocked;
  row.reason = "no slot is free";
  row.way_out = "delete a secret in Atlas";
  row.sinks = {{SinkName("file:/a"), "pending", 0}};
  return row;
}

TEST(StatusJson, ARowHasTheMembersOfTheContract) {
  const json rows = json::parse(json_status({literal_row(), blocked_row()}));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], json::parse(R"json({
    "address": "ci-deployer", "scope": "org 32b6e34b3d91647abb20e7b8",
    "client_id": "mdb_sa_id_cccccccccccccccccccccccc", "phase": "active", "reason": "",
    "renew_at": "2027-01-16T12:00:00Z", "failures": 0, "next_try_at": null,
    "secrets": [{"id": "aaaaaaaaaaaaaaaaaaaaaaaa", "role": "current",
      "masked": "mdb_sa_sk_...aaaa", "created_at": "2026-11-17T12:00:00Z",
      "expires_at": "2027-02-15T12:00:00Z", "last_used_at": "2026-11-23T09:00:00Z"}],
    "sinks": [{"name": "file:/run/ci/atlas.env", "status": "delivered", "generation": 3}]})json"));
  EXPECT_TRUE(rows[1]["renew_at"].is_null());
  EXPECT_EQ(rows[1]["secrets"], json::array());
}

TEST(StatusJson, NoRowsAreAnEmptyArray) { EXPECT_EQ(json_status({}), "[]\n"); }

TEST(StatusJson, ShowAddsTheDetailsToTheRow) {
  StatusRow row = literal_row();
  row.planned = {"renew: as requested"};
  const json shown = json::parse(json_show(row));
  EXPECT_EQ(shown["address"], "ci-deployer");
  EXPECT_EQ(shown["owner"], "team-ci");
  EXPECT_EQ(shown["lifetime_hours"], 2160);
  EXPECT_EQ(shown["generation"], 3);
  EXPECT_EQ(shown["switched_at"], "2026-11-17T12:00:00Z");
  EXPECT_EQ(shown["planned"], json::parse(R"json(["renew: as requested"])json"));
  EXPECT_TRUE(json::parse(json_show(blocked_row()))["lifetime_hours"].is_null());
}

TEST(StatusText, ATableThenTheReasonsThenTheCounts) {
  EXPECT_EQ(render_status({blocked_row(), literal_row()}, sample::now(), {}),
            R"(ADDRESS      PHASE    EXPIRES  RENEWS  SECRET             SINKS
billing      blocked  -        -       -                  0/1
ci-deployer  active   in 84d   in 54d  mdb_sa_sk_...aaaa  1/1

billing is blocked: no slot is free
  way out: delete a secret in Atlas

2 entries: 1 active, 1 blocked.
)");
}

StatusRow waiting_row() {
  StatusRow row = literal_row();
  row.phase = Phase::due;
  row.reason = "expires in 6d, renew_before 14d";
  const Instant failed = sample::now() - Seconds(60);
  row.waiting = Waiting{3, failed, failed + Seconds(300), "sink file:/a: no space", false};
  return row;
}

TEST(StatusText, AnEntryWhoseTriesFailedSaysWhenTheNextOneIs) {
  const char* line =
      "next try at 2026-11-23T12:04:00Z (in 4m), after 3 failures: sink file:/a: no space\n";
  EXPECT_THAT(
      render_status({waiting_row()}, sample::now(), {}),
      HasSubstr(std::string("ci-deployer is due: expires in 6d, renew_before 14d\n  ") + line));
  EXPECT_THAT(render_show(waiting_row(), sample::now(), {}), HasSubstr(std::string("\n# ") + line));
}

TEST(StatusJson, AnEntryWhoseTriesFailedSaysWhenTheNextOneIs) {
  const json rows = json::parse(json_status({waiting_row()}));
  EXPECT_EQ(rows[0]["failures"], 3);
  EXPECT_EQ(rows[0]["next_try_at"], "2026-11-23T12:04:00Z");
}

TEST(StatusText, ADueEntryRenewsNow) {
  StatusRow row = literal_row();
  row.phase = Phase::due;
  row.secrets[0].expires_at = sample::now() - sample::days(2);
  EXPECT_THAT(render_status({row}, sample::now(), {}),
              HasSubstr("ci-deployer  due    2d ago   now     mdb_sa_sk_...aaaa  1/1\n"));
}

TEST(StatusText, ColorsDoNotMoveTheColumns) {
  const std::string text = render_status({literal_row()}, sample::now(), {true});
  EXPECT_THAT(text, HasSubstr("ci-deployer  \x1b[32mactive\x1b[0m  in 84d   in 54d"));
}

TEST(StatusText, WithoutEntriesThatIsSaid) {
  EXPECT_EQ(render_status({}, sample::now(), {}),
            "No secrets: the manifests name none and the state knows none.\n");
}

TEST(StatusText, ShowTellsEverythingOfOneEntry) {
  StatusRow row = literal_row();
  row.notes = {"the old secret was used after the switch"};
  EXPECT_EQ(render_show(row, sample::now(), {}), R"(# ci-deployer is active
secret "ci-deployer" {
    client_id  = "mdb_sa_id_cccccccccccccccccccccccc"
    org        = "32b6e34b3d91647abb20e7b8"
    owner      = "team-ci"
    lifetime   = "90d"
    generation = 3
    switched   = 2026-11-17T12:00:00Z (6d ago)
    renew_at   = 2027-01-16T12:00:00Z (in 54d)
    deliver "file:/run/ci/atlas.env"  # delivered, generation 3
    secret aaaaaaaaaaaaaaaaaaaaaaaa  # current
      secret       = mdb_sa_sk_...aaaa
      created_at   = 2026-11-17T12:00:00Z (6d ago)
      expires_at   = 2027-02-15T12:00:00Z (in 84d)
      last_used_at = 2026-11-23T09:00:00Z (3h ago)
}
note: the old secret was used after the switch
)");
}

TEST(StatusText, ShowOfABlockedEntrySaysTheWayOut) {
  EXPECT_THAT(render_show(blocked_row(), sample::now(), {}),
              HasSubstr("# billing is blocked (no slot is free)\n"
                        "# way out: delete a secret in Atlas\n"));
}

}  // namespace
}  // namespace keytide
