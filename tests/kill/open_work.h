// OpenWork: what a killed keytide was in the middle of, by the records before and after it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/record.h"

namespace keytide::endurance {

// Accounts, by where they stood. The phases count only those that changed since `before`: an
// attempt that an earlier kill left open, and this run never came to, is in `is_any_open` alone.
struct OpenWork {
  bool is_any_open = false;  // an attempt
  int posting = 0;           // W1 to W2
  int created = 0;           // W2 to W3
  int verified = 0;          // W3 to W5
  int deletes = 0;           // between W6 and W7, or the same of an orphan

  bool is_in_an_attempt() const { return posting + created + verified > 0; }
};

OpenWork open_work(const std::vector<AccountRecord>& before,
                   const std::vector<AccountRecord>& after);

// Kills, by what was open then; one counts in several.
struct KillCounts {
  int kills = 0;
  int with_an_attempt = 0;
  int in_an_attempt = 0;  // by the work of the run that was killed
  int posting = 0;
  int created = 0;
  int verified = 0;
  int in_a_delete = 0;
  int runs_to_the_end = 0;
  std::int64_t simulated_minutes = 0;

  void add(const OpenWork& open);
  void print() const;
};

// A line of the figures.
void print_row(const char* what, const std::string& figure);

}  // namespace keytide::endurance
