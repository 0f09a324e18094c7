#include "cmd/keytide/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cmd/keytide/atlas_stack.h"
#include "cmd/keytide/daemon/measured_ports.h"
#include "cmd/keytide/failpoints.h"
#include "providers/sinks/notify_hook.h"
#include "providers/sinks/registry.h"
#include "providers/system/environment.h"
#include "providers/system/escrow_file.h"
#include "state/lock.h"
#include "state/sqlite_store.h"

namespace keytide {
namespace {

class Connected : public Workspace {
 public:
  Connected(const App& app, Config config, Telemetry* telemetry)
      : app_(app),
        telemetry_(telemetry),
        config_(std::move(config)),
        sinks_(inherited_by_hooks()),
        escrow_(
            config_.escrow.key_file.empty() ? config_.state_path + ".key" : config_.escrow.key_file,
            config_.escrow.key_file.empty()) {
    if (telemetry != nullptr) measured_sinks_.emplace(sinks_, *telemetry);
  }

  ~Connected() override { sign_out(); }

  Result<void> set_failpoints() {
    auto set = Failpoints::of(app_.environment);
    if (!set) return fail(std::move(set.error()));
    failpoints_ = std::move(*set);
    return {};
  }

  Result<void> open_store(Access access) {
    if (access == Access::write) {
      auto lock =
          StoreLock::acquire(config_.state_path, holder(), app_.line.lock_timeout, app_.clock);
      if (!lock) return fail(std::move(lock.error()));
      lock_.emplace(std::move(*lock));
    }
    auto store = access == Access::write ? SqliteStore::open(config_.state_path)
                                         : SqliteStore::open_readonly(config_.state_path);
    if (!store) return fail(std::move(store.error()));
    store_ = std::move(*store);
    return {};
  }

  const Config& config() const override { return config_; }
  StateStore& store() override { return *store_; }
  SinkFactory& sinks() override { return sinks_; }
  std::string cache_file() const override { return config_.state_path + ".cache"; }

  Result<Issuer*> issuer() override {
    if (atlas_) return &atlas_->issuer;
    auto atlas = connect_atlas(app_, config_.atlas, telemetry_);
    if (!atlas) return fail(std::move(atlas.error()));
    atlas_ = std::move(*atlas);
    if (telemetry_ != nullptr) measured_issuer_.emplace(atlas_->issuer, *telemetry_);
    return &atlas_->issuer;
  }

  Ports ports(Issuer& issuer, ProgressListener& progress) override {
    const Ports all{measured_issuer_ ? *measured_issuer_ : issuer,
                    *store_,
                    measured_sinks_ ? *measured_sinks_ : static_cast<SinkFactory&>(sinks_),
                    app_.clock,
                    app_.log,
                    progress,
                    config_.escrow.is_on ? &escrow_ : nullptr,
                    atlas_ ? &atlas_->client.budget() : nullptr};
    return failpoints_ ? failpoints_->over(all) : all;
  }

  void sign_out() final {
    if (atlas_) atlas_->issuer.sign_out();
  }

 private:
  LockHolder holder() const {
    return {fmt::format("{}@{}", user_name(), host_name()), app_.line.command};
  }

  const App& app_;
  Telemetry* const telemetry_;
  const Config config_;
  SinkRegistry sinks_;
  EscrowFile escrow_;
  std::optional<StoreLock> lock_;  // goes last: the store is closed under it
  std::unique_ptr<StateStore> store_;
  std::unique_ptr<AtlasStack> atlas_;
  std::optional<MeasuredIssuer> measured_issuer_;  // these two where somebody counts
  std::optional<MeasuredSinks> measured_sinks_;
  std::unique_ptr<Failpoints> failpoints_;
};

class Borrowed : public Workspace {
 public:
  explicit Borrowed(Workspace& other) : other_(other) {}

  const Config& config() const override { return other_.config(); }
  StateStore& store() override { return other_.store(); }
  SinkFactory& sinks() override { return other_.sinks(); }
  Result<Issuer*> issuer() override { return other_.issuer(); }
  Ports ports(Issuer& issuer, ProgressListener& progress) override {
    return other_.ports(issuer, progress);
  }
  std::string cache_file() const override { return other_.cache_file(); }
  void sign_out() override {}

 private:
  Workspace& other_;
};

}  // namespace

Result<void> prune_old_events(const App& app, Workspace& workspace) {
  auto issuer = workspace.issuer();
  if (!issuer) return fail(std::move(issuer.error()));
  // A host's clock that runs ahead must not take the log with it.
  const Instant now = std::min(app.clock.now(), (*issuer)->now());
  auto pruned = workspace.store().prune_events(now - workspace.config().events_keep);
  if (!pruned) return fail(std::move(pruned.error()));
  return {};
}

std::unique_ptr<Workspace> Workspace::borrow(Workspace& other) {
  return std::make_unique<Borrowed>(other);
}

Result<std::unique_ptr<Workspace>> Workspace::open(const App& app, Config config, Access access,
                                                   Telemetry* telemetry) {
  auto workspace = std::make_unique<Connected>(app, std::move(config), telemetry);
  if (auto set = workspace->set_failpoints(); !set) return fail(std::move(set.error()));
  if (auto opened = workspace->open_store(access); !opened) {
    return fail(std::move(opened.error()));
  }
  return std::unique_ptr<Workspace>(std::move(workspace));
}

}  // namespace keytide
