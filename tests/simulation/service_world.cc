#include "tests/simulation/service_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cmd/keytide/daemon/measured_ports.h"
#include "core/base/check.h"
#include "providers/atlas/simulator/seed.h"
#include "providers/system/atomic_file.h"

namespace keytide::simulation {
namespace {

constexpr std::size_t kBrokenMax = 20;
constexpr const char* kOwnSecret = "mdb_sa_sk_0123456789012345678901234567890123456789";

std::string own_account(int org) { return fmt::format("mdb_sa_id_aaaaaaaaaaaaaaaa{:08x}", org); }
std::string account_of(int entry) { return fmt::format("mdb_sa_id_bbbbbbbbbbbbbbbb{:08x}", entry); }

}  // namespace

// The in-process network, with organizations that do not answer.
class ServiceWorld::Network : public Transport {
 public:
  Network(simulator::SimulatedAtlas& atlas, VirtualClock& clock, ServiceWorld& world)
      : inner_(atlas, clock), clock_(clock), world_(world) {}

  tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                  const SendOptions& options) override {
    const bool is_down = std::any_of(
        world_.down.begin(), world_.down.end(),
        [&](const std::string& org) { return request.url.find(org) != std::string::npos; });
    if (is_down) {
      clock_.advance(options.time_limit);
      return tl::unexpected(TransportError{TransportError::Reached::maybe_sent,
                                           {ErrorKind::unavailable, "no reply", {}}});
    }
    if (request.method == "POST" && request.url.ends_with("/secrets")) ++world_.creates_;
    return inner_.send(request, options);
  }

 private:
  simulator::InProcessTransport inner_;
  VirtualClock& clock_;
  ServiceWorld& world_;
};

ServiceWorld::ServiceWorld(const ServiceOptions& options)
    : options_(options),
      escrow_(options.folder + "/keytide.db.key", true),
      metrics_({"simulated", {reason_words(), 1000}}) {
  simulator::Random random(1);
  auto seed = simulator::parse_seed(seed_text(), "seed", clock_.now(), random);
  CHECK(seed.problems.empty(), "the seed is sound");
  atlas_ = std::make_unique<simulator::SimulatedAtlas>(std::move(seed.world), seed.settings, 1);
  network_ = std::make_unique<Network>(*atlas_, clock_, *this);
  Credentials credentials;
  for (int org = 0; org < options.orgs; ++org) {
    credentials.by_scope_id.emplace(
        org_id(org), ServiceAccountCredential{ClientId(own_account(org)), SecretValue(kOwnSecret)});
  }
  AtlasOptions atlas_options;
  atlas_options.base_url = "http://127.0.0.1";
  client_ =
      std::make_unique<AtlasClient>(*network_, clock_, log_, atlas_options, std::move(credentials));
  issuer_ = std::make_unique<AtlasIssuer>(*client_);
  SqliteOptions sqlite;
  sqlite.synchronous = false;
  auto store = SqliteStore::open(options.folder + "/keytide.db", sqlite);
  CHECK(store.has_value(), "the store can be opened");
  store_ = std::move(*store);
  std::filesystem::create_directory(options.folder + "/out");
  for (int i = 0; i < options.short_entries + options.long_entries; ++i) {
    DesiredSecret secret;
    secret.address = Address(fmt::format("entry-{:04}", i));
    secret.account = {{Scope::Kind::org, org_id(i % options.orgs)}, ClientId(account_of(i))};
    secret.lifetime = std::chrono::hours(i < options.short_entries ? 8 : 90 * 24);
    const std::string path = options.folder + "/out/" + secret.address.str();
    secret.deliver = {
        {SinkName("file:" + path), FileSink{path, FileFormat::raw, 0600, "", ""}, {}}};
    desired_.secrets.push_back(std::move(secret));
  }
  loop_ = std::make_unique<Loop>(ports(), LoopOptions{});
}

ServiceWorld::~ServiceWorld() = default;

std::string ServiceWorld::org_id(int index) const { return fmt::format("{:024x}", index + 1); }

std::string ServiceWorld::seed_text() const {
  std::string text = "orgs:\n";
  const int entries = options_.short_entries + options_.long_entries;
  for (int org = 0; org < options_.orgs; ++org) {
    text += fmt::format(
        "  - id: {}\n    name: org{}\n    serviceAccounts:\n"
        "      - {{clientId: {}, name: keytide, roles: [ORG_OWNER], secrets: [{{secret: {}, "
        "createdAt: -1d, expiresAt: +3650d}}]}}\n",
        org_id(org), org, own_account(org), kOwnSecret);
    for (int i = org; i < entries; i += options_.orgs) {
      text +=
          fmt::format("      - {{clientId: {}, name: e{}, roles: [ORG_READ_ONLY], secrets: []}}\n",
                      account_of(i), i);
    }
  }
  return text;
}

FeedLook ServiceWorld::look(Reading /*reading*/) {
  FeedLook out;
  out.sources.push_back(
      {"secrets", "r1", clock_.now(), "r1", clock_.now(), "", desired_.secrets.size()});
  if (!std::exchange(was_read_, true)) out.accepted = desired_;
  return out;
}

LoopPorts ServiceWorld::ports() {
  return {[this] { return issuer_->now(); },
          [this] { return clock_.now(); },
          [this] { return clock_.since_boot(); },
          *this,
          [this](const PassRequest& request) { return pass(request); },
          [this](std::function<void()> job) { jobs_.push_back(std::move(job)); },
          [] {},
          [this](SnapshotPtr snapshot) { snapshots_.put(std::move(snapshot)); },
          log_};
}

PassResult ServiceWorld::pass(const PassRequest& request) {
  ++passes_;
  last_scope_ = request.scope;
  class Quiet : public ProgressListener {
    void on(const Progress&) override {}
  } quiet;
  MeasuredPorts measured(
      {*issuer_, *store_, sinks_, clock_, log_, quiet, &escrow_, &client_->budget()}, metrics_);
  PassRequest whole = request;
  whole.parallelism = 1;
  whole.actor = "run";
  PassResult result = run_pass(whole, measured.ports());
  for (const EntryFailure& failure : result.done.failures) {
    if (down.empty() && broken_.size() < kBrokenMax) {
      broken_.push_back(fmt::format("{} {}: {}", format_instant(clock_.now()),
                                    failure.address.str(), failure.error.text()));
    }
  }
  metrics_.on_pass(!result.error, std::chrono::seconds(1));
  return result;
}

void ServiceWorld::run(Seconds length) {
  const Instant end = clock_.now() + length;
  while (clock_.now() < end) {
    loop_->step();
    if (!jobs_.empty()) {
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      const int before = passes_;
      job();
      if (passes_ != before) check_consumers(last_scope_);
      continue;
    }
    clock_.advance(std::max(loop_->next(), std::chrono::milliseconds(1)));
    if (clock_.now() >= checked_at_ + std::chrono::hours(1)) check_consumers(std::nullopt);
  }
}

void ServiceWorld::check_consumers(const std::optional<Scope>& only) {
  if (!only) checked_at_ = clock_.now();
  atlas_->with([&](simulator::State& state, auto&, simulator::RequestLog& requests) {
    requests.clear();  // it is not what is measured
    for (const DesiredSecret& secret : desired_.secrets) {
      if (only && secret.account.scope != *only) continue;
      const auto held = read_file(std::get<FileSink>(secret.deliver[0].target).path, 4096);
      const std::string& name = secret.address.str();
      if (!held && !served_.contains(name)) continue;
      served_.insert(name);
      ++questions_;
      const auto* account = state.world.find_account(secret.account.client_id.str());
      const bool lives =
          held && std::any_of(account->secrets.begin(), account->secrets.end(),
                              [&](const simulator::Secret& one) {
                                return one.value == *held && one.expires_at > clock_.now();
                              });
      if (lives) continue;
      orgs_with_gaps_.insert(secret.account.scope.id);
      const std::string what =
          fmt::format("{} {} has no living secret", format_instant(clock_.now()), name);
      if (broken_.size() < kBrokenMax) broken_.push_back(what);
    }
  });
}

}  // namespace keytide::simulation
