#include "tests/kill/harness.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace keytide::endurance {
namespace {

// A run is killed within this; a renewal takes about half of it, since Atlas is slow.
constexpr std::int64_t kKillWithinMs = 2000;
constexpr int kKillsARound = 12;
// Longer than an unknown create is waited for (an hour at most).
constexpr std::int64_t kSettledMinutes = 75;
// What may pass beyond that. A life of a day is due for eleven hours before it ends, and has a
// chain that nobody kills within two rounds, or nine hours: else it could end without a broken
// promise.
constexpr std::int64_t kMoreMinutes = 150;
constexpr int kEventsShown = 4;
constexpr int kRunsToMend = 12;

// The kills are the loop here, not the entry: the guard's limit is out of the way.
constexpr const char* kSafety = "max_creates: 20";

const std::vector<std::string> kApply{"apply", "-auto-approve", "-parallelism=8", "-no-color"};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Harness::Harness(const KillOptions& options)
    : options_(options),
      random_(options.seed),
      fleet_(make_entries(0, options.accounts, {"24h", "48h", "72h"}, 4), kSafety),
      prober_(fleet_) {
  slow_atlas_down();
}

// Token calls are left alone, they are the prober's too; a sign-in of keytide's is slow by its
// revoke.
void Harness::slow_atlas_down() {
  fleet_.atlas.add_faults(
      R"([{"method": "POST", "path": "/secrets", "times": 1000000, "delay": "350ms"},
          {"method": "POST", "path": "/oauth/revoke", "times": 1000000, "delay": "250ms"},
          {"method": "GET", "path": "/serviceAccounts/mdb_sa_id_", "times": 1000000,
           "delay": "120ms"},
          {"method": "DELETE", "path": "/secrets", "times": 1000000, "delay": "120ms"}])");
}

bool Harness::kill_once() {
  const std::vector<AccountRecord> before = fleet_.records();
  const auto until =
      clock_.since_boot() + std::chrono::milliseconds(100 + random_.below(kKillWithinMs));
  testing::BackgroundRun run = fleet_.folder.start(kApply);
  while (clock_.since_boot() < until && !run.has_ended()) {
    clock_.sleep(std::chrono::milliseconds(3));
  }
  run.send_to_group(SIGKILL);
  const testing::RunResult ended = run.wait();
  if (ended.exit_code != 128 + SIGKILL) {
    ++counts_.runs_to_the_end;
    say(fmt::format("a run ended by itself with {}: {}", ended.exit_code,
                    first_line(ended.errors)));
    if (ended.exit_code > 1) break_promise("keytide ended with " + ended.errors);
    return false;
  }
  const OpenWork open = open_work(before, fleet_.records());
  counts_.add(open);
  say(fmt::format("kill {}: {} posting, {} created, {} verified, {} in a delete", counts_.kills,
                  open.posting, open.created, open.verified, open.deletes));
  return true;
}

bool Harness::run_to_the_end() {
  const testing::RunResult run = fleet_.folder.keytide(kApply);
  ++counts_.runs_to_the_end;
  say(fmt::format("an apply to the end: {} {}", run.exit_code, first_line(run.errors)));
  if (run.exit_code > 1) break_promise("keytide ended with " + run.errors);
  return run.exit_code == 0;
}

void Harness::advance(std::int64_t minutes) {
  const auto held = prober_.pause();
  fleet_.atlas.advance(fmt::format("{}m", minutes));
  counts_.simulated_minutes += minutes;
  say(fmt::format("{} minutes pass", minutes));
}

// Everybody who is due gets a run that nobody kills, and time passes. In every other round at least
// the creates that the kills made unknown are brought to their end, too; in the rest that is left
// to the runs of the next round, which are killed as well.
void Harness::end_round(bool was_killed) {
  if (was_killed) run_to_the_end();
  is_clean_ = !is_clean_ || random_.chance(0.5);
  if (is_clean_) {
    advance(kSettledMinutes);
    if (!run_to_the_end()) break_promise("a run that nobody killed left something undone");
  }
  advance(kSettledMinutes + random_.below(kMoreMinutes));
}

void Harness::expect_all_mended() {
  fleet_.atlas.clear_faults();
  for (int i = 0; i < kRunsToMend; ++i) {
    if (run_to_the_end()) {
      const testing::RunResult plan = fleet_.folder.keytide({"plan", "-detailed-exitcode"});
      if (plan.exit_code == 0) return;
      say("the plan is not empty: " + plan.output.substr(0, 400));
    }
    advance(kSettledMinutes);
  }
  const testing::RunResult plan = fleet_.folder.keytide({"plan", "-detailed-exitcode"});
  break_promise("something is always left to do: " + plan.output.substr(0, 2000) + plan.errors);
}

int Harness::run() {
  int in_this_round = 0;
  while (counts_.kills < options_.kills && broken_.empty()) {
    const bool was_killed = kill_once();
    if (was_killed && ++in_this_round < kKillsARound) continue;
    in_this_round = 0;
    end_round(was_killed);
    for (const std::string& gap : prober_.gaps()) break_promise(gap);
  }
  if (broken_.empty()) {
    expect_all_mended();
    for (const std::string& one : find_unrecorded(fleet_)) break_promise(one);
    for (const std::string& one : find_unserved(fleet_)) break_promise(one);
  }
  for (const std::string& gap : prober_.gaps()) break_promise(gap);
  print_figures();
  return broken_.empty() ? 0 : 1;
}

void Harness::print_figures() {
  const auto operations = nlohmann::json::parse(fleet_.atlas.requests()).at("byOperation");
  fmt::print("keytide-kill, seed {}: {} accounts (24h, 48h, 72h), {}, slow Atlas\n", options_.seed,
             options_.accounts, kSafety);
  counts_.print();
  print_row("runs that came to their end", std::to_string(counts_.runs_to_the_end));
  print_row("simulated hours", std::to_string(counts_.simulated_minutes / 60));
  print_row("creates in Atlas",
            std::to_string(operations.value("createOrgServiceAccountSecret", 0)));
  print_row("deletes in Atlas",
            std::to_string(operations.value("deleteOrgServiceAccountSecret", 0)));
  print_row("sign-ins of consumers", std::to_string(prober_.probes()));
  print_row("broken promises", std::to_string(broken_.size()));
  if (broken_.empty()) return;
  constexpr std::size_t kShown = 80;
  fmt::print("what was done at last:\n");
  const std::size_t from = transcript_.size() > kShown ? transcript_.size() - kShown : 0;
  for (std::size_t i = from; i < transcript_.size(); ++i) fmt::print("  {}\n", transcript_[i]);
  for (const std::string& one : broken_) fmt::print("BROKEN: {}\n", one);
  fmt::print("again: keytide-kill --kills={} --accounts={} --seed={}\n", options_.kills,
             options_.accounts, options_.seed);
}

void Harness::say(std::string line) { transcript_.push_back(std::move(line)); }

// Each is told once, and with what the event log has of its entry.
void Harness::break_promise(std::string what) {
  if (std::find(broken_.begin(), broken_.end(), what) != broken_.end()) return;
  const std::string address = what.substr(0, what.find(':'));
  const testing::RunResult events = fleet_.folder.keytide({"events", address});
  if (events.exit_code == 0 && static_cast<int>(broken_.size()) < kEventsShown) {
    say(address + ", its events:\n" +
        events.output.substr(events.output.size() > 3000 ? events.output.size() - 3000 : 0));
  }
  broken_.push_back(std::move(what));
}

}  // namespace keytide::endurance
