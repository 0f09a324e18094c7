// GitRun: `keytide run` whose manifests lie in a repository on loopback. By itself it would fetch
// once a day: each revision of a test is taken by `keytide reload`, or by a start.
#pragma once

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/wait_until.h"
#include "tests/e2e/world.h"
#include "tests/unit/providers/sources/git_world.h"

namespace keytide::testing {

class GitRun : public GitWorld {
 protected:
  static constexpr int kApps = 12;
  static constexpr const char* kInOut = "file_roots: [\"${HERE}/out\"]";

  GitRun() : world_(World::Seed{seed()}) { configure(); }

  // app-0, app-1, …: an account of Atlas's, an entry and the file out/app-N.
  static std::string name_of(int app) { return fmt::format("app-{}", app); }
  static std::string account_of(int app) { return fmt::format("mdb_sa_id_{:024x}", 0xe000 + app); }
  // Lines under `secrets:` for the apps from `first` to before `end`.
  static std::string apps(int first, int end) {
    std::string text;
    for (int i = first; i < end; ++i) text += entry(name_of(i), account_of(i));
    return text;
  }

  // `allow`: what the source may ask of the host; `more`: keys of `git`, such as allowed_signers.
  void configure(const std::string& allow = kInOut, const std::string& more = "") {
    world_.folder.write(
        "keytide.yaml",
        fmt::format("version: 1\nsources:\n  - git: {{url: {}, ref: main, interval: 1d{}}}\n"
                    "    allow: {{{}}}\natlas:\n  base_url: {}\n  credentials:\n"
                    "    default: {{client_id: {}, client_secret: {{file: client_secret}}}}\n"
                    "listen: {{metrics: 127.0.0.1:0}}\n"
                    "safety: {{max_clock_skew: unlimited, confirm_after: 1s}}\n",
                    url(), more.empty() ? "" : ", " + more, allow, world_.atlas.url(), kKeytide));
  }

  // Commits a manifest with these entries, and pushes it. The commit as people are shown it.
  std::string push_entries(const std::string& secrets, const std::vector<std::string>& how = {}) {
    std::string text = fmt::format("keytide: 1\ndefaults: {{org: {}, lifetime: 90d}}\nsecrets:\n{}",
                                   kOrg, secrets);
    const std::string here = "${HERE}";
    for (auto i = text.find(here); i != std::string::npos; i = text.find(here)) {
      text.replace(i, here.size(), world_.folder.path());
    }
    write("prod/all.yaml", text);
    return commit(how).substr(0, 12);
  }

  // The service, once it has looked at its sources.
  void start() {
    service_.reset();
    world_.folder.remove("background.stderr");
    service_.reset(new BackgroundRun(world_.folder.start({"run"})));
    wait_for_log("listening");
    wait_until("the sources were looked at", [&] {
      return log().find("manifests applied") != std::string::npos ||
             log().find("manifests rejected") != std::string::npos;
    });
  }
  void kill_service() {
    service_->send(SIGKILL);
    service_->wait();
    service_.reset();
  }
  std::string log() const { return world_.folder.read("background.stderr"); }
  void wait_for_log(const std::string& text) {
    wait_until("the log says " + text, [&] { return log().find(text) != std::string::npos; });
  }

  // The file holds the newest secret of the account.
  bool is_served(int app) {
    const auto all = world_.secrets(account_of(app));
    return !all.empty() && world_.folder.read("out/" + name_of(app)) == all.back().secret;
  }
  void wait_until_served(int first, int end) {
    for (int i = first; i < end; ++i) {
      wait_until(name_of(i) + " is served", [&] { return is_served(i); });
    }
  }
  // 80 days pass in Atlas: that many of the first apps are renewed, and nothing else is created.
  void expect_renewals(int count) {
    const int wanted = world_.creates() + count;
    world_.atlas.advance("80d");
    service_->send(SIGHUP);
    wait_until("what is due is renewed", [&] { return world_.creates() >= wanted; });
    wait_until_served(0, count);
    EXPECT_EQ(world_.creates(), wanted);
  }

  RunResult keytide(const std::vector<std::string>& words) { return world_.folder.keytide(words); }
  RunResult reload() { return keytide({"reload"}); }
  // A page of the service.
  std::string page(const std::string& path) {
    const std::string before = "url=http://127.0.0.1:";
    const std::string text = log();
    const auto at = text.find(before);
    if (at == std::string::npos) return "";
    const int port = std::stoi(text.substr(at + before.size()));
    return http_call(static_cast<std::uint16_t>(port), "GET", path).response.body;
  }
  // A line of /metrics.
  std::string metric(const std::string& name, int value) const {
    return fmt::format("{}{{source=\"{}@main\"}} {}\n", name, url(), value);
  }

  World world_;
  std::unique_ptr<BackgroundRun> service_;

 private:
  static std::string seed() {
    std::string text = fmt::format(
        "settings: {{rate_limits: false}}\norgs:\n  - id: {}\n    name: acme\n"
        "    serviceAccounts:\n      - {{clientId: {}, name: keytide, roles: [ORG_OWNER],\n"
        "         secrets: [{{secret: {}, expiresAt: +3650d}}]}}\n",
        kOrg, kKeytide, kKeytideSecret);
    for (int i = 0; i < kApps; ++i) {
      text += fmt::format("      - {{clientId: {}, name: {}, roles: [ORG_READ_ONLY]}}\n",
                          account_of(i), name_of(i));
    }
    return text;
  }
};

}  // namespace keytide::testing
