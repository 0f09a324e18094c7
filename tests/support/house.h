// House: keytide's heart over fakes. apply() is what the command does: read the world, plan, carry
// out; a crash ends it and leaves what was durable.
#pragma once

#include <string>
#include <vector>

#include "core/plan/make_plan.h"
#include "core/reconcile/account.h"
#include "core/reconcile/refresh.h"
#include "tests/support/fake_store.h"
#include "tests/support/fakes.h"
#include "tests/support/plan_world.h"

namespace keytide::test {

struct Applied {
  std::string plan;  // line_of each account
  std::string errors;
  std::string warnings;
  AccountOutcome outcome;
  bool crashed = false;
};

struct House {
  Journal journal;
  FakeClock clock{kNow};
  FakeIssuer atlas{journal, clock, kKey};
  Disk disk;
  FakeSinks sinks{journal, disk};
  FakeStore store{journal};
  FakeEscrow escrow;
  bool has_escrow = false;
  QuietLog log;
  QuietProgress progress;
  DesiredState desired{{billing_entry()}};
  Approvals approvals;
  PlanOptions options;
  std::function<bool()> stopping;
  Issuer* issuer = &atlas;  // or the real client, before a simulated Atlas

  std::set<ClientId> own_accounts;  // that keytide signs in with

  DesiredSecret& entry() { return desired.secrets[0]; }
  const AccountRecord& record() const { return store.records.at(kKey); }
  Ports ports() {
    return {*issuer, store, sinks, clock, log, progress, has_escrow ? &escrow : nullptr};
  }

  PlanInput gather() {
    PlanInput input;
    input.desired = desired;
    input.records = store.load().value();
    input.lineage = store.identity().lineage;
    input.store = store.age;
    if (has_escrow) input.escrow_key = escrow.key_id().value();
    input.now = issuer->now();
    input.host_now = clock.now();
    input.approvals = approvals;
    input.options = options;
    input.own_accounts = own_accounts;
    input.signed_in = issuer->signed_in(store.identity().fingerprint_key);
    input.scopes.push_back(read_scope(*issuer, kKey.scope));
    const Ports all = ports();
    for (const DesiredSecret& secret : desired.secrets) {
      const auto record = store.records.find(secret.account);
      const bool is_known = record != store.records.end();
      input.sinks.push_back(read_sinks(all, secret, is_known ? &record->second : nullptr));
    }
    return input;
  }

  Applied apply() {
    const PlanInput input = gather();
    return carry_out(input, make_plan(input));
  }

  Applied carry_out(const PlanInput& input, const Plan& plan) {
    Applied applied;
    const Ports all = ports();
    RunContext context;
    context.input = &input;
    context.actor = "test";
    context.stopping = stopping;
    context.world_read_at = clock.since_boot();
    for (const AccountPlan& account : plan.accounts) {
      applied.plan += line_of(account);
      try {
        applied.outcome = reconcile_account(account, all, context);
      } catch (const Crash&) {
        applied.crashed = true;
        return applied;
      }
      for (const Error& error : applied.outcome.errors) applied.errors += error.text() + "\n";
      for (const std::string& text : applied.outcome.warnings) applied.warnings += text + "\n";
    }
    return applied;
  }

  bool is_open_unknown() const {
    const auto found = store.records.find(kKey);
    if (found == store.records.end() || !found->second.attempt) return false;
    const AttemptPhase phase = found->second.attempt->phase;
    return phase == AttemptPhase::posting || phase == AttemptPhase::unknown;
  }

  // Secrets of ours in Atlas that no record names; empty is as it should be.
  std::string unreported() const {
    std::string ids;
    for (const ObservedSecret& secret : atlas.account.secrets) {
      if (!atlas.made.contains(secret.id)) continue;
      const auto found = store.records.find(kKey);
      const bool known = found != store.records.end() && found->second.find(secret.id) != nullptr;
      if (!known) ids += secret.id.str() + " ";
    }
    return ids;
  }
  // Files that hold a value which Atlas does not accept; empty is as it should be.
  std::string dead_files() {
    std::string names;
    for (const auto& [name, file] : disk.files) {
      if (file.value && !atlas.is_alive(file.id)) names += name.str() + " ";
    }
    return names;
  }
};

}  // namespace keytide::test
