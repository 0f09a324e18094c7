// Gather: reads the world before a plan: the store, Atlas, the sinks. Changes nothing.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/plan.h"
#include "core/plan/input.h"
#include "core/reconcile/run.h"

namespace keytide {

struct GatherRequest {
  DesiredState desired;
  std::vector<std::string> empty_sources;
  std::set<ClientId> own_accounts;
  PlanOptions options;
  SafetyPolicy safety;
  Approvals approvals;
  int parallelism = 10;
  std::optional<Scope> only{};  // leaves out the records of all others; `desired` has none of them
};

struct World {
  PlanInput input;
  std::chrono::milliseconds world_read_at{0};  // Clock::since_boot
};

// One list call per scope and page; the data sinks of every entry. A scope that
// can't be read is in the input with its error. Errors: the store can't be read.
Result<World> gather(GatherRequest request, const Ports& ports);

// Asks for the cap on lives of the scopes in which the plan makes secrets, and only of those.
// Returns whether any cap became known: then the plan is made once more.
bool gather_caps(PlanInput& input, const Plan& plan, Issuer& issuer, int parallelism);

}  // namespace keytide
