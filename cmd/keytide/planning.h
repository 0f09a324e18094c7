// Planning: what plan and apply have in common: manifests, world, plan, safety.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cmd/keytide/app.h"
#include "cmd/keytide/gather.h"
#include "cmd/keytide/git_sources.h"
#include "cmd/keytide/workspace.h"
#include "core/plan/safety.h"
#include "providers/sources/accepted.h"

namespace keytide {

struct PlanRequest {
  PlanOptions options;
  Approvals approvals;
};

struct Planned {
  World world;
  Plan plan;
  std::vector<Refusal> refusals;    // not empty: the plan must not be carried out
  std::shared_ptr<GitSources> git;  // whose revisions it is made by
  // Of `status` and `show`: why it is made by the manifests that were accepted last, and not by
  // those there are; empty: it is by these. The last one sums up.
  Diagnostics left_aside;
  AcceptedManifests manifests;  // that it is made by, as they are kept once it is carried out
  bool is_part = false;         // what was not approved was taken out of it

  bool has_unreadable_scope() const;
};

// As the command line asks for it.
PlanRequest request_of(const CommandLine& line);

// -refresh-only records what Atlas shows and does nothing else: what contradicts that is said.
bool refresh_flags_agree(const App& app);

// Reads everything and plans. Absent: what is wrong was said on stderr.
std::optional<Planned> plan_now(const App& app, Workspace& workspace, const PlanRequest& request);

}  // namespace keytide
