// Year: the real keytide and a real atlas-sim through a year of its clock, from one step to the
// next: a renewal that is due, an overlap that ends, or six hours. After each apply every consumer
// signs in, and Atlas has nothing that the store does not know.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/instant.h"
#include "tests/kill/fleet.h"

namespace keytide::endurance {

struct YearOptions {
  int days = 365;
  int short_entries = 3;  // of 8 h
  int long_entries = 50;  // of 90 d
};

class Year {
 public:
  explicit Year(const YearOptions& options);
  // Prints the figures; 0, or 1 with what broke.
  int run();

 private:
  struct Outlook {
    Instant now{};
    Instant next{};  // the next thing to do, at most six hours away
  };
  void apply();
  void check();
  Outlook look_ahead();
  void compare(const char* kind, int entries, int lifetime_hours, int first);
  void break_promise(std::string what);

  const YearOptions options_;
  Fleet fleet_;
  Instant begin_{};
  double hours_ = 0;  // that passed between the first apply and the last
  int applies_ = 0;
  std::int64_t sign_ins_ = 0;
  std::int64_t made_ = 0;  // creates, by the records
  std::vector<std::string> broken_;
};

}  // namespace keytide::endurance
