#include "tests/simulation/ports.h"

#include <fmt/format.h>

namespace keytide::simulation {
namespace {

tl::unexpected<TransportError> unsent() {
  return tl::unexpected<TransportError>(
      {TransportError::Reached::not_sent, {ErrorKind::unavailable, "connection refused", {}}});
}

tl::unexpected<TransportError> lost() {
  return tl::unexpected<TransportError>(
      {TransportError::Reached::maybe_sent, {ErrorKind::unavailable, "the reply was lost", {}}});
}

HttpResponse error_of(int status, const char* code) {
  return {status,
          {{"Content-Type", "application/json"}},
          fmt::format(R"({{"error":{},"errorCode":"{}","detail":"simulated"}})", status, code)};
}

// ".../serviceAccounts/mdb_sa_id_x/secrets/ID": the part after `name`/.
std::string part_after(const std::string& url, std::string_view name) {
  const std::size_t at = url.find(name);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size();
  return url.substr(begin, std::min(url.find_first_of("/?", begin), url.size()) - begin);
}

class SimSink : public Sink {
 public:
  SimSink(SinkSpec spec, SimFile& file, SimClock& clock, Chaos& chaos, Trace& trace,
          const SimSinks& sinks)
      : spec_(std::move(spec)),
        file_(file),
        clock_(clock),
        chaos_(chaos),
        trace_(trace),
        sinks_(sinks) {}

  Result<void> preflight() override {
    if (!spec_.is_hook() && file_.down_until > clock_.atlas_now()) {
      return fail(ErrorKind::io, "read-only");
    }
    return {};
  }

  Result<void> write(const Payload& payload) override {
    const std::string step = spec_.is_hook() ? "hook" : "write";
    const Trouble trouble = chaos_.at_write(step);
    trace_.add(fmt::format("E {} {} {}: {}", step, spec_.name.str(), payload.secret_id.str(),
                           name_of(trouble)));
    sinks_.before_write(spec_.name, payload.secret_id.str());
    if (chaos_.random().chance(0.2)) clock_.sleep(std::chrono::seconds(7));
    if (trouble == Trouble::crash_before) throw Crash();
    if (trouble == Trouble::failed_write || file_.down_until > clock_.atlas_now()) {
      return fail(ErrorKind::io, "disk full");
    }
    if (!spec_.is_hook()) {
      if (file_.generation > payload.generation && file_.client_id == payload.client_id.str()) {
        return fail(ErrorKind::conflict, "it holds a higher generation");
      }
      file_.value = payload.value->reveal();
      file_.secret_id = payload.secret_id.str();
      file_.generation = payload.generation;
      file_.client_id = payload.client_id.str();
      file_.was_served = true;
    }
    if (trouble == Trouble::crash_after) throw Crash();
    return {};
  }

  Result<SinkReading> read(const FingerprintKey& key) override {
    if (auto readable = check_readable(); !readable) return fail(std::move(readable.error()));
    SinkReading reading;
    reading.exists = !file_.value.empty();
    if (!reading.exists) return reading;
    reading.fingerprint = fingerprint_of(file_.value, key);
    reading.masked = masked(file_.value);
    reading.generation = file_.generation;
    reading.client_id = file_.client_id;
    return reading;
  }

  Result<SecretValue> take() override {
    if (auto readable = check_readable(); !readable) return fail(std::move(readable.error()));
    if (file_.value.empty()) return fail(ErrorKind::not_found, "no such file");
    return SecretValue(file_.value);
  }

  Result<void> adjust() override { return {}; }

 private:
  Result<void> check_readable() const {
    if (spec_.is_hook()) return fail(ErrorKind::unsupported, "a hook holds nothing");
    if (file_.unreadable_until > clock_.atlas_now()) return fail(ErrorKind::io, "can't be read");
    return {};
  }

  const SinkSpec spec_;
  SimFile& file_;
  SimClock& clock_;
  Chaos& chaos_;
  Trace& trace_;
  const SimSinks& sinks_;
};

}  // namespace

std::string step_of(const HttpRequest& request) {
  if (request.url.find("/oauth/token") != std::string::npos) return "token";
  if (request.url.find("/oauth/revoke") != std::string::npos) return "revoke";
  if (request.url.find("/settings") != std::string::npos) return "settings";
  if (request.method == "POST") return "create";
  if (request.method == "DELETE") return "delete";
  return request.url.find("/serviceAccounts/") != std::string::npos ? "get" : "list";
}

SimTransport::SimTransport(simulator::SimulatedAtlas& atlas, SimClock& clock, Chaos& chaos,
                           Trace& trace)
    : atlas_(atlas),
      clock_(clock),
      chaos_(chaos),
      trace_(trace),
      inner_(atlas, clock, {"127.0.0.1", [&clock] { return clock.atlas_now(); }}) {}

tl::expected<HttpResponse, TransportError> SimTransport::send(const HttpRequest& request,
                                                              const SendOptions& options) {
  const std::string step = step_of(request);
  const Trouble trouble = chaos_.at_call(step);
  trace_.add(
      fmt::format("{} E {}: {}", format_instant(clock_.atlas_now()), step, name_of(trouble)));
  clock_.sleep(std::chrono::milliseconds(40));
  before_any();
  if (step == "create") before_create(part_after(request.url, "/serviceAccounts/"));
  if (step == "delete") before_delete(part_after(request.url, "/secrets/"));
  switch (trouble) {
    case Trouble::crash_before:
      throw Crash();
    case Trouble::not_sent:
      return unsent();
    case Trouble::server_error:
      return error_of(500, "UNEXPECTED_ERROR");
    case Trouble::busy:
      return error_of(429, "RATE_LIMITED");
    case Trouble::forbidden:
      return error_of(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
    default:
      break;
  }
  if (trouble == Trouble::late_commit) {
    atlas_.with([&](simulator::State&, simulator::Faults& faults, simulator::RequestLog&) {
      simulator::Fault late;
      late.method = "POST";
      late.path = "/secrets";
      late.times = 1;
      late.delay = std::chrono::seconds(200 + chaos_.random().below(640));
      late.commit_late = true;
      faults.add(late);
    });
  }
  auto reply = inner_.send(request, options);
  const bool done = reply ? reply->status < 300 : trouble == Trouble::late_commit;
  if (done && step == "create" && on_create)
    on_create(part_after(request.url, "/serviceAccounts/"));
  if (done && step == "delete" && on_delete) on_delete(part_after(request.url, "/secrets/"));
  if (trouble == Trouble::crash_after) throw Crash();
  const bool looked = reply && reply->status == 200 && trouble != Trouble::lost_reply;
  if (looked && (step == "get" || step == "list")) {
    on_look(step == "get" ? part_after(request.url, "/serviceAccounts/") : "");
  }
  if (trouble == Trouble::lost_reply) {
    clock_.sleep(options.time_limit);
    return lost();
  }
  return reply;
}

Result<std::int64_t> SimStore::save(const AccountRecord& record, const Event& event) {
  const Trouble trouble = chaos_.at_save(event.kind);
  trace_.add(
      fmt::format("W {} {}: {} {}", event.kind, record.address.str(), event.why, name_of(trouble)));
  if (event.kind == "attempt_settled") before_settle(record.key);
  if (trouble == Trouble::crash_before) throw Crash();
  if (full_for_ > 0) {
    --full_for_;
    return fail(ErrorKind::io, "disk full");
  }
  if (trouble == Trouble::failed_write) {
    // For longer than the one try, when it matters most.
    if (event.kind == "secret_created" && chaos_.random().chance(0.5)) full_for_ = 2;
    return fail(ErrorKind::io, "disk full");
  }
  auto saved = inner_.save(record, event);
  if (trouble == Trouble::crash_after) throw Crash();
  if (trouble == Trouble::paused) {
    clock_.sleep(Seconds(11 + chaos_.random().below(1200)));
    after_pause();
  }
  return saved;
}

Result<void> SimStore::spill(const AccountRecord& record) {
  const Trouble trouble = chaos_.at_save("spill");
  trace_.add(fmt::format("W spill {}: {}", record.address.str(), name_of(trouble)));
  if (trouble == Trouble::crash_before) throw Crash();
  if (trouble == Trouble::failed_write) return fail(ErrorKind::io, "disk full");
  auto spilled = inner_.spill(record);
  if (trouble == Trouble::crash_after) throw Crash();
  return spilled;
}

Result<void> SimStore::erase(const AccountKey& key, std::int64_t version, const Event& event) {
  const Trouble trouble = chaos_.at_save(event.kind);
  if (trouble == Trouble::crash_before) throw Crash();
  if (trouble == Trouble::failed_write) return fail(ErrorKind::io, "disk full");
  auto erased = inner_.erase(key, version, event);
  if (trouble == Trouble::crash_after) throw Crash();
  return erased;
}

std::unique_ptr<Sink> SimSinks::make(const SinkSpec& spec) {
  return std::make_unique<SimSink>(spec, disk_[spec.name], clock_, chaos_, trace_, *this);
}

}  // namespace keytide::simulation
