#include "cmd/keytide/gather.h"

#include <algorithm>
#include <set>

#include "cmd/keytide/worker_pool.h"
#include "core/reconcile/refresh.h"

namespace keytide {
namespace {

bool is_wanted(const PlanOptions& options, const Address& address) {
  return options.targets.empty() || options.targets.contains(address);
}

// Whether a forgotten entry has something left to be done or watched.
bool has_business(const AccountRecord& record) {
  return record.on_remove == OnRemove::retire || record.attempt || !record.open_tags.empty() ||
         record.with_role(Role::orphan) != nullptr ||
         record.with_role(Role::quarantined) != nullptr;
}

// The scopes of all entries, and of forgotten ones that are not done with.
std::vector<Scope> scopes_to_read(const PlanInput& input) {
  std::set<Scope> scopes;
  for (const DesiredSecret& secret : input.desired.secrets) {
    if (is_wanted(input.options, secret.address)) scopes.insert(secret.account.scope);
  }
  for (const AccountRecord& record : input.records) {
    const bool is_left = !record.managed && has_business(record);
    if (is_left && is_wanted(input.options, record.address)) scopes.insert(record.key.scope);
  }
  return {scopes.begin(), scopes.end()};
}

void read_scopes(PlanInput& input, const Ports& ports, int parallelism) {
  const std::vector<Scope> scopes = scopes_to_read(input);
  input.scopes.resize(scopes.size());
  for_each_in_parallel(scopes.size(), parallelism, [&](std::size_t i) {
    input.scopes[i] = read_scope(ports.issuer, scopes[i]);
  });
}

void read_all_sinks(PlanInput& input, const Ports& ports, int parallelism) {
  std::vector<std::pair<const DesiredSecret*, const AccountRecord*>> entries;
  for (const DesiredSecret& secret : input.desired.secrets) {
    const auto record = std::lower_bound(
        input.records.begin(), input.records.end(), secret.account,
        [](const AccountRecord& one, const AccountKey& key) { return one.key < key; });
    const bool known = record != input.records.end() && record->key == secret.account;
    if (!is_wanted(input.options, secret.address)) continue;
    // Without a record too: a sink may hold what a lost store knew.
    entries.emplace_back(&secret, known ? &*record : nullptr);
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first->account < b.first->account; });
  input.sinks.resize(entries.size());
  for_each_in_parallel(entries.size(), parallelism, [&](std::size_t i) {
    input.sinks[i] = read_sinks(ports, *entries[i].first, entries[i].second);
  });
}

}  // namespace

Result<World> gather(GatherRequest request, const Ports& ports) {
  World world;
  PlanInput& input = world.input;
  auto records = request.only ? ports.store.load(*request.only) : ports.store.load();
  if (!records) return fail(std::move(records.error()));
  input.records = std::move(*records);
  input.desired = std::move(request.desired);
  input.empty_sources = std::move(request.empty_sources);
  input.own_accounts = std::move(request.own_accounts);
  input.lineage = ports.store.identity().lineage;
  auto epoch = ports.store.epoch();
  if (!epoch) return fail(std::move(epoch.error()));
  input.store = *epoch;
  if (ports.escrow != nullptr) {
    auto key = ports.escrow->key_id();
    if (key) input.escrow_key = std::move(*key);
    if (!key) input.escrow_problem = key.error().text();
  }
  input.limits = ports.issuer.limits();
  input.safety = request.safety;
  input.approvals = std::move(request.approvals);
  input.options = std::move(request.options);
  if (input.options.refresh) {
    read_scopes(input, ports, request.parallelism);
    read_all_sinks(input, ports, request.parallelism);
  }
  if (!input.lineage.empty()) {
    input.signed_in = ports.issuer.signed_in(ports.store.identity().fingerprint_key);
  }
  world.world_read_at = ports.clock.since_boot();
  // Read side by side, so that they differ by the clocks alone.
  input.host_now = ports.clock.now();
  input.now = ports.issuer.now();
  return world;
}

bool gather_caps(PlanInput& input, const Plan& plan, Issuer& issuer, int parallelism) {
  std::set<Scope> wanted;
  for (const AccountPlan& account : plan.accounts) {
    for (const Change& change : account.changes) {
      if (change.action == Action::create || change.action == Action::renew) {
        wanted.insert(account.key.scope);
      }
    }
  }
  std::vector<ObservedScope*> scopes;
  for (ObservedScope& scope : input.scopes) {
    if (wanted.contains(scope.scope) && !scope.error) scopes.push_back(&scope);
  }
  for_each_in_parallel(scopes.size(), parallelism, [&](std::size_t i) {
    // Without the cap, Atlas itself refuses a life that is too long: not a reason to stop here.
    const auto cap = issuer.max_validity_hours(scopes[i]->scope);
    if (cap) scopes[i]->max_validity_hours = *cap;
  });
  return std::any_of(scopes.begin(), scopes.end(), [](const ObservedScope* scope) {
    return scope->max_validity_hours.has_value();
  });
}

}  // namespace keytide
