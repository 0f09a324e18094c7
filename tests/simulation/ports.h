// The ports of a simulated keytide: real client and handler of Atlas behind a network that fails,
// files in memory that fail, a store that fails, clocks that step. Whatever dies throws Crash.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/seal.h"
#include "core/ports/clock.h"
#include "core/ports/escrow.h"
#include "core/ports/sink.h"
#include "core/ports/state_store.h"
#include "providers/atlas/simulator/atlas.h"
#include "providers/atlas/simulator/in_process_transport.h"
#include "tests/simulation/chaos.h"

namespace keytide::simulation {

struct Crash {};

// Atlas's clock is the truth; the host's is `offset` away from it.
class SimClock : public Clock {
 public:
  Instant now() override { return atlas_now() + offset; }
  std::chrono::milliseconds since_boot() override { return passed_; }
  void sleep(std::chrono::milliseconds length) override { passed_ += length; }
  Instant atlas_now() const { return start_ + std::chrono::floor<Seconds>(passed_); }

  Seconds offset{0};

 private:
  Instant start_{Seconds(1795464000)};
  std::chrono::milliseconds passed_{0};
};

// The lines of one run, for when it fails.
class Trace {
 public:
  void add(std::string line) {
    lines_.push_back(std::move(line));
    if (lines_.size() > kKept) lines_.erase(lines_.begin(), lines_.begin() + kKept / 2);
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  static constexpr std::size_t kKept = 4000;
  std::vector<std::string> lines_;
};

// "create", "get", "list", "delete", "token", "revoke", "settings"
std::string step_of(const HttpRequest& request);

class SimTransport : public Transport {
 public:
  SimTransport(simulator::SimulatedAtlas& atlas, SimClock& clock, Chaos& chaos, Trace& trace);
  tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                  const SendOptions& options) override;
  // Told of each id that a 201 made for keytide, whether or not keytide was told of it, and of each
  // DELETE that Atlas carried out.
  std::function<void(const std::string& client_id)> on_create;
  std::function<void(const std::string& secret_id)> on_delete;
  // Right before each call: people do not wait for keytide to finish.
  std::function<void()> before_any;
  // Right after Atlas showed accounts: all of the organization, or the one.
  std::function<void(const std::string& client_id)> on_look;
  // Right before keytide sends one.
  std::function<void(const std::string& client_id)> before_create;
  std::function<void(const std::string& secret_id)> before_delete;

 private:
  simulator::SimulatedAtlas& atlas_;
  SimClock& clock_;
  Chaos& chaos_;
  Trace& trace_;
  simulator::InProcessTransport inner_;
};

class SimStore : public StateStore {
 public:
  SimStore(StateStore& inner, const StoreIdentity& identity, SimClock& clock, Chaos& chaos,
           Trace& trace)
      : inner_(inner), identity_(identity), clock_(clock), chaos_(chaos), trace_(trace) {}

  const StoreIdentity& identity() const override { return identity_; }
  Result<StoreEpoch> epoch() override { return inner_.epoch(); }
  Result<void> accept_restored(const Event& event) override {
    return inner_.accept_restored(event);
  }
  Result<std::vector<AccountRecord>> load() override { return inner_.load(); }
  Result<std::vector<AccountRecord>> load(const Scope& scope) override {
    return inner_.load(scope);
  }
  Result<std::optional<AccountRecord>> find(const AccountKey& key) override {
    return inner_.find(key);
  }
  Result<std::int64_t> save(const AccountRecord& record, const Event& event) override;
  Result<void> spill(const AccountRecord& record) override;
  Result<void> erase(const AccountKey& key, std::int64_t version, const Event& event) override;
  Result<void> append(const Event& event) override { return inner_.append(event); }
  Result<std::vector<Event>> events(const EventQuery& query) override {
    return inner_.events(query);
  }
  Result<std::int64_t> prune_events(Instant before) override { return inner_.prune_events(before); }
  // After a pause: another process may have worked meanwhile.
  std::function<void()> after_pause;
  // Right before an unknown create is decided about.
  std::function<void(const AccountKey& key)> before_settle;

 private:
  int full_for_ = 0;  // saves that fail
  StateStore& inner_;
  const StoreIdentity& identity_;
  SimClock& clock_;
  Chaos& chaos_;
  Trace& trace_;
};

// One file: the consumer reads it.
struct SimFile {
  std::string value;  // empty: there is no such file
  std::string secret_id;
  std::int64_t generation = 0;
  std::string client_id;
  Instant down_until{};        // can't be written before that
  Instant unreadable_until{};  // nor read
  bool was_served = false;
};

// In place of the id, of a file that came back from a backup.
inline constexpr const char* kRestored = "restored";

using SimDisk = std::map<SinkName, SimFile>;

class SimSinks : public SinkFactory {
 public:
  SimSinks(SimDisk& disk, SimClock& clock, Chaos& chaos, Trace& trace)
      : disk_(disk), clock_(clock), chaos_(chaos), trace_(trace) {}
  std::unique_ptr<Sink> make(const SinkSpec& spec) override;
  std::function<void(const SinkName& sink, const std::string& secret_id)> before_write;

 private:
  SimDisk& disk_;
  SimClock& clock_;
  Chaos& chaos_;
  Trace& trace_;
};

class SimEscrow : public Escrow {
 public:
  Result<void> prepare() override { return {}; }
  Result<std::string> key_id() override { return seal_key_id(key_); }
  Result<std::string> seal(const SecretValue& value) override { return keytide::seal(value, key_); }
  Result<SecretValue> open(const std::string& sealed) override { return unseal(sealed, key_); }

 private:
  const SecretValue key_{std::string_view("a key of the simulation, 32 characters and more")};
};

}  // namespace keytide::simulation
