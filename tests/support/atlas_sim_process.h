// AtlasSimProcess: a real atlas-sim beside the test, with a seed of the test's own, on a free port.
//
//   AtlasSimProcess atlas(R"(
//     orgs:
//       - id: 32b6e34b3d91647abb20e7b8
//         …)");
//   run_keytide({"MONGODB_ATLAS_BASE_URL=" + atlas.url()});
//   atlas.advance("80d");
//
// Every member aborts with the reason when atlas-sim can't be started or reached. The process
// ends with the thread that started it, should a test die. Threads: one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tests/support/http_call.h"

namespace keytide::testing {

class AtlasSimProcess {
 public:
  // Blocks until it listens. `clock` is manual or real.
  explicit AtlasSimProcess(const std::string& seed, const std::string& clock = "manual");
  ~AtlasSimProcess();  // as stop()
  AtlasSimProcess(const AtlasSimProcess&) = delete;
  AtlasSimProcess& operator=(const AtlasSimProcess&) = delete;

  const std::string& url() const { return url_; }  // "http://127.0.0.1:PORT"
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }

  // JSON texts, see atlas-sim's control endpoints.
  std::string state();
  std::string requests();
  void forget_requests();
  void advance(const std::string& duration);  // "80d"
  void set_clock(const std::string& instant);
  void set_rate(double simulated_seconds_a_second);
  void add_faults(const std::string& json);  // [{"method": "POST", "path": "/secrets", …}]
  void clear_faults();

  // SIGTERM, then waits. Returns the exit status, or 128 + the signal that ended it.
  int stop();

 private:
  std::string control(const std::string& method, const std::string& path,
                      const std::string& body = "");

  pid_t pid_ = -1;
  int exit_status_ = -1;
  std::uint16_t port_ = 0;
  std::string url_;
};

}  // namespace keytide::testing
