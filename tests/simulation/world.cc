#include "tests/simulation/world.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "state/memory_store.h"
#include "state/sqlite_store.h"
#include "tests/simulation/process.h"

namespace keytide::simulation {
namespace {

constexpr const char* kOrg = "32b6e34b3d91647abb20e7b8";

// Eight kinds of days.
Mood mood_of(std::uint64_t seed) {
  switch (seed % 8) {
    case 0:
      if (seed % 16 == 8) return {.crash = 0.01, .backup = 0.03};
      return {};
    case 1:
      return {.crash = seed % 16 == 1 ? 0.12 : 0.05};
    case 2:
      return {.network = 0.1};
    case 3:
      return {.crash = 0.02, .network = 0.05, .write = 0.05};
    case 4:
      return {.network = 0.02, .people = 0.3, .cap = seed % 16 == 12 ? 0.02 : 0.0};
    case 5:
      return {.crash = 0.02, .write = 0.05, .sinks = 0.3};
    case 6:
      return {.network = 0.05, .pause = 0.02, .another = 0.5, .clock = 0.05};
    default:
      return {.crash = 0.02,
              .network = 0.03,
              .write = 0.02,
              .pause = 0.01,
              .another = 0.3,
              .people = 0.1,
              .cap = 0.003,
              .sinks = 0.1,
              .clock = 0.02,
              .backup = seed % 16 == 15 ? 0.02 : 0.0};
  }
}

}  // namespace

Seconds lifetime_of(std::int64_t draw) {
  using std::chrono::hours;
  constexpr std::array kLives{hours(8),      hours(9),       hours(12),
                              hours(7 * 24), hours(90 * 24), hours(365 * 24)};
  return kLives[static_cast<std::size_t>(draw) % kLives.size()];
}

SimWorld::SimWorld(const Options& options)
    : options_(options),
      chaos_(options.seed, mood_of(options.seed), options.left_out),
      random_(options.seed * 7919 + 1),
      is_unattended_(options.seed / 8 % 2 == 1),
      identity_{fmt::format("lineage{}", options.seed), FingerprintKey(std::string(64, '0'))} {
  if (options.seeks_seldom) chaos_.seek_seldom();
  has_escrow_ = !random_.chance(0.15);
  make_entries();
  if (options.on_sqlite) {
    folder_ = (std::filesystem::temp_directory_path() / "keytide-simulation-XXXXXX").string();
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
    SqliteOptions sqlite;
    sqlite.synchronous = false;
    store_ = std::move(SqliteStore::open(folder_ + "/keytide.db", sqlite).value());
  } else {
    store_ = std::make_unique<MemoryStore>(identity_);
  }
  start();
}

SimWorld::~SimWorld() {
  process_.reset();
  store_.reset();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

void SimWorld::make_entries() {
  simulator::World world;
  simulator::Site& org = world.add_org(kOrg, "acme");
  simulator::Account& own = world.add_account(org, kKeytide);
  own.roles = {"ORG_OWNER"};
  org_ = &org;
  const Instant now = clock_.atlas_now();
  own.secrets.push_back({kKeytideId, kKeytideSecret, now, now + std::chrono::hours(24 * 365 * 1000),
                         std::nullopt, now});
  const std::int64_t count = 1 + random_.below(3);
  for (std::int64_t i = 0; i < count; ++i) {
    Subject subject;
    DesiredSecret& entry = subject.desired;
    const std::string client_id = fmt::format("mdb_sa_id_{:024x}", i + 1);
    entry.address = Address(fmt::format("entry{}", i));
    entry.account = {{Scope::Kind::org, kOrg}, ClientId(client_id)};
    entry.lifetime = lifetime_of(random_.below(60));
    entry.exclusive = random_.chance(0.3);
    if (random_.chance(0.2)) entry.on_remove = OnRemove::retire;
    entry.foreign = random_.chance(0.7) ? ForeignPolicy::cut : ForeignPolicy::block;
    const std::int64_t files = has_escrow_ ? 1 + random_.below(3) : 1;
    for (std::int64_t f = 0; f < files; ++f) {
      const std::string path = fmt::format("/run/{}/{}", i, f);
      entry.deliver.push_back(
          {SinkName("file:" + path), FileSink{path, FileFormat::env, 0600, "", ""}, {}});
    }
    if (random_.chance(0.3)) {
      entry.deliver.push_back(
          {SinkName(fmt::format("notify:{}", i)), NotifyHook{{"true"}, Seconds(30)}, {}});
    }
    subject.account = &world.add_account(org, client_id);
    subjects_.push_back(std::move(subject));
  }
  if (random_.chance(0.25)) add_own_entry(own);
  simulator::Settings settings;
  settings.rate_limits = false;
  if (random_.chance(0.3)) settings.secret_propagation = Seconds(random_.below(60));
  // Longer than keytide waits for.
  if (options_.seed % 16 == 9) settings.secret_propagation = Seconds(600);
  if (random_.chance(0.3)) settings.last_used_delay = Seconds(random_.below(600));
  atlas_ = std::make_unique<simulator::SimulatedAtlas>(std::move(world), settings, options_.seed);
}

// keytide's own account as an entry: its file is where the next process finds its credential, and
// holds a secret that a person made.
void SimWorld::add_own_entry(simulator::Account& own) {
  Subject subject;
  subject.is_own = true;
  subject.account = &own;
  DesiredSecret& entry = subject.desired;
  entry.address = Address("keytide");
  entry.account = {{Scope::Kind::org, kOrg}, ClientId(kKeytide)};
  entry.lifetime = lifetime_of(3 + random_.below(3));
  entry.foreign = ForeignPolicy::cut;
  const SinkName name(std::string("file:") + kOwnFile);
  entry.deliver = {{name, FileSink{kOwnFile, FileFormat::raw, 0600, "", ""}, {}}};
  own.secrets.front().expires_at = clock_.atlas_now() + entry.lifetime;
  SimFile& file = disk_[name];
  file.value = kKeytideSecret;
  file.secret_id = kKeytideId;
  file.client_id = kKeytide;
  file.was_served = true;
  subject.foreign.insert(kKeytideId);
  subject.forgotten.insert(kKeytideId);
  subjects_.push_back(std::move(subject));
}

std::string SimWorld::own_secret() const {
  const auto file = disk_.find(SinkName(std::string("file:") + kOwnFile));
  return file == disk_.end() ? kKeytideSecret : file->second.value;
}

void SimWorld::start() {
  process_.reset();
  process_ = std::make_unique<Process>(*this);
  process_->transport.before_any = [this] {
    for (Subject& subject : subjects_) {
      if (!subject.is_own && is_due_for_trouble(subject, &Mood::people, "people in between")) {
        delete_one_by_hand(subject);
      }
    }
  };
  process_->transport.on_look = [this](const std::string& client_id) {
    for (Subject& subject : subjects_) {
      if (!client_id.empty() && subject.account->client_id != client_id) continue;
      subject.looks.push_back(clock_.since_boot());
      subject.seen.clear();
      for (const simulator::Secret& secret : subject.account->secrets) {
        if (secret.expires_at > clock_.atlas_now()) subject.seen.insert(secret.id);
      }
    }
  };
  process_->store.after_pause = [this] { let_another_work(); };
  process_->store.before_settle = [this](const AccountKey& key) {
    check_settled_by_two_looks(key);
  };
  process_->transport.before_create = [this](const std::string& client_id) {
    check_store_counts();
    check_create_was_intended(client_id);
  };
  process_->transport.before_delete = [this](const std::string& id) {
    check_store_counts();
    check_delete_was_intended(id);
    check_delete_harms_nobody(id);
  };
  process_->sinks.before_write = [this](const SinkName& sink, const std::string& secret_id) {
    check_store_counts();
    check_delivery_was_begun(sink, secret_id);
    check_delivered_signs_in(secret_id);
  };
  process_->transport.on_create = [this](const std::string& client_id) {
    for (Subject& subject : subjects_) {
      if (subject.account->client_id == client_id) ++verdict_.creates;
    }
  };
  process_->transport.on_delete = [this](const std::string& id) {
    for (Subject& subject : subjects_) {
      if (subject.expiry.contains(id)) subject.deleted.emplace(id, clock_.atlas_now());
    }
  };
}

void SimWorld::set_propagation(Seconds length) {
  atlas_->with([&](simulator::State& state, simulator::Faults&, simulator::RequestLog&) {
    state.settings.secret_propagation = length;
  });
}

Subject& SimWorld::subject_of(const AccountKey& key) {
  return *std::find_if(subjects_.begin(), subjects_.end(),
                       [&](const Subject& one) { return one.desired.account == key; });
}

Verdict SimWorld::run() {
  // Bounded: a world in which nothing goes on is a failure too.
  const int ticks_max = options_.renewals * 400;
  for (int i = 0; i < ticks_max && verdict_.renewals < options_.renewals && !is_broken(); ++i) {
    // A bad hour of Atlas ends.
    if (i == 60) set_propagation(Seconds(0));
    live();
    tick();
    if (!is_broken()) advance();
  }
  if (!is_broken() && verdict_.renewals < options_.renewals &&
      std::none_of(subjects_.begin(), subjects_.end(),
                   [](const Subject& one) { return !one.excuse.empty(); }) &&
      std::none_of(disk_.begin(), disk_.end(), [&](const auto& one) {
        return one.second.unreadable_until > clock_.atlas_now();
      })) {
    fail("nothing goes on any more");
  }
  if (!is_broken()) settle_down();
  verdict_.coverage = chaos_.coverage();
  verdict_.troubles = chaos_.count();
  verdict_.trace = trace_.lines();
  return std::move(verdict_);
}

Verdict simulate(const Options& options) { return SimWorld(options).run(); }

}  // namespace keytide::simulation
