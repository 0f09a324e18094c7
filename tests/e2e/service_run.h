// ServiceRun: `keytide run` over three entries in a folder, and people's commands beside it.
#pragma once

#include <fmt/format.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/wait_until.h"
#include "tests/e2e/world.h"

namespace keytide::testing {

class ServiceRun : public ::testing::Test {
 protected:
  ServiceRun() {
    world_.three_entries();
    configure("listen: {metrics: 127.0.0.1:0}\n");
  }

  // keytide.yaml, with more of its keys; `default` is what keytide signs in with.
  void configure(const std::string& more) {
    world_.configure("{default: {client_id: " + std::string(kKeytide) +
                         ", client_secret: {file: client_secret}}}",
                     more);
  }
  // In keytide.yaml.
  void replace_in_config(const std::string& old, const std::string& text) {
    std::string config = world_.folder.read("keytide.yaml");
    ASSERT_NE(config.find(old), std::string::npos) << config;
    world_.folder.write("keytide.yaml", config.replace(config.find(old), old.size(), text));
  }

  // The service, once it listens.
  std::unique_ptr<BackgroundRun> start(std::vector<std::string> more = {}) {
    more.insert(more.begin(), "run");
    std::unique_ptr<BackgroundRun> run(new BackgroundRun(world_.folder.start(more)));
    wait_for_log("listening");
    return run;
  }
  std::string log() const { return world_.folder.read("background.stderr"); }
  void wait_for_log(const std::string& text) {
    wait_until("the log says " + text, [&] { return log().find(text) != std::string::npos; });
  }
  int count_in_log(const std::string& text) const {
    int count = 0;
    const std::string all = log();
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++count;
    return count;
  }
  // Where it listened last.
  std::uint16_t port() const {
    const std::string before = "url=http://127.0.0.1:";  // as logfmt has it
    const std::string text = log();
    const auto at = text.rfind(before);
    return at == std::string::npos
               ? std::uint16_t{0}
               : static_cast<std::uint16_t>(std::stoi(text.substr(at + before.size())));
  }
  RawReply page(const std::string& path, const std::vector<Header>& headers = {}) const {
    return http_call(port(), "GET", path, headers);
  }
  void wait_for_delivery(const std::string& name) {
    wait_until(name + " is delivered", [&] { return !world_.folder.read("out/" + name).empty(); });
  }
  void wait_for_deliveries() {
    for (const char* name : {"billing", "deployer", "backup"}) wait_for_delivery(name);
  }
  RunResult keytide(const std::vector<std::string>& words) { return world_.folder.keytide(words); }

  World world_;
};

}  // namespace keytide::testing
