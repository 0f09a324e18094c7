// ManifestFeed: the Feed over the configuration's sources. It remembers what it read last, and
// judges a new revision by the rules of an apply: errors, and changes that are too large without a
// person's word.
#pragma once

#include <chrono>
#include <string>

#include "cmd/keytide/app.h"
#include "cmd/keytide/daemon/feed.h"
#include "cmd/keytide/daemon/telemetry.h"
#include "cmd/keytide/git_sources.h"
#include "cmd/keytide/verdict.h"
#include "cmd/keytide/workspace.h"
#include "providers/sources/load.h"

namespace keytide {

class ManifestFeed : public Feed {
 public:
  // All must outlive it.
  ManifestFeed(const App& app, Workspace& workspace, Telemetry& telemetry);

  FeedLook look(Reading reading) override;

 private:
  struct Read {
    LoadedManifests loaded;
    Verdict verdict;

    bool counts() const { return verdict.problem.empty(); }
  };
  void fetch_due(bool all);
  std::string fingerprint() const;
  std::string held_back() const;
  Read read();
  void begin_with_accepted(FeedLook& out);
  void take(Read read, FeedLook& out);
  bool keep(LoadedManifests& loaded);  // whether they lie beside the store now
  void note(const Read& read);
  void note_fetches();
  Seconds next_in() const;

  const App& app_;
  Workspace& workspace_;
  Telemetry& telemetry_;
  GitSources git_;
  std::vector<std::chrono::milliseconds> fetch_at_;  // since boot; of each in git_
  std::string seen_;                                 // what the sources showed without being read
  std::string judged_;        // the revision that was judged last, and what was held back of it
  bool was_rejected_ = true;  // or none was judged yet
  bool has_accepted_ = false;
  bool has_kept_ = true;  // what was accepted; else it is tried again at the next look
  bool is_restored_ = false;
  std::vector<SourceHealth> sources_;
};

}  // namespace keytide
