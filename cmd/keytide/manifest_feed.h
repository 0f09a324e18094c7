// ManifestFeed: the Feed over the configuration's sources. It remembers what it read last, and
// judges a new revision by the rules of an apply: errors, and changes that are too large without a
// person's word.
#pragma once

#include <string>

#include "cmd/keytide/app.h"
#include "cmd/keytide/daemon/feed.h"
#include "cmd/keytide/workspace.h"
#include "providers/sources/load.h"

namespace keytide {

class ManifestFeed : public Feed {
 public:
  // All must outlive it.
  ManifestFeed(const App& app, Workspace& workspace, Telemetry& telemetry)
      : app_(app), workspace_(workspace), telemetry_(telemetry) {}

  FeedLook look(bool read_all) override;

 private:
  // Why it does not count; empty: it does.
  std::string judge(const LoadedManifests& loaded);
  void note(const LoadedManifests& loaded, const std::string& problem);

  const App& app_;
  Workspace& workspace_;
  Telemetry& telemetry_;
  std::string revision_;  // the one that was read last
  std::vector<SourceHealth> sources_;
};

}  // namespace keytide
