// Verdict: whether manifests count without a person's word: what the rules of an apply say of them,
// errors and changes that are too large, by the store alone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cmd/keytide/app.h"
#include "cmd/keytide/git_sources.h"
#include "cmd/keytide/workspace.h"
#include "core/model/ids.h"
#include "core/plan/safety.h"
#include "providers/sources/accepted.h"

namespace keytide {

struct Verdict {
  std::string problem;            // why they do not count, in one line; empty: they do
  std::vector<Refusal> refusals;  // of that, a change that is too large
  std::set<Scope> recorded;       // the scopes of all records
  bool is_restored = false;       // the store is from a backup, and nothing counts by it
};

// Takes out of `loaded` what is held back. Blocks on the disk; asks neither Atlas nor the sinks.
// `config`: the workspace's, or one that is to take its place. The issuer must have been made.
Verdict judge(LoadedManifests& loaded, const Config& config, const GitSources& git,
              Workspace& workspace);

// Adds to what is wrong in `loaded` the files that held accepted entries and are no manifests any
// more. Blocks on the disk where there are files that are none.
void add_emptied(Workspace& workspace, const Config& config, LoadedManifests& loaded,
                 Diagnostic::Severity severity);

AcceptedPlace accepted_place(Workspace& workspace);

// Whether anything of these sources was accepted before.
bool has_accepted(const Config& config, const GitSources& git, const AcceptedManifests& accepted);

// The manifests that were accepted last, in place of what the sources show now; sources that never
// had any are read as they are. Leaves `git` with the applied revisions chosen, and asks no
// network. `cache_file` empty: none is kept. Blocks on the disk.
LoadedManifests load_accepted(const App& app, const Config& config, GitSources& git,
                              const AcceptedManifests& accepted, std::string cache_file);

}  // namespace keytide
