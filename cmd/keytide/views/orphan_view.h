// Orphans: what `orphan list` shows: secrets that may be keytide's own, and creates whose outcome
// is still open. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/plan/input.h"

namespace keytide {

struct OrphanRow {
  Address address;
  AccountKey key;
  std::optional<OwnedSecret> secret;  // absent: a create that may still turn out to have made one
  std::string why;                    // for people
};

// Sorted by address: quarantined secrets, orphans that are still to be deleted, the new secret of a
// renewal that is half delivered, and creates of which nobody knows the outcome.
std::vector<OrphanRow> orphan_rows(const PlanInput& input);

std::string render_orphans(const std::vector<OrphanRow>& rows, Instant now);
std::string json_orphans(const std::vector<OrphanRow>& rows);

}  // namespace keytide
