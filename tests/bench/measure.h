// Measure: one command as a whole process: what it took of the machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keytide::bench {

struct Measured {
  int exit_status = -1;
  double wall_s = 0;
  double cpu_s = 0;          // user and system
  double peak_mb = 0;        // resident
  double written_mb = 0;     // to the file system
  std::int64_t fsyncs = -1;  // -1: not counted
  std::string output;        // of both streams
};

// Runs argv in `folder`. `fsync_counter` is the shared object that counts fsync and fdatasync, or
// empty. Aborts when it can't be started.
Measured measure(const std::vector<std::string>& command, const std::string& folder,
                 const std::string& fsync_counter = "");

// Seconds that one small write and its fdatasync take in `folder`: the disk's share of a commit.
double time_of_fsync(const std::string& folder);

// User and system seconds that a running process has used so far.
double cpu_seconds_of(int pid);

}  // namespace keytide::bench
