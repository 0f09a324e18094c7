#include "cmd/keytide/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "cmd/keytide/daemon/pass_log.h"
#include "cmd/keytide/daemon/summary.h"
#include "cmd/keytide/entries.h"
#include "cmd/keytide/logins.h"
#include "cmd/keytide/next_manifests.h"
#include "cmd/keytide/preflight.h"
#include "cmd/keytide/problem_log.h"
#include "cmd/keytide/settings.h"
#include "cmd/keytide/version.h"
#include "core/base/fingerprint.h"
#include "providers/system/interrupt.h"
#include "providers/system/memory.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// How long a stop waits for what is under way. Every step is safe to be killed in: what is left
// then is finished by the next start.
constexpr milliseconds kStopWithin = std::chrono::seconds(15);
constexpr milliseconds kReloadWithin = std::chrono::minutes(2);
// How soon a credential that was replaced is noticed while the old one works.
constexpr milliseconds kCredentialsEvery = std::chrono::minutes(1);

}  // namespace

Service::Service(const App& app, Workspace& workspace, Metrics& metrics, Waker& waker)
    : app_(app),
      workspace_(workspace),
      metrics_(metrics),
      waker_(waker),
      loop_log_(app.log, "loop"),
      pass_log_(app.log, "pass"),
      feed_(app, workspace, metrics),
      watch_(workspace.config().sources),
      manager_(value_of(app.environment, "NOTIFY_SOCKET"),
               value_of(app.environment, "WATCHDOG_USEC")),
      started_at_(app.clock.now()),
      loop_(loop_ports(), {app.line.interval, app.line.parallelism}),
      config_(app, workspace.config(), workspace.store().identity().fingerprint_key),
      credentials_(app, workspace) {}

LoopPorts Service::loop_ports() {
  Issuer& issuer = **workspace_.issuer();
  return {[&issuer] { return issuer.now(); },
          [this] { return app_.clock.now(); },
          [this] { return app_.clock.since_boot(); },
          feed_,
          [this](const PassRequest& request) { return pass(request); },
          [this](std::function<void()> job) { jobs_.start(std::move(job)); },
          [this] { waker_.wake(); },
          [this](SnapshotPtr snapshot) { publish(std::move(snapshot)); },
          loop_log_};
}

PassResult Service::pass(PassRequest request) {
  const auto number = ++passes_;
  const std::string name =
      fmt::format("{} {} {}", app_.actor(), format_instant(started_at_), number);
  PassLog log(pass_log_, fmt::format("{:08x}", stable_hash(name) >> 32));
  request.safety = workspace_.config().safety;
  request.actor = app_.actor();
  request.own_accounts = own_accounts(workspace_.config(), app_.environment);
  const auto begun_at = app_.clock.since_boot();
  const Ports all = workspace_.ports(**workspace_.issuer(), log);
  PassResult result = run_pass(
      request, {all.issuer, all.store, all.sinks, all.clock, log, log, all.escrow, all.budget});
  if (result.error && result.error->kind == ErrorKind::denied) wants_credential_look_ = true;
  metrics_.on_pass(!result.error && result.done.failures.empty(),
                   app_.clock.since_boot() - begun_at);
  for (const std::string& warning : result.done.warnings) {
    if (repeats_.is_news(warning, app_.clock.since_boot())) log.warn(warning);
  }
  prune_events();
  give_memory_back();
  return result;
}

void Service::prune_events() {
  const std::int64_t day = app_.clock.now().time_since_epoch() / std::chrono::hours(24);
  if (pruned_day_.exchange(day) == day) return;
  if (const auto pruned = prune_old_events(app_, workspace_); !pruned) {
    app_.log.warn("old events could not be deleted", {{"error", pruned.error().text()}});
  }
}

void Service::publish(SnapshotPtr snapshot) {
  manager_.status(summary(*snapshot));
  snapshots_.put(std::move(snapshot));
}

bool Service::open_control() {
  auto listener = UnixListener::listen(control_path(workspace_.config()));
  if (!listener) {
    app_.complain(listener.error());
    return false;
  }
  control_ = std::make_unique<ControlServer>(app_, workspace_, loop_, std::move(*listener),
                                             [this](const App& app) { return reload(app); });
  return true;
}

bool Service::open_listener() {
  ticked_at_ = app_.clock.since_boot();
  const ListenConfig& config = workspace_.config().listen;
  if (config.metrics.empty()) return true;
  ListenerOptions options;
  options.address = config.metrics;
  auto token = read_listen_token(config, process_variables());
  if (!token) {
    app_.complain(token.error());
    return false;
  }
  options.token = std::move(*token);
  auto listener =
      Listener::start(std::move(options),
                      {[this] { return snapshots_.get(); }, [this] { return ticked_at_.load(); }},
                      metrics_, app_.clock);
  if (!listener) {
    app_.complain(listener.error());
    return false;
  }
  listener_ = std::move(*listener);
  app_.log.info("listening", {{"url", listener_->url()}});
  return true;
}

// What keeps a changed configuration from being begun anew with.
Diagnostics Service::obstacles(const App& app, const ConfigWatch::Finding& found) {
  if (has_errors(found.problems)) return found.problems;
  // Of two at once each would be in the other's way.
  std::unique_lock lock(trial_mutex_, std::defer_lock);
  if (app.is_hosted()) lock.lock();
  // The loop waits for nobody's network.
  if (!app.is_hosted() && !lock.try_lock()) {
    return {{Diagnostic::Severity::error, {}, "a reload is under way", "reload once more", ""}};
  }
  const std::uint16_t port = listener_ ? listener_->port() : std::uint16_t{0};
  Diagnostics out = find_obstacles(app_, {workspace_.config(), port}, found.config);
  const Diagnostics manifests = check_next_manifests(app, workspace_, found.config);
  out.insert(out.end(), manifests.begin(), manifests.end());
  return out;
}

void Service::tell_of_obstacles(const App& app, const Diagnostics& problems) {
  constexpr const char* kNotUsed =
      "the configuration is not used: the service goes on with the old one";
  log_problems(app_.log, problems, kNotUsed);
  if (!app.is_hosted()) return;
  app.complain(problems);
  app.complain(kNotUsed, "put right what stands above, then reload once more");
}

// Of a SIGHUP, with the service's own App, and of `keytide reload`, with the one who asks.
int Service::reload(const App& app) {
  const ConfigWatch::Finding found = config_.look();
  Diagnostics problems = found.is_new ? obstacles(app, found) : Diagnostics{};
  // Asked of Atlas: not by the loop itself.
  const Diagnostics refused = app.is_hosted() ? credentials_.follow().problems : Diagnostics{};
  if (found.is_new) problems.insert(problems.end(), refused.begin(), refused.end());
  if (found.is_new && problems.empty()) {
    app_.log.info("the configuration has changed: beginning anew");
    begins_anew_ = true;
    waker_.wake();
    if (app.is_hosted()) {
      app.print("The configuration has changed: the service begins anew with it.\n");
    }
    return 0;
  }
  if (!problems.empty()) tell_of_obstacles(app, problems);
  if (!app.is_hosted()) {
    wants_credential_look_ = true;  // the credentials are looked at by a job
    loop_.request_reload();
    return 0;
  }
  if (!found.is_new) app.complain(refused);
  const bool is_good = tell_of_manifests(app, loop_.request_reload()) == 0;
  return is_good && problems.empty() && refused.empty() ? 0 : 1;
}

int Service::tell_of_manifests(const App& app, std::int64_t number) {
  const auto snapshot = snapshots_.wait_for(
      [&](const Snapshot& one) { return one.reloads >= number || one.is_stopping; }, kReloadWithin);
  if (!snapshot || snapshot->reloads < number) {
    app.complain("the service has not read its files again so far",
                 "its log says what keeps it; `keytide status` shows how the entries are");
    return 1;
  }
  bool is_good = true;
  for (const SourceHealth& source : snapshot->sources) {
    is_good = is_good && source.error.empty();
    if (source.error.empty()) {
      app.print(fmt::format("{}: revision {}, {}\n", source.name, source.applied,
                            count_of(static_cast<int>(source.entries), "entry", "entries")));
    } else {
      const bool is_seen = !source.attempted.empty() && source.attempted != source.applied;
      app.complain_text(fmt::format("error: {}: {}: {}\n", source.name,
                                    is_seen
                                        ? fmt::format("revision {} is rejected", source.attempted)
                                        : "nothing new is known",
                                    source.error));
    }
  }
  return is_good ? 0 : 1;
}

std::vector<int> Service::descriptors() const {
  return {loop_.is_stopping() ? -1 : interrupt_fd(), control_ ? control_->fd() : -1, watch_.fd()};
}

void Service::begin_stop() {
  app_.log.info("stopping: what was begun is brought to its end, nothing new is begun");
  loop_.request_stop();
}

void Service::turn() {
  if ((interrupted() || begins_anew_) && !loop_.is_stopping()) begin_stop();
  if (interrupted() && !std::exchange(was_interrupted_, true)) {
    manager_.stopping();
    stop_at_ = app_.clock.since_boot();
  }
  if (take_reload_request()) {
    app_.log.info("reloading");
    reload(app_);
  }
  look_at_watch();
  look_at_credentials();
  if (control_) control_->accept();
  loop_.step();
  ticked_at_ = app_.clock.since_boot();
  manager_.alive();
}

void Service::look_at_watch() {
  if (watch_.take_changed()) loop_.hint_change();
  if (const std::string notice = watch_.take_notice(); !notice.empty()) {
    app_.log.warn("not every change of the manifests is seen at once", {{"why", notice}});
  }
}

// Once a minute, and as soon as Atlas refuses the one that is used.
void Service::look_at_credentials() {
  const auto now = app_.clock.since_boot();
  if (loop_.is_stopping() || looks_at_credentials_) return;
  if (now < credentials_at_ && !wants_credential_look_) return;
  credentials_at_ = now + kCredentialsEvery;
  wants_credential_look_ = false;
  looks_at_credentials_ = true;
  jobs_.start([this] {
    // Lanes that wait because they were refused need not wait any more.
    if (credentials_.follow().has_taken) loop_.request_reload();
    looks_at_credentials_ = false;
    // A pass may have been refused meanwhile.
    if (wants_credential_look_ || loop_.is_stopping()) waker_.wake();
  });
}

bool Service::must_end() {
  if (!loop_.is_stopping()) return false;
  const bool is_serving = control_ && control_->is_serving();
  if (loop_.is_idle() && !is_serving && !looks_at_credentials_) return true;
  // What only begins anew has time.
  if (!was_interrupted_ || app_.clock.since_boot() - stop_at_ < kStopWithin) return false;
  app_.log.warn("stopped in the middle of something: the next start finishes it");
  std::_Exit(app_.line.once ? 1 : 0);
}

Service::End Service::run() {
  if (!open_control() || !open_listener()) return {1, false};
  app_.log.info("keytide runs",
                {{"version", std::string(kVersion)}, {"state", workspace_.config().state_path}});
  manager_.ready();
  for (;;) {
    turn();
    if (must_end()) break;
    milliseconds wait = loop_.next();
    if (manager_.watchdog()) wait = std::min(wait, *manager_.watchdog() / 2);
    if (loop_.is_stopping()) wait = std::min<milliseconds>(wait, std::chrono::seconds(1));
    waker_.wait(wait, descriptors());
  }
  control_->join();
  listener_.reset();
  jobs_.join();
  workspace_.sign_out();
  app_.log.info("stopped");
  return {0, begins_anew_ && !interrupted()};
}

int Service::run_once() {
  for (;;) {
    turn();
    if (must_end() || loop_.is_done()) break;
    waker_.wait(std::min<milliseconds>(loop_.next(), std::chrono::seconds(1)), descriptors());
  }
  jobs_.join();
  workspace_.sign_out();
  return loop_.has_trouble() || loop_.is_stopping() ? 1 : 0;
}

}  // namespace keytide
