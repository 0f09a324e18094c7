#include "core/reconcile/lease.h"

#include <fmt/format.h>

#include "core/base/mutant.h"
#include "core/model/schedule.h"

namespace keytide {

Result<void> hold_lease(Run& run) {
  const auto now = run.ports.clock.since_boot();
  const bool is_young = run.written_at && now - *run.written_at <= kSendWithin;
  if (is_young || is_mutated(Mutant::no_lease)) return {};
  const auto stored = run.ports.store.find(run.plan.key);
  if (!stored) return fail(Error(stored.error()));
  const std::int64_t version = *stored ? (*stored)->version : 0;
  if (version == run.record.version) {
    run.written_at = now;
    return {};
  }
  return fail(ErrorKind::conflict,
              "this process slept in the middle of a step, and another one changed the entry's "
              "record meanwhile: apply again");
}

}  // namespace keytide
