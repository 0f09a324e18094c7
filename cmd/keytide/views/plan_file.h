// PlanFile: a plan that was saved with -out, to be looked at by a person and applied later. It
// holds what was decided and the text that was shown, and no secret: masks, ids and times only.
//
// Applying one means: plan again with its options, compare, and go on only where every entry of the
// file comes to the same decision.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/plan.h"
#include "core/plan/input.h"

namespace keytide {

struct PlannedEntry {
  Address address;
  AccountKey key;
  std::string digest;          // core/plan/digest.h
  std::string changes;         // for people: "renew" or "delete, renew"
  std::vector<SecretId> cuts;  // foreign secrets that its create cuts: shown, so approved by apply
};

struct PlanFile {
  std::string keytide_version;
  Instant created_at{};
  std::string lineage;                // of the state; empty: it was not made yet
  PlanOptions options;                // to plan again with
  Approvals approvals;                // the -allow-… flags; `cuts` are those of all entries
  std::vector<PlannedEntry> entries;  // sorted by address; those with changes
  PlanCounts counts;
  std::string text;  // what `show` prints: without colours
};

// Entries, counts, text and the approved cuts are taken from the plan, the rest from the input.
PlanFile make_plan_file(const Plan& plan, const PlanInput& input, std::string keytide_version,
                        Instant created_at);

// One JSON document, newline at the end.
std::string format_plan_file(const PlanFile& file);

// Errors: invalid, where it is no plan file, is cut off or larger than 64 MiB; unsupported, where
// it was written by a newer keytide.
Result<PlanFile> parse_plan_file(std::string_view text);

struct PlanDifference {
  enum class Kind {
    state,    // the file belongs to another state; there is no address
    changed,  // the entry would be done otherwise now
    gone,     // the entry needs nothing any more
    extra,    // not in the file: it is left for the next plan, and is no reason to refuse
  };
  Kind kind = Kind::changed;
  Address address;
  std::string why;  // "billing changed since the plan: …"
};

// What speaks against applying the file, in the order of the addresses. `now` is the plan that was
// made from the file's options right before the apply.
std::vector<PlanDifference> compare(const PlanFile& file, const Plan& now,
                                    std::string_view lineage);

// Whether the file may be applied: nothing but `extra` differs.
bool is_stale(const std::vector<PlanDifference>& differences);

}  // namespace keytide
