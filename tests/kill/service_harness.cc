#include "tests/kill/service_harness.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace keytide::endurance {
namespace {

using std::chrono::milliseconds;

// It is killed within this of its start, or of when it was told that time has passed.
constexpr std::int64_t kKillWithinMs = 1800;
constexpr int kKillsARound = 4;
// Longer than an unknown create is waited for (an hour at most).
constexpr std::int64_t kSettledMinutes = 75;
// Of a third of the shortest life: some pass while something is waited for.
constexpr std::int64_t kSpareMinutes = 20;
constexpr int kStepsInPeace = 20;
constexpr int kTriesToQuiet = 600;
constexpr int kTriesAMinute = 30;  // of Atlas's clock
constexpr int kRoundsToMend = 12;
constexpr milliseconds kPause{40};
// Under this many hours a life has no tag: what came of a lost reply is known by `exclusive` alone.
constexpr int kTaggedHours = 11;

// The kills are the loop here, not the entry: the guard's limit is out of the way.
constexpr const char* kSafety = "max_creates: 20";

std::vector<Entry> entries_of(const ServiceKillOptions& options) {
  const int shortest = options.shortest_hours;
  const auto hours = [](int count) { return fmt::format("{}h", count); };
  const int brief = options.accounts * 2 / 5;
  std::vector<Entry> all =
      make_entries(0, brief, {hours(shortest), hours((shortest + 48) / 2), hours(48)}, 4);
  for (Entry& entry : all) {
    entry.exclusive = shortest < kTaggedHours && entry.lifetime == hours(shortest);
  }
  for (Entry& entry : make_entries(brief, options.accounts - brief, {"90d"}, 4)) {
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace

ServiceHarness::ServiceHarness(const ServiceKillOptions& options)
    : options_(options),
      step_max_(options.shortest_hours * 60 / 3 - kSpareMinutes),
      random_(options.seed),
      fleet_(entries_of(options), kSafety),
      prober_(fleet_) {}

void ServiceHarness::start() {
  before_ = fleet_.records();
  service_.reset(new testing::BackgroundRun(fleet_.folder.start({"run", "-parallelism=4"})));
  ++starts_;
}

// From then on it takes signals.
void ServiceHarness::wait_until_it_works() {
  for (int i = 0; i < kTriesToQuiet; ++i) {
    const std::string log = fleet_.folder.read("background.stderr");
    if (log.find("manifests applied") != std::string::npos) return;
    if (service_->has_ended()) break;
    clock_.sleep(kPause);
  }
  break_promise("the service does not begin: " + fleet_.folder.read("background.stderr"));
}

void ServiceHarness::kill_after(milliseconds length) {
  const auto until = clock_.since_boot() + length;
  while (clock_.since_boot() < until && !service_->has_ended()) clock_.sleep(milliseconds(3));
  service_->send_to_group(SIGKILL);
  const testing::RunResult ended = service_->wait();
  service_.reset();
  if (ended.exit_code != 128 + SIGKILL) {
    break_promise(
        fmt::format("the service ended by itself with {}: {}", ended.exit_code, ended.errors));
    return;
  }
  const OpenWork open = open_work(before_, fleet_.records());
  counts_.add(open);
  say(fmt::format("kill {} after {} ms: {} posting, {} created, {} verified, {} in a delete",
                  counts_.kills, length.count(), open.posting, open.created, open.verified,
                  open.deletes));
}

void ServiceHarness::pass_time(std::int64_t minutes) {
  {
    const auto held = prober_.pause();
    fleet_.atlas.advance(fmt::format("{}m", minutes));
  }
  counts_.simulated_minutes += minutes;
  say(fmt::format("{} minutes pass", minutes));
  service_->send(SIGHUP);
}

// What was worked on and is not done is tried again a minute later, which has to pass in Atlas.
void ServiceHarness::expect_quiet(const std::string& when, bool but_for_blocked) {
  testing::RunResult plan;
  for (int i = 1; i <= kTriesToQuiet && !service_->has_ended(); ++i) {
    plan = fleet_.folder.keytide({"plan", "-detailed-exitcode", "-no-color"});
    if (plan.exit_code == 0) return;
    const bool is_idle =
        plan.output.find("Plan: 0 to add, 0 to change, 0 to destroy.") != std::string::npos &&
        plan.output.find("To finish:") == std::string::npos;
    if (but_for_blocked && is_idle) return;
    if (i % kTriesAMinute == 0) pass_time(1);
    clock_.sleep(kPause);
  }
  break_promise(fmt::format("something is left to do {}: {}{}", when, plan.output.substr(0, 2000),
                            plan.errors.substr(0, 2000)));
}

// Token calls are left alone, they are the prober's too; a sign-in of keytide's is slow by its
// revoke.
void ServiceHarness::disturb(int kills_max) {
  fleet_.atlas.add_faults(
      R"([{"method": "POST", "path": "/secrets", "times": 1000000, "delay": "350ms"},
          {"method": "POST", "path": "/oauth/revoke", "times": 1000000, "delay": "250ms"},
          {"method": "GET", "path": "/serviceAccounts/mdb_sa_id_", "times": 1000000,
           "delay": "120ms"},
          {"method": "DELETE", "path": "/secrets", "times": 1000000, "delay": "120ms"}])");
  const std::int64_t kills = 1 + random_.below(kills_max);
  for (std::int64_t i = 0; i < kills && counts_.kills < options_.kills && !is_broken(); ++i) {
    kill_after(milliseconds(100 + random_.below(kKillWithinMs)));
    start();
  }
  fleet_.atlas.clear_faults();
  wait_until_it_works();
}

// Everybody who is due gets a chain that nobody kills. In every other round the service is killed
// once more while it brings unknown creates to their end.
void ServiceHarness::mend() {
  expect_quiet("after kills", true);
  pass_time(kSettledMinutes);
  // Then a life of eight hours would end before it has had its chain.
  const bool has_time = options_.shortest_hours >= 24;
  if (has_time && random_.chance(0.5) && !is_broken()) {
    disturb(1);
    expect_quiet("after a kill while the service recovered", true);
    pass_time(kSettledMinutes);
  }
  expect_quiet("when the creates that the kills made unknown were settled");
}

void ServiceHarness::live_on() {
  const std::int64_t steps = random_.below(kStepsInPeace);
  for (std::int64_t i = 0; i < steps && !is_broken(); ++i) {
    pass_time(some_minutes());
    expect_quiet("though nobody killed the service");
  }
}

void ServiceHarness::stop() {
  service_->send(SIGTERM);
  const testing::RunResult ended = service_->wait();
  service_.reset();
  if (ended.exit_code != 0) break_promise("the service did not stop well: " + ended.errors);
}

void ServiceHarness::audit() {
  pass_time(kSettledMinutes);
  expect_quiet("at the end");
  stop();
  const testing::RunResult plan = fleet_.folder.keytide({"plan", "-detailed-exitcode"});
  if (plan.exit_code != 0) break_promise("the plan is not empty: " + plan.output + plan.errors);
  for (const std::string& one : find_unrecorded(fleet_)) break_promise(one);
  for (const std::string& one : find_unserved(fleet_)) break_promise(one);
}

int ServiceHarness::run() {
  start();
  wait_until_it_works();
  while (counts_.kills < options_.kills && !is_broken()) {
    pass_time(some_minutes());
    disturb(kKillsARound);
    if (!is_broken()) mend();
    if (!is_broken()) live_on();
    for (const std::string& gap : prober_.gaps()) break_promise(gap);
  }
  if (!is_broken()) audit();
  for (const std::string& gap : prober_.gaps()) break_promise(gap);
  print_figures();
  return is_broken() ? 1 : 0;
}

void ServiceHarness::print_figures() {
  const auto operations = nlohmann::json::parse(fleet_.atlas.requests()).at("byOperation");
  fmt::print(
      "keytide-kill --service, seed {}: {} accounts (two of five {}h to 48h, else 90d), {}\n",
      options_.seed, options_.accounts, options_.shortest_hours, kSafety);
  counts_.print();
  print_row("starts", std::to_string(starts_));
  print_row("simulated days",
            fmt::format("{:.1f}", static_cast<double>(counts_.simulated_minutes) / 1440));
  print_row("creates in Atlas",
            std::to_string(operations.value("createOrgServiceAccountSecret", 0)));
  print_row("deletes in Atlas",
            std::to_string(operations.value("deleteOrgServiceAccountSecret", 0)));
  print_row("sign-ins of consumers", std::to_string(prober_.probes()));
  print_row("gaps", std::to_string(prober_.gaps().size()));
  print_row("broken promises", std::to_string(broken_.size()));
  if (!is_broken()) return;
  constexpr std::size_t kShown = 80;
  fmt::print("what was done at last:\n");
  const std::size_t from = transcript_.size() > kShown ? transcript_.size() - kShown : 0;
  for (std::size_t i = from; i < transcript_.size(); ++i) fmt::print("  {}\n", transcript_[i]);
  const std::string log = fleet_.folder.read("background.stderr");
  fmt::print("its log at last:\n{}\n", log.substr(log.size() > 4000 ? log.size() - 4000 : 0));
  for (const std::string& one : broken_) fmt::print("BROKEN: {}\n", one);
  fmt::print("again: keytide-kill --service --kills={} --accounts={} --shortest={} --seed={}\n",
             options_.kills, options_.accounts, options_.shortest_hours, options_.seed);
}

// Each is told once, and with what the event log has of its entry.
void ServiceHarness::break_promise(std::string what) {
  if (std::find(broken_.begin(), broken_.end(), what) != broken_.end()) return;
  const testing::RunResult events =
      fleet_.folder.keytide({"events", what.substr(0, what.find(':'))});
  if (events.exit_code == 0 && broken_.size() < 4) {
    const std::string& all = events.output;
    say("its events:\n" + all.substr(all.size() > 3000 ? all.size() - 3000 : 0));
  }
  broken_.push_back(std::move(what));
}

}  // namespace keytide::endurance
