// The samples that the view tests share: one account with literal ids, at a literal moment.
#pragma once

#include <string>

#include "core/model/plan.h"

namespace keytide::sample {

// 2026-11-23T12:00:00Z
inline Instant now() { return Instant(Seconds(1795435200)); }
inline Seconds days(int count) { return Seconds(count * 86400); }
inline Seconds hours(int count) { return Seconds(count * 3600); }

inline AccountKey key() {
  return {{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"},
          ClientId("mdb_sa_id_cccccccccccccccccccccccc")};
}

inline DesiredSecret desired() {
  DesiredSecret secret;
  secret.address = Address("ci-deployer");
  secret.account = key();
  secret.lifetime = days(90);
  secret.owner = "team-ci";
  SinkSpec file;
  file.name = SinkName("file:/run/ci/atlas.env");
  file.target = FileSink{"/run/ci/atlas.env", FileFormat::env, 0640, "", "ci"};
  SinkSpec hook;
  hook.name = SinkName("notify:systemctl reload ci");
  hook.target = NotifyHook{{"systemctl", "reload", "ci"}, Seconds(30)};
  secret.deliver = {file, hook};
  return secret;
}

inline OwnedSecret owned(Role role, char letter, Seconds left) {
  OwnedSecret secret;
  secret.id = SecretId(std::string(24, letter));
  secret.role = role;
  secret.masked = "mdb_sa_sk_..." + std::string(4, letter);
  secret.created_at = now() - days(84);
  secret.expires_at = now() + left;
  secret.generation = 3;
  secret.asked_hours = 90 * 24 - 20;
  return secret;
}

inline AccountRecord record() {
  AccountRecord one;
  one.key = key();
  one.address = Address("ci-deployer");
  one.version = 7;
  one.generation = 3;
  one.secrets = {owned(Role::current, 'a', days(6))};
  Delivery delivery;
  delivery.sink = SinkName("file:/run/ci/atlas.env");
  delivery.status = DeliveryStatus::delivered;
  delivery.secret_id = one.secrets[0].id;
  delivery.generation = 3;
  one.deliveries = {delivery};
  return one;
}

inline AccountPlan account() {
  AccountPlan plan;
  plan.key = key();
  plan.address = Address("ci-deployer");
  plan.desired = desired();
  plan.record = record();
  return plan;
}

inline Change renewal() {
  Change change;
  change.action = Action::renew;
  change.reason = Reason::renewing;
  change.why = "expires in 6d, renew_before 14d";
  change.secret = record().secrets[0];
  return change;
}

inline ForeignCut cut() {
  return {SecretId(std::string(24, 'f')), "mdb_sa_sk_...wxyz", now() + days(70), now() - days(3)};
}

inline Plan plan_of(AccountPlan account) {
  Plan plan;
  plan.now = now();
  plan.accounts.push_back(std::move(account));
  return plan;
}

inline Plan plan_of(Change change) {
  AccountPlan one = account();
  one.changes.push_back(std::move(change));
  return plan_of(std::move(one));
}

}  // namespace keytide::sample
