// FailingPorts: the ports of a run that dies at a failpoint. Each call is handed on as it is; the
// failpoint is told before and after those that are a step. Threads: as the ports behind it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cmd/keytide/failpoint.h"
#include "cmd/keytide/forwarding_ports.h"
#include "core/reconcile/run.h"

namespace keytide {

// Which kind of delete an id is about to see: known from the intent that was recorded for it. Of
// the steps' three names: W, E, and the W that says it is gone.
struct DeleteSteps {
  std::string_view intent;
  std::string_view call;
  std::string_view gone;
};

class FailingStore : public StateStore {
 public:
  FailingStore(StateStore& inner, Failpoint& failpoint) : inner_(inner), failpoint_(failpoint) {}

  const StoreIdentity& identity() const override { return inner_.identity(); }
  Result<StoreEpoch> epoch() override { return inner_.epoch(); }
  Result<void> accept_restored(const Event& event) override {
    return inner_.accept_restored(event);
  }
  Result<void> spill(const AccountRecord& record) override { return inner_.spill(record); }
  Result<std::vector<AccountRecord>> load() override { return inner_.load(); }
  Result<std::vector<AccountRecord>> load(const Scope& scope) override {
    return inner_.load(scope);
  }
  Result<std::optional<AccountRecord>> find(const AccountKey& key) override {
    return inner_.find(key);
  }
  Result<std::int64_t> save(const AccountRecord& record, const Event& event) override;
  Result<void> erase(const AccountKey& key, std::int64_t version, const Event& event) override {
    return inner_.erase(key, version, event);
  }
  Result<void> append(const Event& event) override { return inner_.append(event); }
  Result<std::vector<Event>> events(const EventQuery& query) override {
    return inner_.events(query);
  }
  Result<std::int64_t> prune_events(Instant before) override { return inner_.prune_events(before); }

  // Of an id whose delete was recorded; empty names for another.
  DeleteSteps delete_of(const SecretId& id);

 private:
  // The W that this event stands for; empty: none.
  std::string_view step_of(const AccountRecord& record, const Event& event);

  StateStore& inner_;
  Failpoint& failpoint_;
  std::mutex mutex_;
  std::map<std::string, DeleteSteps> deletes_;  // by id
};

class FailingIssuer : public ForwardingIssuer {
 public:
  FailingIssuer(Issuer& inner, Failpoint& failpoint, FailingStore& store)
      : ForwardingIssuer(inner), failpoint_(failpoint), store_(store) {}

  CreateOutcome create(const AccountKey& key, int hours) override;
  Result<void> remove(const AccountKey& key, const SecretId& id) override;
  Verification verify(const AccountKey& key, const SecretValue& value) override;
  Verification verify_own(const AccountKey& key, const SecretValue& value) override;

 private:
  Failpoint& failpoint_;
  FailingStore& store_;
};

class FailingSinks : public SinkFactory {
 public:
  FailingSinks(SinkFactory& inner, Failpoint& failpoint) : inner_(inner), failpoint_(failpoint) {}
  std::unique_ptr<Sink> make(const SinkSpec& spec) override;

 private:
  SinkFactory& inner_;
  Failpoint& failpoint_;
};

// Outlives the ports that it gives out; `inner` outlives it.
class FailingPorts {
 public:
  FailingPorts(const Ports& inner, Failpoint& failpoint)
      : inner_(inner),
        store_(inner.store, failpoint),
        issuer_(inner.issuer, failpoint, store_),
        sinks_(inner.sinks, failpoint) {}

  Ports ports() {
    return {issuer_,    store_,          sinks_,        inner_.clock,
            inner_.log, inner_.progress, inner_.escrow, inner_.budget};
  }

 private:
  const Ports inner_;
  FailingStore store_;
  FailingIssuer issuer_;
  FailingSinks sinks_;
};

}  // namespace keytide
