// Prober: the consumers of a fleet. From the first moment that a file holds a secret, somebody
// reads it and signs in with it, over and over, whatever happens to keytide meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/kill/fleet.h"

namespace keytide::endurance {

class Prober {
 public:
  explicit Prober(const Fleet& fleet);
  ~Prober();  // ends the thread
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // Nobody is between reading a file and signing in while this is held: for a jump of the clock.
  std::unique_lock<std::mutex> pause() { return std::unique_lock(between_); }

  std::int64_t probes() const { return probes_; }
  // What was refused, a line for each; at most 20 are kept.
  std::vector<std::string> gaps();

 private:
  struct Consumer {
    std::string name;
    std::string client_id;
    std::string file;
    bool was_served = false;
  };
  void work();
  void probe(Consumer& consumer);

  const Fleet& fleet_;
  std::vector<Consumer> consumers_;
  std::mutex between_;
  std::mutex gaps_mutex_;
  std::vector<std::string> gaps_;
  std::atomic<std::int64_t> probes_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last: it sees all of the above
};

}  // namespace keytide::endurance
