#include "cmd/keytide/failing_ports.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "cmd/keytide/failpoints.h"

namespace keytide {
namespace {

constexpr DeleteSteps kOld{"W6", "E4", "W7"};
constexpr DeleteSteps kUnused{"W-orphan", "E-orphan", "W-orphan-gone"};
constexpr DeleteSteps kAborted{"W-abort", "E-abort", "W-abort-gone"};

// What core/reconcile calls the steps in the event log.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kStepsByKind{{
    {"attempt_opened", "W1"},
    {"secret_created", "W2"},
    {"secret_verified", "W3"},
    {"sink_begun", "Wb"},
    {"sink_delivered", "Wd"},
    {"switched", "W5"},
    {"attempt_settled", "W-settle"},
}};

const OwnedSecret* find_doomed(const AccountRecord& record, const Event& event) {
  const auto at =
      std::find_if(record.secrets.begin(), record.secrets.end(), [&](const OwnedSecret& secret) {
        if (!secret.delete_intended) return false;
        return event.kind == "attempt_aborted" ? secret.role == Role::orphan
                                               : secret.id.str() == event.why;
      });
  return at == record.secrets.end() ? nullptr : &*at;
}

bool has_served(Role role) { return role == Role::previous || role == Role::current; }

class FailingSink : public ForwardingSink {
 public:
  FailingSink(std::unique_ptr<Sink> inner, Failpoint& failpoint)
      : ForwardingSink(std::move(inner)), failpoint_(failpoint) {}

  Result<void> write(const Payload& payload) override {
    failpoint_.before("E3");
    auto written = ForwardingSink::write(payload);
    failpoint_.after("E3");
    return written;
  }

 private:
  Failpoint& failpoint_;
};

class Armed : public Failpoints {
 public:
  explicit Armed(FailpointSpec spec) : failpoint_(std::move(spec), die_at_once) {}
  Ports over(const Ports& inner) override {
    return given_out_.emplace_back(inner, failpoint_).ports();
  }

 private:
  Failpoint failpoint_;
  std::deque<FailingPorts> given_out_;
};

}  // namespace

Result<std::unique_ptr<Failpoints>> Failpoints::of(const Environment& environment) {
  auto spec = failpoint_from(environment);
  if (!spec) return fail(std::move(spec.error()));
  if (!*spec) return std::unique_ptr<Failpoints>();
  return std::unique_ptr<Failpoints>(std::make_unique<Armed>(std::move(**spec)));
}

Result<std::int64_t> FailingStore::save(const AccountRecord& record, const Event& event) {
  const std::string_view step = step_of(record, event);
  failpoint_.before(step);
  auto saved = inner_.save(record, event);
  if (saved) failpoint_.after(step);
  return saved;
}

std::string_view FailingStore::step_of(const AccountRecord& record, const Event& event) {
  for (const auto& [kind, step] : kStepsByKind) {
    if (event.kind == kind) return step;
  }
  const bool is_abort = event.kind == "attempt_aborted";
  if (is_abort || event.kind == "delete_intended") {
    const OwnedSecret* doomed = find_doomed(record, event);
    if (doomed == nullptr) return is_abort ? kAborted.intent : "";
    const DeleteSteps steps = is_abort ? kAborted : has_served(doomed->role) ? kOld : kUnused;
    const std::lock_guard lock(mutex_);
    deletes_[doomed->id.str()] = steps;
    return steps.intent;
  }
  if (event.kind == "secret_deleted") return delete_of(SecretId(event.why)).gone;
  return "";
}

DeleteSteps FailingStore::delete_of(const SecretId& id) {
  const std::lock_guard lock(mutex_);
  const auto at = deletes_.find(id.str());
  return at == deletes_.end() ? DeleteSteps{} : at->second;
}

CreateOutcome FailingIssuer::create(const AccountKey& key, int hours) {
  failpoint_.before("E1");
  CreateOutcome outcome = ForwardingIssuer::create(key, hours);
  failpoint_.after("E1");
  return outcome;
}

Result<void> FailingIssuer::remove(const AccountKey& key, const SecretId& id) {
  const std::string_view step = store_.delete_of(id).call;
  failpoint_.before(step);
  auto removed = ForwardingIssuer::remove(key, id);
  failpoint_.after(step);
  return removed;
}

Verification FailingIssuer::verify(const AccountKey& key, const SecretValue& value) {
  failpoint_.before("E2");
  Verification seen = ForwardingIssuer::verify(key, value);
  failpoint_.after("E2");
  return seen;
}

Verification FailingIssuer::verify_own(const AccountKey& key, const SecretValue& value) {
  failpoint_.before("E2");
  Verification seen = ForwardingIssuer::verify_own(key, value);
  failpoint_.after("E2");
  return seen;
}

std::unique_ptr<Sink> FailingSinks::make(const SinkSpec& spec) {
  return std::make_unique<FailingSink>(inner_.make(spec), failpoint_);
}

}  // namespace keytide
