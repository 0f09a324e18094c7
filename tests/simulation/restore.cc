// Backups of the store that are put back, stores that are lost, and the person who accepts what is
// there then.
#include <algorithm>

#include "core/plan/make_plan.h"
#include "tests/simulation/world.h"

namespace keytide::simulation {
namespace {

bool waits_for_acceptance(const Plan& plan) {
  return std::any_of(plan.accounts.begin(), plan.accounts.end(), [](const AccountPlan& account) {
    return account.blocked && account.blocked->why.find("a backup") != std::string::npos;
  });
}

}  // namespace

// What the store that is there now does not know is nobody's, until it is imported. A store that
// knows as much of an account as the one before forgot nothing: what an open attempt of it made is
// ours.
void SimWorld::note_unknown_to_store(const std::vector<AccountRecord>& before) {
  const auto all = records();
  for (Subject& subject : subjects_) {
    const auto is_its = [&](const AccountRecord& one) {
      return one.key == subject.desired.account;
    };
    const auto record = std::find_if(all.begin(), all.end(), is_its);
    const auto old = std::find_if(before.begin(), before.end(), is_its);
    if (record != all.end() && old != before.end() && *record == *old) continue;
    for (const simulator::Secret& secret : subject.account->secrets) {
      const bool known = record != all.end() && record->find(SecretId(secret.id)) != nullptr;
      if (known || !subject.foreign.insert(secret.id).second) continue;
      subject.forgotten.insert(secret.id);
      // By the tag of an attempt that is open there it may be found to be keytide's.
      if (bears_a_tag(subject, secret.expires_at - secret.created_at)) {
        subject.lookalikes.insert(secret.id);
      }
    }
    excuse(subject, "the store was lost or restored");
  }
}

void SimWorld::let_store_be_replaced() {
  auto* memory = dynamic_cast<MemoryStore*>(store_.get());
  if (memory == nullptr || !chaos_.happens(&Mood::backup, "the store")) return;
  Random& random = chaos_.random();
  const std::int64_t what = random.below(4);
  if (what < 2 || backup_ == nullptr) {
    backup_ = std::make_unique<MemoryStore>(*memory, 0);
    trace_.add("the store was backed up");
    return;
  }
  const std::vector<AccountRecord> known = records();
  // The process that has it ends with start().
  const std::unique_ptr<StateStore> before = std::move(store_);
  if (what == 2) {
    // On another host there is no epoch to compare it with.
    const bool knows_epoch = random.chance(0.7);
    const std::int64_t seen = knows_epoch ? memory->epoch().value().seen : 0;
    store_ = std::make_unique<MemoryStore>(*backup_, seen);
    trace_.add(knows_epoch ? "the store was restored" : "the store was restored on another host");
  } else {
    store_ = std::make_unique<MemoryStore>(identity_);
    backup_.reset();
    trace_.add("the store was lost");
  }
  start();
  // What an attempt that is forgotten commits later can't be anybody's.
  atlas_->with([](simulator::State& state, simulator::Faults&, simulator::RequestLog&) {
    state.pending_creates.clear();
  });
  note_unknown_to_store(known);
}

// `apply -refresh-only`, by a person who read why everything stands still.
bool SimWorld::accepts_restored(PlanInput& input, const Plan& plan) {
  const bool is_seen = chaos_.is_calm() || chaos_.random().chance(0.2);
  if (!waits_for_acceptance(plan) || !is_seen) return false;
  trace_.add("a person accepts what is there");
  input.options.refresh_only = true;
  const bool is_complete = reconcile(input, make_plan(input));
  if (is_complete && input.store.is_restored()) {
    const Event event{clock_.now(), "simulation", {}, "", "store_accepted", ""};
    if (!store_->accept_restored(event)) fail("the store could not be accepted");
  }
  return true;
}

// What was imported is keytide's again.
void SimWorld::note_imports() {
  const auto all = records();
  for (const AccountRecord& record : all) {
    Subject& subject = subject_of(record.key);
    for (const OwnedSecret& secret : record.secrets) {
      if (subject.forgotten.erase(secret.id.str()) > 0) subject.foreign.erase(secret.id.str());
    }
  }
}

// Asked right before each create, delete and write.
void SimWorld::check_store_counts() {
  if (store_->epoch().value().is_restored()) fail("something is done by a restored store");
}

}  // namespace keytide::simulation
