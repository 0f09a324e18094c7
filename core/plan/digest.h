// Digest: what a plan decided, as a short text that is the same for the same decisions. A saved
// plan is carried out only where planning again comes to the same.
#pragma once

#include <string>

#include "core/model/plan.h"

namespace keytide {

// Over the account, the version of its record, the entry's settings and the changes; not over the
// words of the reasons, which move with time.
std::string digest_of(const AccountPlan& account);

// Over what the manifests say of an entry: another one is another try. Null: no manifest names it.
std::string spec_digest(const DesiredSecret* desired);

}  // namespace keytide
