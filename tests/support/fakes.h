// Fakes of all ports, in one process: an Atlas with its rules in small, files in memory, a store in
// memory and a clock that only moves when somebody sleeps. Every W (a transaction of the store) and
// every E (a call to the world) goes through one Journal, where a test may crash the run.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/seal.h"
#include "core/ports/clock.h"
#include "core/ports/escrow.h"
#include "core/ports/issuer.h"
#include "core/ports/log.h"
#include "core/ports/sink.h"
#include "core/ports/state_store.h"
#include "core/reconcile/progress.h"

namespace keytide::test {

struct Crash {};  // thrown where a process would die

// What happened, in order: "W attempt_opened", "E create", "E write a", …
class Journal {
 public:
  std::vector<std::string> lines;
  std::map<std::string, std::function<void()>> before;  // what somebody does right before it
  std::map<std::string, std::function<void()>> after;

  // The run dies at the n-th line from now on, before its effect or right after it.
  void crash_at(std::size_t n, bool afterwards) {
    crash_ = lines.size() + n;
    dies_after_ = afterwards;
  }
  bool crashed() const { return crashed_; }
  void live_again() {
    crash_.reset();
    crashed_ = false;
  }

  template <class Effect>
  auto step(const std::string& line, Effect effect) {
    if (crashed_) throw Crash();
    lines.push_back(line);
    const bool dies = crash_ && lines.size() == *crash_ + 1;
    if (dies && !dies_after_) die();
    if (const auto found = before.find(line); found != before.end()) found->second();
    auto result = effect();
    if (dies) die();
    if (const auto found = after.find(line); found != after.end()) found->second();
    return result;
  }

 private:
  std::optional<std::size_t> crash_;
  bool dies_after_ = false;
  bool crashed_ = false;

  void die() {
    crashed_ = true;
    throw Crash();
  }
};

class FakeClock : public Clock {
 public:
  explicit FakeClock(Instant start) : start_(start) {}
  Instant now() override { return start_ + std::chrono::floor<Seconds>(passed_); }
  std::chrono::milliseconds since_boot() override { return passed_; }
  void sleep(std::chrono::milliseconds length) override { passed_ += length; }
  void advance(Seconds length) { passed_ += length; }

 private:
  Instant start_;
  std::chrono::milliseconds passed_{0};
};

class QuietLog : public Log {
 public:
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

class QuietProgress : public ProgressListener {
 public:
  void on(const Progress&) override {}
};

// One account. Two slots; a create cuts the others to a week; an expired secret keeps its slot.
class FakeIssuer : public Issuer {
 public:
  enum class Next {
    works,
    rejected,
    rejected_confirm,
    rejected_yet_made,
    busy,       // 429
    old_token,  // 401
    not_sent,
    lost,
    dropped
  };

  ObservedAccount account;
  std::deque<Next> creates;                    // how the next ones end; empty: they work
  std::deque<Verification::Verdict> verdicts;  // of the next ones; empty: as it really is
  std::map<SecretId, SecretValue> values;
  std::set<SecretId> made;                   // by create(), ever
  std::map<ClientId, Fingerprint> signs_in;  // what calls are signed in with
  int own_proofs = 0;
  int failing_removes = 0;
  int failing_gets = 0;
  int stale_gets = 0;  // show the account as it was before the last create

  FakeIssuer(Journal& journal, FakeClock& clock, AccountKey key)
      : account{std::move(key), "billing", {}}, journal_(journal), clock_(clock) {}

  const IssuerLimits& limits() const override { return limits_; }
  Instant now() override { return clock_.now(); }
  Result<ObservedScope> list(const Scope& scope) override {
    return ObservedScope{scope, now(), {account}, {}, {}};
  }
  Result<ObservedAccount> get(const AccountKey&) override {
    return journal_.step("E get", [&]() -> Result<ObservedAccount> {
      if (failing_gets > 0) {
        --failing_gets;
        return fail(ErrorKind::unavailable, "scripted");
      }
      ObservedAccount seen = account;
      if (stale_gets > 0) {
        --stale_gets;
        seen.secrets.pop_back();
      }
      return seen;
    });
  }
  Result<std::optional<int>> max_validity_hours(const Scope&) override { return {std::nullopt}; }

  CreateOutcome create(const AccountKey&, int hours) override {
    return journal_.step("E create", [&]() -> CreateOutcome {
      Next next = Next::works;
      if (!creates.empty()) {
        next = creates.front();
        creates.pop_front();
      }
      const Error why{ErrorKind::unavailable, "scripted", {}};
      if (next == Next::not_sent) return CreateNotSent{why};
      if (next == Next::rejected) return CreateRejected{why, false};
      if (next == Next::busy) {
        return CreateRejected{{ErrorKind::rate_limited, "429", {}}, false};
      }
      if (next == Next::old_token) {
        return CreateRejected{{ErrorKind::denied, "401", {}}, false, true};
      }
      if (next == Next::rejected_confirm) return CreateRejected{why, true};
      if (next == Next::dropped) return CreateUnknown{why};
      if (account.secrets.size() >= 2) return CreateRejected{{why.kind, "slots full", {}}, true};
      CreatedSecret made_now = make(hours);
      if (next == Next::rejected_yet_made) return CreateRejected{why, true};
      if (next == Next::lost) return CreateUnknown{why};
      return made_now;
    });
  }

  Result<void> remove(const AccountKey&, const SecretId& id) override {
    return journal_.step("E remove", [&]() -> Result<void> {
      if (failing_removes > 0) {
        --failing_removes;
        return fail(ErrorKind::unavailable, "scripted");
      }
      forget(id);
      return {};
    });
  }

  Verification verify(const AccountKey&, const SecretValue& value) override {
    return journal_.step("E verify", [&]() -> Verification {
      Verification::Verdict verdict = Verification::Verdict::refused;
      for (const ObservedSecret& secret : account.secrets) {
        const bool is_it = values.contains(secret.id) &&
                           fingerprint_of(values[secret.id], key_) == fingerprint_of(value, key_);
        if (is_it && secret.expires_at > now()) verdict = Verification::Verdict::works;
      }
      if (!verdicts.empty()) {
        verdict = verdicts.front();
        verdicts.pop_front();
      }
      return {verdict, Error{ErrorKind::denied, "scripted", {}}};
    });
  }

  Verification verify_own(const AccountKey& own, const SecretValue& value) override {
    ++own_proofs;
    return verify(own, value);
  }
  void sign_in_with(const ClientId& client_id, const SecretValue& value) override {
    journal_.step("sign in anew", [&] {
      signs_in[client_id] = fingerprint_of(value, key_);
      return true;
    });
  }
  std::map<ClientId, Fingerprint> signed_in(const FingerprintKey&) override { return signs_in; }

  CreatedSecret make(int hours) {
    for (ObservedSecret& secret : account.secrets) {
      secret.expires_at = std::min(secret.expires_at, now() + limits_.cut);
    }
    const std::string number = std::to_string(++count_);
    const SecretId id("s" + number);
    ObservedSecret seen{id, now(), now() + std::chrono::hours(hours), {}, "mdb_sa_sk_..." + number};
    account.secrets.push_back(seen);
    values[id] = SecretValue("mdb_sa_sk_value_of_" + number);
    made.insert(id);
    return {seen, values[id].clone()};
  }
  // A secret that somebody else made.
  void list_foreign(const std::string& id, Seconds left) {
    account.secrets.push_back({SecretId(id), now(), now() + left, {}, "mdb_sa_sk_..." + id});
  }
  void forget(const SecretId& id) {
    std::erase_if(account.secrets, [&](const ObservedSecret& one) { return one.id == id; });
  }
  bool is_alive(const SecretId& id) {
    for (const ObservedSecret& secret : account.secrets) {
      if (secret.id == id) return secret.expires_at > now();
    }
    return false;
  }

 private:
  Journal& journal_;
  FakeClock& clock_;
  IssuerLimits limits_;
  int count_ = 0;
  const FingerprintKey key_{std::string(64, '0')};
};

// Files by the name of their sink. Hooks are counted.
struct Disk {
  struct File {
    std::optional<SecretValue> value;
    SecretId id;
    std::int64_t generation = 0;  // of its stamp
    bool unwritable = false;      // preflight says so
    int failing_writes = 0;
    bool readable = true;
    bool unreadable_once_written = false;
  };
  std::map<SinkName, File> files;
  std::map<SinkName, int> hook_runs;
  int failing_hooks = 0;
};

class FakeSink : public Sink {
 public:
  FakeSink(Journal& journal, Disk& disk, SinkSpec spec)
      : journal_(journal), disk_(disk), spec_(std::move(spec)) {}

  Result<void> preflight() override {
    if (!spec_.is_hook() && file().unwritable) return fail(ErrorKind::io, "read-only");
    return {};
  }
  Result<void> write(const Payload& payload) override {
    return journal_.step("E write " + spec_.name.str(), [&]() -> Result<void> {
      if (spec_.is_hook()) return run();
      if (file().failing_writes > 0 || file().unwritable) {
        --file().failing_writes;
        return fail(ErrorKind::io, "disk full");
      }
      file().value = payload.value->clone();
      file().id = payload.secret_id;
      file().generation = payload.generation;
      if (file().unreadable_once_written) file().readable = false;
      return {};
    });
  }
  Result<SinkReading> read(const FingerprintKey& key) override {
    if (!file().readable) return fail(ErrorKind::io, "permission denied");
    SinkReading reading;
    reading.exists = file().value.has_value();
    if (reading.exists) reading.fingerprint = fingerprint_of(*file().value, key);
    if (reading.exists) reading.masked = masked(*file().value);
    reading.generation = file().generation;
    reading.client_id = "mdb_sa_id_1234567890abcdef12345678";
    return reading;
  }
  Result<SecretValue> take() override {
    if (!file().readable) return fail(ErrorKind::io, "permission denied");
    if (!file().value) return fail(ErrorKind::not_found, "no such file");
    return file().value->clone();
  }
  Result<void> adjust() override { return {}; }

 private:
  Journal& journal_;
  Disk& disk_;
  SinkSpec spec_;

  Disk::File& file() { return disk_.files[spec_.name]; }
  Result<void> run() {
    if (disk_.failing_hooks > 0) {
      --disk_.failing_hooks;
      return fail(ErrorKind::io, "exit 1");
    }
    ++disk_.hook_runs[spec_.name];
    return {};
  }
};

class FakeSinks : public SinkFactory {
 public:
  FakeSinks(Journal& journal, Disk& disk) : journal_(journal), disk_(disk) {}
  std::unique_ptr<Sink> make(const SinkSpec& spec) override {
    return std::make_unique<FakeSink>(journal_, disk_, spec);
  }

 private:
  Journal& journal_;
  Disk& disk_;
};

// The real cipher under a key in memory.
class FakeEscrow : public Escrow {
 public:
  bool is_broken = false;

  Result<void> prepare() override {
    if (is_broken) return fail(ErrorKind::io, "no space for the key");
    return {};
  }
  Result<std::string> key_id() override { return seal_key_id(key_); }
  Result<std::string> seal(const SecretValue& value) override { return keytide::seal(value, key_); }
  Result<SecretValue> open(const std::string& sealed) override { return unseal(sealed, key_); }
  void lose_key() { key_ = make_seal_key(); }

 private:
  SecretValue key_ = make_seal_key();
};

}  // namespace keytide::test
