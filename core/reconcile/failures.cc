#include "core/reconcile/failures.h"

#include <fmt/format.h>

#include "core/plan/digest.h"

namespace keytide {
namespace {

bool is_failed_try(const Run& run, const Error& error) {
  return error.kind != ErrorKind::refused && error.kind != ErrorKind::conflict && !is_stopping(run);
}

}  // namespace

void remember_failure(Run& run, const Error& error) {
  if (!is_failed_try(run, error)) return;
  auto stored = run.ports.store.find(run.plan.key);
  if (!stored) {
    run.outcome.warnings.push_back(stored.error().text());
    return;
  }
  const DesiredSecret* desired = run.plan.desired ? &*run.plan.desired : nullptr;
  if (!*stored && desired == nullptr) return;
  AccountRecord record;
  if (*stored) {
    record = std::move(**stored);
  } else {
    take_over_settings(record, *desired);
  }
  const std::string spec = spec_digest(desired);
  const bool goes_on = record.failures && record.failures->spec == spec;
  const int before = goes_on ? record.failures->count : 0;
  record.failures = Failures{before + 1, run.ports.issuer.now(), error.text(), spec};
  run.record = std::move(record);
  if (auto written = note(run, "try_failed", error.text()); !written) {
    run.outcome.warnings.push_back(written.error().text());
  }
}

void forget_failures(Run& run) {
  if (!run.record.failures) return;
  run.record.failures.reset();
  if (auto written = note(run, "try_succeeded", ""); !written) {
    run.outcome.warnings.push_back(written.error().text());
  }
}

}  // namespace keytide
