// GitSources: the repositories of a configuration, and which revision of each counts. `apply`, the
// service and `plan` ask them for what is new; where that fails, the applied revision goes on, and
// it is said. Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cmd/keytide/app.h"
#include "core/manifest/config.h"
#include "core/model/record.h"
#include "providers/sources/git_source.h"
#include "providers/sources/load.h"

namespace keytide {

class GitSources {
 public:
  GitSources(const App& app, const Config& config);

  struct One {
    std::size_t index = 0;  // among the sources of the configuration
    GitSource source;
    std::optional<Revision> chosen;   // that counts for the next read; absent: none can be had
    std::optional<Revision> applied;  // the last that was accepted
    std::string attempted;            // the commit that was fetched last; empty: none
    std::string problem;              // why what is new can't be had; empty: it could
    int failures = 0;                 // of fetches, one after another
  };

  // Asks one repository, or all. Blocks on the network, and while another keytide asks it.
  void fetch(One& one);
  void fetch_all();
  // Takes the last accepted revisions, without the network; asks those that have none.
  void use_applied();
  // Takes those that another command has accepted meanwhile. Asks as little of the network.
  void take_applied();
  // The chosen revisions were good.
  Result<void> accept();

  // Reads the chosen revisions. It must not outlive this object.
  ReadSource reader() const;
  // Whether the entry comes from a revision that allowed_signers does not vouch for any more:
  // nothing new is begun for it.
  bool is_held_back(const DesiredSecret& secret) const;
  // What was not to be had although another revision counts: for people.
  Diagnostics warnings() const;
  std::vector<One>& all() { return sources_; }
  const std::vector<One>& all() const { return sources_; }

 private:
  const One* find(const SourceConfig& source) const;
  const SourceConfig& config_of(const One& one) const { return config_.sources[one.index]; }

  const Config& config_;
  Clock& clock_;
  std::vector<One> sources_;
};

// Whether an entry was read from that source; `commit`: the one that was read, of git.
bool comes_from(const DesiredSecret& secret, const SourceConfig& source, const std::string& commit);

// Takes out what is held back and has no record.
void leave_out_held_back(DesiredState& desired, const GitSources& git,
                         const std::vector<AccountRecord>& records);

}  // namespace keytide
