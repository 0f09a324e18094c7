#include "cmd/keytide/preflight.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cmd/keytide/atlas_stack.h"
#include "cmd/keytide/daemon/listener.h"
#include "cmd/keytide/logins.h"
#include "cmd/keytide/settings.h"
#include "providers/system/atomic_file.h"
#include "providers/system/escrow_file.h"
#include "providers/system/path_parts.h"
#include "providers/system/unix_socket.h"
#include "state/lock.h"
#include "state/sqlite_store.h"

namespace keytide {
namespace {

// A system's bundle is a quarter of it.
constexpr std::size_t kCertificatesBytesMax = std::size_t{1} << 20;

struct Trial {
  const App& app;
  const RunningService& now;
  const Config& next;
};

Result<void> sign_in(const Trial& trial) {
  const auto atlas = connect_atlas(trial.app, trial.next.atlas);
  if (!atlas) return fail(atlas.error());
  return {};
}

Result<void> trust(const Trial& trial) {
  const std::string& file = trial.next.atlas.ca_file;
  if (file.empty() || file == trial.now.config.atlas.ca_file) return {};
  const auto bytes = read_file(file, kCertificatesBytesMax);
  if (!bytes) return fail(Error(bytes.error()).within("atlas.ca_file"));
  if (bytes->find("-----BEGIN CERTIFICATE-----") != std::string::npos) return {};
  return fail(ErrorKind::invalid,
              fmt::format("atlas.ca_file: {} holds no certificate: name a PEM file", file));
}

Result<void> seal_values(const Trial& trial) {
  const EscrowConfig& escrow = trial.next.escrow;
  if (!escrow.is_on || escrow.key_file.empty()) return {};
  const auto key = EscrowFile(escrow.key_file, false).key_id();
  if (!key) return fail(Error(key.error()).within("escrow.key"));
  return {};
}

Result<void> listen(const Trial& trial) {
  const ListenConfig& next = trial.next.listen;
  if (next.metrics.empty()) return {};
  auto token = read_listen_token(next, process_variables());
  if (!token) return fail(std::move(token.error()));
  ListenerOptions options;
  options.address = next.metrics;
  options.token = std::move(*token);
  return Listener::check(std::move(options), trial.now.port);
}

Result<void> take_commands(const Trial& trial) {
  const std::string path = control_path(trial.next);
  if (is_same_file(path, control_path(trial.now.config))) return {};
  auto checked = UnixListener::check(path);
  if (!checked) return fail(std::move(checked.error()).within("listen.control"));
  return {};
}

Result<void> have_store(const Trial& trial) {
  const std::string& path = trial.next.state_path;
  if (is_same_file(path, trial.now.config.state_path)) return {};
  const LockHolder me{trial.app.user_at_host(), trial.app.line.command};
  const auto lock = StoreLock::acquire(path, me, Seconds(0), trial.app.clock);
  if (!lock) return fail(Error(lock.error()).within("state"));
  const auto store = SqliteStore::open_readonly(path);
  if (!store) return fail(Error(store.error()).within("state"));
  return {};
}

constexpr std::array kTrials{sign_in, trust, seal_values, listen, take_commands, have_store};

}  // namespace

Diagnostics find_obstacles(const App& app, const RunningService& now, const Config& next) {
  Diagnostics out;
  for (const auto& tried : kTrials) {
    const auto done = tried({app, now, next});
    if (!done) out.push_back({Diagnostic::Severity::error, {}, done.error().text(), "", ""});
  }
  return out;
}

}  // namespace keytide
