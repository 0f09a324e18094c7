// RunWorld: a World with three entries and a service in the background.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/wait_until.h"
#include "tests/e2e/world.h"

namespace keytide::testing {

class RunWorld : public ::testing::Test {
 protected:
  RunWorld() {
    world_.three_entries();
    world_.configure("{default: {client_id: " + std::string(kKeytide) +
                         ", client_secret: {file: client_secret}}}",
                     "listen: {metrics: 127.0.0.1:0}\n");
  }

  // The service, once it listens.
  std::unique_ptr<BackgroundRun> start(std::vector<std::string> more = {}) {
    more.insert(more.begin(), "run");
    std::unique_ptr<BackgroundRun> run(new BackgroundRun(world_.folder.start(more)));
    wait_until("the service listens", [&] { return log().find("listening") != std::string::npos; });
    return run;
  }
  std::string log() const { return world_.folder.read("background.stderr"); }
  void wait_for_delivery(const std::string& name) {
    wait_until(name + " is delivered", [&] { return !world_.folder.read("out/" + name).empty(); });
  }
  RunResult keytide(const std::vector<std::string>& words) { return world_.folder.keytide(words); }

  World world_;
};

}  // namespace keytide::testing
