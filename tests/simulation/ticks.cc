// Ticks: what keytide does each time that it wakes up.
#include <fmt/format.h>

#include <algorithm>

#include "core/plan/make_plan.h"
#include "core/reconcile/account.h"
#include "core/reconcile/refresh.h"
#include "tests/simulation/process.h"

namespace keytide::simulation {

PlanInput SimWorld::gather() {
  PlanInput input;
  const Ports& ports = process_->ports;
  for (const Subject& subject : subjects_) {
    if (subject.is_named) input.desired.secrets.push_back(subject.desired);
  }
  input.records = records();
  input.lineage = identity_.lineage;
  input.store = store_->epoch().value();
  if (has_escrow_) input.escrow_key = escrow_.key_id().value();
  const Scope& scope = subjects_.front().desired.account.scope;
  input.scopes.push_back(read_scope(ports.issuer, scope));
  // Where it was not read, Atlas refuses what is over it.
  if (org_->max_validity_hours < kMostHours && options_.seed % 2 == 0) {
    if (const auto cap = ports.issuer.max_validity_hours(scope)) {
      input.scopes.back().max_validity_hours = *cap;
    }
  }
  for (const Subject& subject : subjects_) {
    if (!subject.is_named) continue;
    const auto record = store_->find(subject.desired.account).value();
    input.sinks.push_back(read_sinks(ports, subject.desired, record ? &*record : nullptr));
  }
  input.own_accounts = {ClientId(kKeytide)};
  input.signed_in = ports.issuer.signed_in(identity_.fingerprint_key);
  input.options.unattended = is_unattended_;
  input.host_now = clock_.now();
  input.now = ports.issuer.now();
  return input;
}

bool SimWorld::reconcile(const PlanInput& input, const Plan& plan) {
  bool is_complete = true;
  RunContext context;
  context.input = &input;
  context.actor = "simulation";
  context.world_read_at = clock_.since_boot();
  for (const AccountPlan& account : plan.accounts) {
    const AccountOutcome outcome = reconcile_account(account, process_->ports, context);
    verdict_.renewals += outcome.added;
    for (const Error& error : outcome.errors) trace_.add("error: " + error.text());
    is_complete = is_complete && outcome.errors.empty();
  }
  return is_complete;
}

void SimWorld::work() {
  for (Subject& subject : subjects_) {
    subject.looks.clear();
    for (const simulator::Secret& secret : subject.account->secrets) {
      subject.expiry[secret.id] = secret.expires_at;
    }
  }
  PlanInput input = gather();
  const Plan plan = make_plan(input);
  note_excuses(plan);
  check_half_delivered(plan);
  for (const AccountPlan& account : plan.accounts) {
    for (const Change& change : account.changes) {
      trace_.add(fmt::format("{} plan {}: {} {}", format_instant(clock_.atlas_now()),
                             account.address.str(), symbol_of(change.action), change.why));
    }
    if (account.blocked) {
      trace_.add(fmt::format("{} plan {}: blocked, {}", format_instant(clock_.atlas_now()),
                             account.address.str(), account.blocked->why));
    }
  }
  if (!accepts_restored(input, plan)) reconcile(input, plan);
  check_roles();
}

// The lock can be lost without its holder's knowledge: a network file system, a host that slept.
// Then another process works on the same store, and the first one comes back in the middle of a
// step.
void SimWorld::let_another_work() {
  if (is_another_ || !chaos_.happens(&Mood::another, "another process")) return;
  trace_.add("another process works meanwhile");
  is_another_ = true;
  std::vector<std::vector<std::chrono::milliseconds>> looks;
  for (const Subject& subject : subjects_) looks.push_back(subject.looks);
  auto first = std::move(process_);
  start();
  try {
    work();
  } catch (const Crash&) {
    trace_.add("the other process died");
    ++verdict_.crashes;
    deaths_.push_back(clock_.atlas_now());
  }
  process_ = std::move(first);
  for (std::size_t i = 0; i < looks.size(); ++i) subjects_[i].looks = std::move(looks[i]);
  is_another_ = false;
  trace_.add("the first process comes back");
}

// One run of the service's loop, which may die in the middle.
void SimWorld::tick() {
  try {
    follow_own_credential();
    work();
  } catch (const Crash&) {
    trace_.add("the process died");
    ++verdict_.crashes;
    deaths_.push_back(clock_.atlas_now());
    start();
  }
  note_imports();
  for (Subject& subject : subjects_) remember_old_value(subject);
  look_at_attempts();
  check_deletes();
  check_nothing_unreported();
  check_loop_guard();
}

// As the service does (credential_watch.h): what its credential's file holds and it did not take
// yet is proven and signed in with, but for the new secret of a renewal that is open.
void SimWorld::follow_own_credential() {
  const std::string now = own_secret();
  if (now == process_->taken) return;
  const auto& key = identity_.fingerprint_key;
  const ClientId client_id(kKeytide);
  const auto signed_in = process_->issuer.signed_in(key);
  const auto own = signed_in.find(client_id);
  const Fingerprint print = fingerprint_of(now, key);
  if (own != signed_in.end() && own->second == print) {
    process_->taken = now;
    return;
  }
  const AccountKey account{subjects_.front().desired.account.scope, client_id};
  const auto record = store_->find(account).value();
  const OwnedSecret* fresh = record ? record->with_role(Role::fresh) : nullptr;
  if (fresh != nullptr && record->attempt && fresh->fingerprint == print) return;
  const SecretValue value(now);
  const Verification seen = process_->issuer.verify(account, value);
  if (seen.verdict != Verification::Verdict::works) return;
  trace_.add("keytide signs in with what its file holds");
  process_->issuer.sign_in_with(client_id, value);
  process_->taken = now;
}

// The previous secret's value, for a consumer that comes back from a backup.
void SimWorld::remember_old_value(Subject& subject) {
  const auto record = store_->find(subject.desired.account).value();
  const OwnedSecret* previous = record ? record->with_role(Role::previous) : nullptr;
  subject.old_value.clear();
  if (previous == nullptr) return;
  for (const simulator::Secret& secret : subject.account->secrets) {
    if (secret.id == previous->id.str()) subject.old_value = secret.value;
  }
}

}  // namespace keytide::simulation
