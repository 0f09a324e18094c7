// Chaos: what goes wrong, and where. Every step of keytide (a W or an E) asks it; it draws from the
// seed, counts what it did for the table of coverage, and can be told to leave single troubles out,
// which is how a failing run is shrunk.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tests/simulation/random.h"

namespace keytide::simulation {

enum class Trouble {
  none,
  crash_before,  // the process dies before the effect
  crash_after,   // and right after it
  not_sent,      // the connection was refused
  lost_reply,    // committed, and the reply is lost
  late_commit,   // the reply is lost, and the commit comes later
  server_error,  // 500, nothing done
  busy,          // 429
  forbidden,     // 403
  failed_write,  // a sink or the store: nothing was written
  paused,        // it was written, and the machine slept for a while after it
};
inline constexpr std::size_t kTroubles = 11;
std::string_view name_of(Trouble trouble);

// How much of each kind a seed brings, as probabilities of one step.
struct Mood {
  double crash = 0;
  double network = 0;
  double write = 0;
  double pause = 0;
  double another = 0;  // of a pause: another process works meanwhile
  double people =
      0;           // of a tick: somebody creates or deletes a secret, uses one, edits the manifest
  double cap = 0;  // of a tick: the organization's cap of lives is lowered
  double sinks = 0;   // of a tick: a file is lost, altered, or can't be written for a while
  double clock = 0;   // of a tick: the host's clock steps
  double backup = 0;  // of a tick: the store is backed up, restored or lost
};

using Coverage = std::map<std::string, std::array<std::int64_t, kTroubles>>;

class Chaos {
 public:
  Chaos(std::uint64_t seed, Mood mood, std::set<std::int64_t> left_out)
      : random_(seed), mood_(mood), left_out_(std::move(left_out)) {}

  // What goes wrong at a step: of Atlas ("create", "get", …), of a sink, of the store.
  Trouble at_call(const std::string& step);
  Trouble at_write(const std::string& step);
  Trouble at_save(const std::string& kind);
  // Whether something of that kind happens in this tick.
  bool happens(double Mood::*kind, std::string_view what);
  // For how something happens.
  Random& random() { return random_; }

  // More trouble at steps that come seldom: for the table of coverage.
  void seek_seldom() { seldom_weight_ = 30; }
  void calm() {
    mood_ = {};
    is_calm_ = true;
  }
  bool is_calm() const { return is_calm_; }
  std::int64_t count() const { return count_; }  // of troubles so far, left out ones too
  const Coverage& coverage() const { return coverage_; }

 private:
  Trouble note(const std::string& step, Trouble trouble);

  Random random_;
  Mood mood_;
  const std::set<std::int64_t> left_out_;
  double weight_of(const std::string& step) const;

  double seldom_weight_ = 1;
  bool is_calm_ = false;
  std::int64_t count_ = 0;
  Coverage coverage_;
};

}  // namespace keytide::simulation
