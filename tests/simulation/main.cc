// keytide-simulation: runs seeds until so many renewals are done, and says what was covered.
//   keytide-simulation --renewals=200000 [--first=1]     all promises held: 0
//   keytide-simulation … --seldom                         more trouble at steps that come seldom
//   keytide-simulation --seed=N                           one seed, with its trace
//   keytide-simulation --mutants                          each mutant is caught, or 1
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "core/base/mutant.h"
#include "providers/system/system_clock.h"
#include "tests/simulation/world.h"

namespace keytide::simulation {
namespace {

struct Arguments {
  std::int64_t renewals = 2000;
  std::int64_t first = 1;
  std::int64_t seed = 0;  // 0: as many as it takes
  bool mutants = false;
  bool seldom = false;
};

struct NamedMutant {
  Mutant mutant;
  const char* name;
};
constexpr NamedMutant kMutants[] = {
    {Mutant::no_intent_to_create, "no intent to create"},
    {Mutant::no_intent_to_deliver, "no intent to deliver"},
    {Mutant::no_intent_to_delete, "no intent to delete"},
    {Mutant::create_again_at_once, "an unknown create is made again at once"},
    {Mutant::no_settling, "no settling"},
    {Mutant::no_second_list, "no second list"},
    {Mutant::tag_closes_with_attempt, "the tag closes with its attempt"},
    {Mutant::window_is_proof, "what appeared in the window is ours"},
    {Mutant::victim_by_age, "the oldest secret goes for its slot"},
    {Mutant::held_secret_goes, "a secret that a sink holds is deleted"},
    {Mutant::unreadable_means_empty, "a sink that can't be read counts as empty"},
    {Mutant::half_delivered_for_ever, "half delivered for ever"},
    {Mutant::switch_without_sinks, "a switch without its sinks"},
    {Mutant::previous_stays_previous, "the previous secret is not restored"},
    {Mutant::no_loop_guard, "no loop guard"},
    {Mutant::escrow_is_kept, "the escrow is not erased"},
    {Mutant::restored_goes_on, "a restored store goes on"},
    {Mutant::unverified_is_delivered, "what is not proven is delivered"},
    {Mutant::no_lease, "no lease"},
};

bool take(std::string_view argument, std::string_view name, std::int64_t& into) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const auto [end, problem] =
      std::from_chars(argument.data(), argument.data() + argument.size(), into);
  return problem == std::errc{} && end == argument.data() + argument.size();
}

Options options_of(std::int64_t seed, bool seeks_seldom = false) {
  Options options;
  options.seeks_seldom = seeks_seldom;
  options.seed = static_cast<std::uint64_t>(seed);
  options.on_sqlite = seed % 50 == 0;
  return options;
}

void add(const Verdict& one, Verdict& all) {
  all.renewals += one.renewals;
  all.crashes += one.crashes;
  all.creates += one.creates;
  for (const auto& [why, count] : one.excuses) all.excuses[why] += count;
  for (const auto& [step, counts] : one.coverage) {
    for (std::size_t i = 0; i < kTroubles; ++i) all.coverage[step][i] += counts[i];
  }
}

void print_coverage(const Verdict& all) {
  fmt::print("{:24}", "step");
  for (std::size_t i = 0; i < kTroubles; ++i) {
    fmt::print(" {:>12}", name_of(static_cast<Trouble>(i)));
  }
  fmt::print("\n");
  for (const auto& [step, counts] : all.coverage) {
    fmt::print("{:24}", step);
    for (const std::int64_t count : counts) fmt::print(" {:>12}", count);
    fmt::print("\n");
  }
  fmt::print("exceptions of the promises that held, of 1 where no other is named:\n");
  for (const auto& [why, count] : all.excuses) fmt::print("  {:>8} {}\n", count, why);
}

// Leaves out whatever the failure does not need.
Options shrink(Options options, const Verdict& verdict) {
  SystemClock clock;
  const auto deadline = clock.since_boot() + std::chrono::seconds(60);
  for (std::int64_t i = verdict.troubles - 1; i >= 0; --i) {
    if (clock.since_boot() > deadline) break;
    Options fewer = options;
    fewer.left_out.insert(i);
    if (!simulate(fewer).broken.empty()) options = std::move(fewer);
  }
  return options;
}

int explain(const Options& options, const Verdict& verdict) {
  const Options small = shrink(options, verdict);
  const Verdict again = simulate(small);
  fmt::print("seed {}: {}\nit needs no more than what is left of {} troubles without {}:\n",
             options.seed, again.broken, verdict.troubles, small.left_out.size());
  for (const std::string& line : again.trace) fmt::print("  {}\n", line);
  fmt::print("repeat it with --seed={}{}\n", options.seed, options.seeks_seldom ? " --seldom" : "");
  return 1;
}

// Seeds until a promise breaks, within so many renewals.
bool is_caught(const NamedMutant& one) {
  constexpr std::int64_t kRenewals = 30000;
  switch_on(one.mutant);
  std::int64_t renewals = 0;
  for (std::int64_t seed = 1; renewals < kRenewals; ++seed) {
    const Verdict verdict = simulate(options_of(seed));
    renewals += std::max<std::int64_t>(verdict.renewals, 10);
    if (verdict.broken.empty()) continue;
    fmt::print("caught    {:60} seed {}: {}\n", one.name, seed, verdict.broken);
    std::fflush(stdout);
    return true;
  }
  fmt::print("NOT CAUGHT {}\n", one.name);
  std::fflush(stdout);
  return false;
}

int run_mutants() {
  int missed = 0;
  for (const NamedMutant& one : kMutants) missed += is_caught(one) ? 0 : 1;
  fmt::print("{} mutants, {} not caught\n", std::size(kMutants), missed);
  return missed == 0 ? 0 : 1;
}

int run(const Arguments& arguments) {
  if (arguments.mutants) return run_mutants();
  if (arguments.seed > 0) {
    const Options options = options_of(arguments.seed, arguments.seldom);
    const Verdict verdict = simulate(options);
    if (!verdict.broken.empty()) return explain(options, verdict);
    for (const std::string& line : verdict.trace) fmt::print("{}\n", line);
    fmt::print("seed {}: all promises were kept over {} renewals\n", arguments.seed,
               verdict.renewals);
    return 0;
  }
  Verdict all;
  std::int64_t seed = arguments.first;
  for (; all.renewals < arguments.renewals; ++seed) {
    const Options options = options_of(seed, arguments.seldom);
    const Verdict verdict = simulate(options);
    if (!verdict.broken.empty()) return explain(options, verdict);
    add(verdict, all);
  }
  print_coverage(all);
  fmt::print("{} renewals in {} seeds from {}, {} creates, {} crashes: all promises were kept\n",
             all.renewals, seed - arguments.first, arguments.first, all.creates, all.crashes);
  return 0;
}

}  // namespace
}  // namespace keytide::simulation

int main(int argc, char** argv) {
  using keytide::simulation::take;
  keytide::simulation::Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (take(argument, "--renewals=", arguments.renewals)) continue;
    if (take(argument, "--first=", arguments.first)) continue;
    if (take(argument, "--seed=", arguments.seed)) continue;
    arguments.mutants = arguments.mutants || argument == "--mutants";
    arguments.seldom = arguments.seldom || argument == "--seldom";
    if (argument == "--mutants" || argument == "--seldom") continue;
    fmt::print(stderr,
               "usage: keytide-simulation [--renewals=N] [--first=SEED] [--seed=SEED] "
               "[--seldom] [--mutants]\n");
    return 2;
  }
  return keytide::simulation::run(arguments);
}
