#include "cmd/keytide/daemon/summary.h"

#include <gtest/gtest.h>

#include "tests/unit/cmd/daemon/sample_snapshot.h"

namespace keytide {
namespace {

ScopeHealth acme() {
  ScopeHealth out;
  out.scope = sample_snapshot().scopes.front().scope;
  return out;
}

EntryHealth entry(const char* address) {
  EntryHealth out;
  out.address = Address(address);
  return out;
}

TEST(Summary, SaysThatNothingWasLookedAtWhileOrganizationsAreKnownByNameAlone) {
  Snapshot snapshot;
  EXPECT_EQ(summary(snapshot), "nothing was looked at yet");
  snapshot.scopes = {acme()};
  EXPECT_EQ(summary(snapshot), "nothing was looked at yet");
}

TEST(Summary, SaysThatTheFirstLookFailed) {
  Snapshot snapshot;
  snapshot.scopes = {acme()};
  snapshot.scopes[0].failed_scans = 1;
  EXPECT_EQ(summary(snapshot), "0 entries, 0 ready; 1 of 1 scopes fail");
}

TEST(Summary, NamesTheNextRenewalOfAll) {
  Snapshot snapshot;
  snapshot.entries = {entry("a"), entry("b"), entry("c")};
  snapshot.entries[0].ready = true;
  snapshot.entries[0].renew_at = *parse_instant("2027-02-01T00:00:00Z");
  snapshot.entries[1].renew_at = *parse_instant("2027-01-22T09:48:00Z");
  EXPECT_EQ(summary(snapshot), "3 entries, 1 ready; next renewal: b at 2027-01-22T09:48:00Z");
}

TEST(Summary, SaysThatItStops) {
  Snapshot snapshot = sample_snapshot();
  snapshot.is_stopping = true;
  EXPECT_EQ(summary(snapshot), "stopping");
}

}  // namespace
}  // namespace keytide
